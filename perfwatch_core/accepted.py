"""The texts a setting may have: how each is read, and the words for what is accepted."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_ON = frozenset({"1", "true", "yes", "on"})
_OFF = frozenset({"0", "false", "no", "off"})
COLLECTED_TYPES = ("cpu", "memory", "network", "disk", "perf_events", "memory_bandwidth", "pressure", "self")


@dataclass(frozen=True, slots=True)
class Accepts:
    """What a setting takes: `words` for a person, `parse` for a text; it raises ValueError for any other."""

    words: str
    parse: Callable[[str], Any]


def number(least: float, most: float, of: str) -> Accepts:
    """A number of something, both ends included."""

    def parse(text: str) -> float:
        given = float(text)
        if not least <= given <= most:
            raise ValueError(text)
        return given

    return Accepts(f"a number of {of} from {least:g} to {most:g}", parse)


def whole(least: int, most: int, of: str) -> Accepts:
    """A whole number of something, both ends included."""

    def parse(text: str) -> int:
        given = int(text)
        if not least <= given <= most:
            raise ValueError(text)
        return given

    return Accepts(f"a whole number of {of} from {least} to {most}", parse)


def choice(*accepted: str) -> Accepts:
    """One word out of several, in any case."""

    def parse(text: str) -> str:
        if text.lower() not in accepted:
            raise ValueError(text)
        return text.lower()

    return Accepts("one of " + ", ".join(accepted), parse)


def _switch(text: str) -> bool:
    word = text.strip().lower()
    if word not in _ON | _OFF:
        raise ValueError(text)
    return word in _ON


def _postgresql_url(text: str) -> str:
    """As it is; libpq takes it apart where it is used, and what it never takes is refused at once."""
    scheme, _, rest = text.partition("://")
    servers = rest.partition("/")[0].rpartition("@")[2].partition("?")[0].split(",")
    ports = [server.rpartition("]")[2].partition(":")[2] for server in servers]
    if text and (
        scheme not in ("postgresql", "postgres", "postgresql+psycopg")
        or re.search(r"\s", text)
        or not all(port == "" or (port.isdecimal() and 0 < int(port) < 65536) for port in ports)
    ):
        raise ValueError(text)
    return text


def _path(text: str) -> Path:
    if not text.strip() or "\0" in text:
        raise ValueError(text)
    return Path(text).expanduser().absolute()


def _directory(text: str) -> Path:
    path = _path(text)
    # what cannot be written to now may be mounted otherwise tomorrow; a file never becomes a directory
    if not next(part for part in (path, *path.parents) if part.exists()).is_dir():
        raise ValueError(text)
    return path


def _not_empty(text: str) -> str:
    if not text.strip() or "\0" in text:
        raise ValueError(text)
    return text.strip()


def _cpu_list(text: str) -> str:
    words = text.strip().lower()
    if words == "all":
        return words
    for part in words.split(","):
        first, dash, last = part.partition("-")
        if not first.isdecimal() or (dash and (not last.isdecimal() or int(last) < int(first))):
            raise ValueError(text)
    return words


def _type_list(text: str) -> str:
    words = {word.strip() for word in text.lower().split(",")} - {""}
    if not words <= set(COLLECTED_TYPES):
        raise ValueError(text)
    return ",".join(type_ for type_ in COLLECTED_TYPES if type_ in words)


def _name_list(text: str) -> str:
    return ",".join(sorted({word.strip().lower() for word in text.split(",")} - {""}))


SWITCH = Accepts("on or off", _switch)
POSTGRESQL_URL = Accepts("an address like postgresql://user@host:5432/name", _postgresql_url)
DIRECTORY = Accepts("a directory that you may write to", _directory)
FILE = Accepts("the path of a file", _path)
PORT = Accepts("a port from 0 to 65535", whole(0, 65535, "").parse)
ADDRESS = Accepts("an address of this machine, such as 127.0.0.1", _not_empty)
WORD = Accepts("a text that is not empty", _not_empty)
# in the kernel's own notation, see cpuset(7)
CPU_LIST = Accepts("'all' or a list like 0-3,6", _cpu_list)
TYPE_LIST = Accepts("metric types with commas between them, out of " + ", ".join(COLLECTED_TYPES), _type_list)
NAME_LIST = Accepts("host names with commas between them", _name_list)
