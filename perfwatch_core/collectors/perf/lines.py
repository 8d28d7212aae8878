"""Reads one line of `perf stat -j` or `perf stat -x`: which counter, how it was counted, and its value."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from enum import StrEnum
from typing import NamedTuple

from perfwatch_core.collectors.perf.names import normalised


class State(StrEnum):
    """How a counter fared; the words of the contract."""

    OK = "ok"
    SCALED = "scaled"
    NOT_COUNTED = "not_counted"
    NOT_SUPPORTED = "not_supported"
    NO_PERMISSION = "no_permission"


class Row(NamedTuple):
    """One counter in one interval.

    `place` is empty for the whole machine, the CPU's number with `-A`, else what perf aggregated by
    (`S0-D0-C1`). `value` is the count as printed (milliseconds for cpu-clock), None unless it was counted;
    `percent` how much of the time it was counted, 0 to 100.
    """

    place: str
    pmu: str
    event: str
    state: State
    value: float | None
    percent: float | None


Parsed = tuple[float, Row | None]
_OK = State.OK
_NOTHING: Parsed = (0.0, None)

# What `-A`, `--per-core` and their like aggregate by, as keys in JSON and as prefixes in CSV.
_PLACES = ("cpu", "core", "die", "cluster", "cache", "socket", "node", "thread")
_PLACE = re.compile(r"CPU\d+|[SND]\d+(?:-[A-Z]+\d+)*")
_UNIT = re.compile(r"[A-Za-z()/%]*")
_WHOLE = re.compile(r"\d+")
# What perf 6.0 and later print nearly always, so that the usual line costs one match; anything else is read field
# by field.
_USUAL = re.compile(
    rb'{"interval" : (\d+\.\d+), (?:"cpu" : "(\d+)", )?"counter-value" : "(\d+\.\d+)", "unit" : "[a-z]*", '
    rb'"event" : "([\w.:/-]+)", "event-runtime" : [1-9]\d*, "pcnt-running" : (\d+\.\d+)'
    rb'(?:, "metric-value" : "?[\w.-]*"?, "metric-unit" : "[\w %/().-]*")?}$'
)
# JSON as printed in a locale with a decimal comma is not JSON: `"interval" : 1,25, "event" : …`
_PAIR = re.compile(r'"([a-z-]+)"\s*:\s*(?:"([^"]*)"|([0-9.,eE+-]+?))\s*(?=,\s*"|}\s*$)')


def row_of(line: bytes) -> Parsed:
    """(Time in seconds, row); the row is None where the line is not a counter's.

    The time is 0 where perf printed none, as without `-I`.
    """
    usual = _USUAL.match(line)
    if usual:
        time, place, value, printed, share = usual.groups(b"")
        percent, count = float(share), float(value)
        pmu, event = normalised(printed.decode())
        if event and count < math.inf:
            if percent >= 100.0:
                return float(time), Row(place.decode(), pmu, event, _OK, count, 100.0)
            return float(time), Row(place.decode(), pmu, event, State.SCALED, count, percent)
    text = line.decode("ascii", errors="replace").strip()
    if text.startswith("{"):
        return _from_json(text)
    return _from_fields(text) if text else _NOTHING


def _from_json(text: str) -> Parsed:
    said: object
    try:
        said = json.loads(text)
    # deep nesting is a RecursionError
    except (ValueError, RecursionError):
        said = _loosely(text)
    if not isinstance(said, dict):
        return _NOTHING
    time = _number(said["interval"]) if "interval" in said else 0.0
    event, value = said.get("event"), said.get("counter-value")
    if time is None or not isinstance(event, str) or value is None:
        return _NOTHING
    runtime, percent = _number(said.get("event-runtime")), _number(said.get("pcnt-running"))
    return time, _row(_place_in(said), event, value, runtime, percent)


def _place_in(said: Mapping[str, object]) -> str:
    for key in _PLACES:
        if key in said:
            return str(said[key]).removeprefix("CPU")
    return ""


def _loosely(text: str) -> dict[str, str] | None:
    if text.count("{") != 1 or not text.endswith("}"):
        return None
    return {key: quoted or bare for key, quoted, bare in _PAIR.findall(text)}


def _from_fields(text: str) -> Parsed:
    """`[time,][place,[count,]]value,unit,event,[cgroup,][variance%,]runtime,percent,…`."""
    fields = [field.strip() for field in text.split(";" if ";" in text else ",")]
    time: float | None = 0.0
    at = 0
    if len(fields) > 1 and not _PLACE.fullmatch(fields[0]) and _starts(fields[1]):
        time, at = _number(fields[0]), 1
    place = ""
    if _PLACE.fullmatch(fields[at]):
        place = fields[at].removeprefix("CPU")
        at += 1 if place.isdecimal() else 2
    if time is None or len(fields) < at + 3 or not _UNIT.fullmatch(fields[at + 1]):
        return _NOTHING
    value, event, rest = fields[at], fields[at + 2], fields[at + 3 :]
    # an event's terms hold the separator where that is a comma: cpu/event=0x3c,umask=0x0/
    while event.count("/") % 2 and rest:
        event += "," + rest.pop(0)
    runtime, percent = _runtime(rest)
    return time, _row(place, event, value, runtime, percent)


def _starts(field: str) -> bool:
    """Whether what perf counts begins here: then the field before it is the time."""
    return field.startswith("<") or bool(_PLACE.fullmatch(field)) or _number(field) is not None


def _runtime(rest: list[str]) -> tuple[float | None, float | None]:
    """(Runtime in ns, percent), behind a cgroup and a variance that may be there."""
    for at, field in enumerate(rest[:3]):
        if _WHOLE.fullmatch(field) and at + 1 < len(rest):
            return _number(field), _number(rest[at + 1])
    return None, None


def _row(place: str, printed: str, value: object, runtime: float | None, percent: float | None) -> Row | None:
    pmu, event = normalised(printed)
    if not event:
        return None
    if isinstance(value, str) and "not supported" in value:
        return Row(place, pmu, event, State.NOT_SUPPORTED, None, None)
    count = _number(value)
    # a counter that never ran has counted nothing, which is not the same as having counted to nought
    if count is None or runtime == 0:
        return Row(place, pmu, event, State.NOT_COUNTED, None, 0.0)
    share = 100.0 if percent is None else min(percent, 100.0)
    state = State.OK if share >= 100.0 else State.SCALED
    return Row(place, pmu, event, state, count, share)


def _number(said: object) -> float | None:
    """A finite number of at least 0, also with a decimal comma; None for anything else."""
    if isinstance(said, str):
        said = said.replace(",", ".", 1) if "_" not in said else ""
    elif isinstance(said, bool) or not isinstance(said, int | float):
        return None
    try:
        value = float(said)
    except (ValueError, OverflowError):
        return None
    return value if 0.0 <= value < math.inf else None
