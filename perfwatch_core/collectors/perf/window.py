"""What perf counted in one sample: the intervals that ended since the sample before, taken together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from perfwatch_core.collectors.perf.counts import UNSEEN, Count, by_place, total
from perfwatch_core.collectors.perf.lines import Row, State
from perfwatch_core.collectors.perf.output import Interval
from perfwatch_core.collectors.perf.ratios import RATIOS

MILLISECONDS = 1000.0

Counts = Mapping[str, Count]


class Window(NamedTuple):
    """Rates a second by event, derived values by field, and instructions per cycle by CPU number.

    `ratios` lacks what could not be known, and so does `core_ipc`.
    """

    rates: Counts
    ratios: Mapping[str, float]
    core_ipc: Mapping[str, float]


def window_of(intervals: Sequence[Interval]) -> Window | None:
    """The window of these intervals, None where there is none whose length is known.

    Each count is divided by the true length of the intervals in which it was counted, never by the
    nominal one: a stalled perf prints one long interval.
    """
    timed = [(interval.seconds, total(interval.rows)) for interval in intervals if interval.seconds is not None]
    if not timed:
        return None
    if len(timed) == 1:
        rates = {event: _in(seconds, event, count) for seconds, counts in timed for event, count in counts.items()}
    else:
        events = dict.fromkeys(event for _, counts in timed for event in counts)
        rates = {
            event: _rate(event, [(seconds, counts.get(event, UNSEEN)) for seconds, counts in timed]) for event in events
        }
    every = [counts for _, counts in timed]
    ratios = {
        ratio.field: ratio.scale * value
        for ratio in RATIOS
        if ratio.over in rates and (value := _quotient(every, ratio.over, ratio.under)) is not None
    }
    rows = [interval.rows for interval in intervals if interval.seconds is not None]
    return Window(rates, ratios, _core_ipc(rows) if rows[0] and rows[0][0].place else {})


def _in(seconds: float, event: str, count: Count) -> Count:
    """The rate of a count in one interval."""
    if count.value is None:
        return count
    return Count(
        count.state, count.value / (seconds * MILLISECONDS if event == "cpu-clock" else seconds), count.percent
    )


def _rate(event: str, parts: Sequence[tuple[float, Count]]) -> Count:
    length = ran = total_length = value = 0.0
    steady = True
    for seconds, count in parts:
        total_length += seconds
        if count.value is not None:
            length += seconds
            value += count.value
            ran += seconds * (count.percent or 0.0)
        steady = steady and count.state is State.OK
    if not length:
        return parts[-1][1]
    # cpu-clock is printed in milliseconds of CPU time: over seconds it is a number of CPUs
    value /= length * MILLISECONDS if event == "cpu-clock" else length
    if steady:
        return Count(State.OK, value, 100.0)
    return Count(State.SCALED, value, ran / total_length)


def _quotient(every: Sequence[Counts], over: str, under: str) -> float | None:
    """Sum of `over` / sum of `under` over the intervals that counted both; None where nothing happened."""
    top = bottom = 0.0
    for counts in every:
        one, other = counts.get(over, UNSEEN).value, counts.get(under, UNSEEN).value
        if one is not None and other is not None:
            top += one
            bottom += other
    return top / bottom if bottom > 0 else None


def _core_ipc(intervals: Sequence[Sequence[Row]]) -> dict[str, float]:
    per_cpu: dict[str, list[dict[str, Count]]] = {}
    for rows in intervals:
        here: dict[str, dict[str, Count]] = {}
        for (place, event), count in by_place(rows).items():
            if place.isdecimal():
                here.setdefault(place, {})[event] = count
        for place, counts in here.items():
            per_cpu.setdefault(place, []).append(counts)
    found = {cpu: _quotient(every, "instructions", "cycles") for cpu, every in per_cpu.items()}
    return {cpu: value for cpu, value in found.items() if value is not None}
