"""The texts a setting may have: each reader turns one into its value, or raises ValueError."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

_ON = frozenset({"1", "true", "yes", "on"})
_OFF = frozenset({"0", "false", "no", "off"})
COLLECTED_TYPES = ("cpu", "memory", "network", "disk", "perf_events", "memory_bandwidth", "pressure", "self")


def number(least: float, most: float) -> Callable[[str], float]:
    """A reader of numbers from `least` to `most`."""

    def parse(text: str) -> float:
        number = float(text)
        if not least <= number <= most:
            raise ValueError
        return number

    return parse


def whole(least: int, most: int) -> Callable[[str], int]:
    """A reader of whole numbers from `least` to `most`."""

    def parse(text: str) -> int:
        number = int(text)
        if not least <= number <= most:
            raise ValueError
        return number

    return parse


def switch(text: str) -> bool:
    """`on` or `off`, in the usual spellings."""
    word = text.strip().lower()
    if word not in _ON | _OFF:
        raise ValueError
    return word in _ON


def choice(*words: str) -> Callable[[str], str]:
    """A reader of one word out of `words`, in any case."""

    def parse(text: str) -> str:
        if text.lower() not in words:
            raise ValueError
        return text.lower()

    return parse


def postgresql_url(text: str) -> str:
    """A PostgreSQL address in libpq's or SQLAlchemy's form; empty for none."""
    if text and text.split("://", 1)[0] not in ("postgresql", "postgres", "postgresql+psycopg"):
        raise ValueError
    return text


def absolute_path(text: str) -> Path:
    """A path, with `~` and the working directory filled in."""
    if not text.strip() or "\0" in text:
        raise ValueError
    return Path(text).expanduser().absolute()


def cpu_list(text: str) -> str:
    """`all` or a list like `0-3,6`, in the kernel's own notation; ValueError for anything else."""
    words = text.strip().lower()
    if words == "all":
        return words
    for part in words.split(","):
        first, dash, last = part.partition("-")
        if not first.isdecimal() or (dash and (not last.isdecimal() or int(last) < int(first))):
            raise ValueError(text)
    return words


def type_list(text: str) -> str:
    """Metric types with commas between them, each once and in the usual order; empty for none."""
    words = {word.strip() for word in text.lower().split(",")} - {""}
    if not words <= set(COLLECTED_TYPES):
        raise ValueError(text)
    return ",".join(type_ for type_ in COLLECTED_TYPES if type_ in words)
