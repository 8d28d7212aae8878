"""Two spans of equal length: their bins one upon the other, and what changed between them."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import inf
from operator import sub

from perfwatch_core.changes import BLOCKS, Changes, changes
from perfwatch_core.metric import Catalogue, Series
from perfwatch_core.store.blocks import SAMPLES_SPAN, means
from perfwatch_core.store.link import Link
from perfwatch_core.store.past import places_between
from perfwatch_core.store.query import LONGEST, POINTS, Points, points_in, snapshot, width_for
from perfwatch_core.store.series_ids import by_address

Moments = tuple[datetime, datetime]


@dataclass(frozen=True, slots=True)
class Compared:
    """The bins of one series in span a and in span b, which begins `shift` seconds later (or earlier, below 0)."""

    a: Points
    b: Points
    shift: float

    def difference(self) -> tuple[list[float], list[float]]:
        """Times (UTC seconds, in span a) of bins that have one of b beneath, and mean of b less mean of a there.

        Beneath lies the nearest; samples of two days are seldom taken at the same second of the minute.
        """
        apart = sorted(map(sub, self.b.time[1:], self.b.time))
        reach = 0.75 * max(self.b.width, min(apart[len(apart) // 2], LONGEST) if apart else 0.0)
        times, deltas = [], []
        for time, mean in zip(self.a.time, self.a.mean, strict=True):
            there = time + self.shift
            right = bisect_left(self.b.time, there)
            near = min((right - 1, right), key=lambda place: self._apart(place, there))
            if self._apart(near, there) <= reach:
                times.append(time)
                deltas.append(self.b.mean[near] - mean)
        return times, deltas

    def _apart(self, place: int, time: float) -> float:
        return abs(self.b.time[place] - time) if 0 <= place < len(self.b.time) else inf


def compare(
    link: Link, machine_id: int, wanted: Sequence[Series], a: Moments, b: Moments, points: int = POINTS
) -> dict[Series, Compared]:
    """The bins of some series in both spans, equally wide; ValueError for unequal lengths."""
    _equally_long(a, b)
    width = max(width_for(*a, points), width_for(*b, points))
    with snapshot(link):
        of_a, of_b = (points_in(link, machine_id, wanted, *span, width) for span in (a, b))
    shift = (b[0] - a[0]) / timedelta(seconds=1)
    return {one: Compared(of_a[one], of_b[one], shift) for one in wanted}


def resolution(length: timedelta) -> str:
    """What the blocks of spans so long are made of, as intervals are called elsewhere: `raw` samples or `5m` sums."""
    return "raw" if length <= SAMPLES_SPAN else "5m"


def changed(
    link: Link, machine_id: int, catalogue: Catalogue, a: Moments, b: Moments, types: Collection[str] | None = None
) -> Changes[Series]:
    """Every declared series ranked by how far it moved from span a to span b; ValueError for unequal lengths."""
    _equally_long(a, b)
    with snapshot(link):
        return changes(_blocks(link, machine_id, catalogue, a, types), _blocks(link, machine_id, catalogue, b, types))


def _equally_long(a: Moments, b: Moments) -> None:
    if a[1] - a[0] != b[1] - b[0]:
        raise ValueError(f"the spans differ in length: {a[1] - a[0]} and {b[1] - b[0]}; give two of equal length")


def _blocks(
    link: Link, machine_id: int, catalogue: Catalogue, span: Moments, types: Collection[str] | None
) -> dict[Series, list[float]]:
    places = [place for place in places_between(link, machine_id, *span) if types is None or place[0] in types]
    known = by_address(catalogue, dict.fromkeys(places))
    width = width_for(*span, BLOCKS + 1)
    return dict(zip(known, means(link, machine_id, list(known.values()), *span, width), strict=True))
