"""One count for each event of an interval: adds up kinds of core and single CPUs where all were counted."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from perfwatch_core.collectors.perf.lines import Row, State


class Count(NamedTuple):
    """What one event came to; `value` is None unless it was counted everywhere it had to be."""

    state: State
    value: float | None
    percent: float | None


UNSEEN = Count(State.NOT_COUNTED, None, 0.0)


def total(rows: Sequence[Row]) -> dict[str, Count]:
    """The count of the whole machine by event.

    On a hybrid processor the kinds of core are added up, with `-A` the CPUs; an event that one of them did
    not count, or did not mention, has no total: a sum over the rest would look like a number and be none.
    """
    plain = {
        event: Count(state, value, percent) for place, pmu, event, state, value, percent in rows if not (place or pmu)
    }
    # one line for each event, as on most machines
    if len(plain) == len(rows):
        return plain
    by_event: dict[str, list[Row]] = {}
    for row in rows:
        by_event.setdefault(row.event, []).append(row)
    if any(row.place for row in rows):
        return _over_places(rows, by_event)
    pmus = {row.pmu for row in rows if row.pmu}
    return {
        event: _sum(Count(row.state, row.value, row.percent) for row in of_event)
        if len(pmus) < 2 or not pmus.intersection(row.pmu for row in of_event)
        else _over_pmus(of_event, pmus)
        for event, of_event in by_event.items()
    }


def by_place(rows: Iterable[Row]) -> dict[tuple[str, str], Count]:
    """The count by (place, event).

    A CPU belongs to one kind of core; what the other kinds say of it, `<not counted>`, says nothing.
    """
    here: dict[tuple[str, str], list[Row]] = {}
    for row in rows:
        here.setdefault((row.place, row.event), []).append(row)
    return {
        key: _sum(
            Count(row.state, row.value, row.percent) for row in [row for row in found if row.value is not None] or found
        )
        for key, found in here.items()
    }


def _over_places(rows: Sequence[Row], by_event: Iterable[str]) -> dict[str, Count]:
    counts = by_place(rows)
    places = {row.place for row in rows}
    return {event: _sum(counts.get((place, event), UNSEEN) for place in places) for event in by_event}


def _over_pmus(of_event: Iterable[Row], pmus: Iterable[str]) -> Count:
    said: dict[str, Count] = {}
    for row in of_event:
        count = Count(row.state, row.value, row.percent)
        said[row.pmu] = _sum((said[row.pmu], count)) if row.pmu in said else count
    return _sum(said.get(pmu, UNSEEN) for pmu in pmus)


def _sum(parts: Iterable[Count]) -> Count:
    """All parts together: as good as the worst of them."""
    first, *others = parts
    for part in others:
        first = _both(first, part)
    return first


_BEST_TO_WORST = tuple(State)


def _both(one: Count, other: Count) -> Count:
    state = max(one.state, other.state, key=_BEST_TO_WORST.index)
    if one.value is None or other.value is None:
        return Count(state, None, None if state is State.NOT_SUPPORTED else 0.0)
    percents = [part.percent for part in (one, other) if part.percent is not None]
    return Count(state, one.value + other.value, min(percents, default=None))
