"""Means of equal blocks of a span for thousands of series at once; least and most would take three times as long."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import accumulate, repeat
from math import fsum
from operator import sub, truediv
from typing import cast

from perfwatch_core.store.batch import Place, microseconds
from perfwatch_core.store.codec import Numbers, numbers, numbers_of
from perfwatch_core.store.link import Link
from perfwatch_core.store.query import RAW_SPAN, binned, hours_of, ids_of
from perfwatch_core.store.rollup import FIVE_MINUTES, MICRO, Cut
from perfwatch_core.store.tail import tail

# A longer span is read from its five-minute sums: a block holds whole ones of them, so its mean is the same, and a
# hundredth is unpacked; only the span's two ends reach to whole five minutes.
SAMPLES_SPAN = timedelta(hours=6)


def means(
    link: Link, machine_id: int, places: Sequence[Place], start: datetime, end: datetime, width: int
) -> list[list[float]]:
    """The means of the blocks of each place, `width` seconds wide, in the order of time; within a `snapshot`."""
    longest = SAMPLES_SPAN if width % FIVE_MINUTES == 0 else RAW_SPAN
    rows = None if end - start > longest else list(hours_of(link, machine_id, ids_of(link, places), start, end))
    if rows is None or any(step for step, _, _ in rows):
        found = binned(link, machine_id, places, start, end, width, longest)
        return [[row[3] for row in buckets.rows()] for buckets in found]
    held = [_Sums() for _ in places]
    span = microseconds(start), microseconds(end)
    for _, at, pieces in rows:
        low, high = (bisect_left(at, one) for one in span)
        cut = Cut.of(at[low:high], width * MICRO)
        for sums, piece in zip(held, pieces, strict=True):
            column = None if piece is None else numbers(piece)
            if column is not None:
                sums.add(column._replace(values=column.values[low:high]), cut)
    at, newest = tail(link, machine_id, start, end, places)
    cut = Cut.of(at, width * MICRO)
    for sums, place in zip(held, places, strict=True):
        column = numbers_of(newest[place]) if at else None
        if column is not None:
            sums.add(column, cut)
    return [sums.means() for sums in held]


class _Sums:
    """Sum and count of each block of a series."""

    def __init__(self) -> None:
        self._held: dict[int, tuple[float, int]] = {}

    def add(self, column: Numbers, cut: Cut) -> None:
        """Put a column's numbers in, cut by its axis."""
        totals, counts = _summed(column, cut)
        rows = zip(map(truediv, totals, repeat(column.divisor)), counts, strict=True)
        if counts is cut.counts and self._held.keys().isdisjoint(cut.buckets):
            self._held.update(zip(cut.buckets, rows, strict=True))
            return
        for block, (total, count) in zip(cut.buckets, rows, strict=True):
            if count:
                before = self._held.get(block, (0.0, 0))
                self._held[block] = before[0] + total, before[1] + count

    def means(self) -> list[float]:
        """In the order of time."""
        held = self._held
        return [total / count for total, count in map(held.__getitem__, sorted(held))]


def _summed(column: Numbers, cut: Cut) -> tuple[Sequence[float], Sequence[int]]:
    """The sum and the count of the known numbers in each slice."""
    if column.complete and column.unit:
        # whole numbers add up exactly, so each sum is the difference of two totals; slices follow each other
        whole = cast("Sequence[int]", column.values)
        totals = list(accumulate(whole, initial=0))
        ends = [totals[one.stop] for one in cut.parts]
        return list(map(sub, ends, [0, *ends])), cut.counts
    known = [[one for one in column.values[part] if one is not None] for part in cut.parts]
    return list(map(fsum, known)), list(map(len, known))
