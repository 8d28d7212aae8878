"""Moments and spans as the clock on the wall says them, also on the days when it was changed."""

from __future__ import annotations

import math
import time
from collections.abc import Iterator
from functools import lru_cache

DAY = 86400
# Seconds between two ticks: whole parts of a day, then whole days.
STEPS = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10800, 21600, 43200, 86400, 172800, 604800)
# Clocks are changed at full quarters of an hour, by at least one.
_QUARTER = 900
_WITH_SECONDS = 600.0


def step_for(least: float) -> int:
    """The smallest step between ticks that is not below `least` seconds."""
    return next((step for step in STEPS if step >= least), math.ceil(least / DAY) * DAY)


def ticks(start: float, end: float, step: int) -> tuple[tuple[float, str], ...]:
    """Round local times between two moments (UTC seconds) with their texts; `step` is one of `STEPS` or whole days.

    Where the clock is changed in between, texts name the zone, for an hour may come twice.
    """
    return _ticks(start, end, step, (*time.tzname, time.timezone))


@lru_cache(maxsize=8)
def _ticks(start: float, end: float, step: int, _zone: object) -> tuple[tuple[float, str], ...]:
    """Made once for all charts that show the same time; another zone makes them anew."""
    if step >= DAY:
        return tuple((moment, date_text(moment)) for moment in _midnights(start, end, step // DAY))
    zoned = _offset(start) != _offset(end)
    return tuple((moment, _tick_text(moment, step, zoned)) for moment in _rounds(start, end, step, zoned))


def _rounds(start: float, end: float, step: int, zoned: bool) -> Iterator[float]:
    """The moments at which the wall clock shows a multiple of `step`."""
    if not zoned:
        offset = _offset(start)
        first = math.ceil((start + offset) / step) * step - offset
        yield from (float(moment) for moment in range(first, math.floor(end) + 1, step) if moment >= start)
        return
    fine = math.gcd(step, _QUARTER)
    for moment in range(math.ceil(start / fine) * fine, math.floor(end) + 1, fine):
        if (moment + _offset(moment)) % step == 0:
            yield float(moment)


def _midnights(start: float, end: float, days: int) -> Iterator[float]:
    """Every so many days' local beginning, counted from 1970 so that they stay while a view moves."""
    day = math.floor((start + _offset(start)) / DAY)
    while True:
        # no clock is changed by as much as twelve hours
        noon = time.gmtime(day * DAY)
        midnight = time.mktime((noon.tm_year, noon.tm_mon, noon.tm_mday, 0, 0, 0, 0, 0, -1))
        if midnight > end:
            return
        if midnight >= start and day % days == 0:
            yield midnight
        day += 1


def _offset(moment: float) -> int:
    return time.localtime(moment).tm_gmtoff


def _tick_text(moment: float, step: int, zoned: bool) -> str:
    local = time.localtime(moment)
    if local.tm_hour == local.tm_min == local.tm_sec == 0:
        return date_text(moment)
    words = time.strftime("%H:%M:%S" if step < 60 else "%H:%M", local)
    return f"{words} {local.tm_zone}" if zoned and step >= 60 else words


def date_text(moment: float) -> str:
    """`24 Nov`."""
    local = time.localtime(moment)
    return f"{local.tm_mday} {time.strftime('%b', local)}"


def moment_text(moment: float) -> str:
    """`Tue 24 Nov 2026 12:04:05 CET`."""
    local = time.localtime(moment)
    return f"{time.strftime('%a', local)} {local.tm_mday} {time.strftime('%b %Y %H:%M:%S', local)} {local.tm_zone}"


def short_text(moment: float, beside: float, seconds: bool = True) -> str:
    """`12:04:05`, and `24 Nov 12:04:05` on another day than `beside`; without seconds if not wished."""
    local = time.localtime(moment)
    said = time.strftime("%H:%M:%S" if seconds else "%H:%M", local)
    return said if local[:3] == time.localtime(beside)[:3] else f"{date_text(moment)} {said}"


def span_text(start: float, end: float) -> str:
    """`Tue 24 Nov 12:00 – 13:00 CET`; with seconds where it is short, and both zones where the clock was changed."""
    first, last = time.localtime(start), time.localtime(end)
    clock = "%H:%M:%S" if end - start < _WITH_SECONDS else "%H:%M"
    zone = "" if first.tm_zone == last.tm_zone else f" {first.tm_zone}"
    same_day = first[:3] == last[:3]
    left = f"{_day(first)} {time.strftime(clock, first)}{zone}"
    right = f"{'' if same_day else _day(last) + ' '}{time.strftime(clock, last)} {last.tm_zone}"
    return f"{left} – {right}"


def _day(local: time.struct_time) -> str:
    return f"{time.strftime('%a', local)} {local.tm_mday} {time.strftime('%b', local)}"


def length_text(seconds: float) -> str:
    """How long a span is, in its largest unit: `5 min`, `1.5 h`, `7 d`."""
    for size, word in ((DAY, "d"), (3600, "h"), (60, "min")):
        # 24 h and 36 h are said in hours
        if seconds >= size * (2 if size == DAY else 1):
            return f"{seconds / size:.3g} {word}"
    return f"{seconds:.3g} s"
