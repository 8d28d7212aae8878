"""The statistics of a series in a span, from the samples themselves, for percentiles do not add up."""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import repeat
from operator import truediv
from typing import Any

from perfwatch_core.metric import Series
from perfwatch_core.statistics_of import Statistics, statistics_of
from perfwatch_core.store.batch import microseconds
from perfwatch_core.store.chunks import PIECES, SAMPLES, times
from perfwatch_core.store.codec import Numbers, numbers, numbers_of
from perfwatch_core.store.link import Link
from perfwatch_core.store.query import REACH, ids_of, snapshot
from perfwatch_core.store.rollup import MICRO, TAG, Columns, columns
from perfwatch_core.store.series_ids import place_of_series
from perfwatch_core.store.tail import tail

# Rows fetched at once: some hundred kilobytes.
_PAGE = timedelta(days=2)


def statistics_between(
    link: Link, machine_id: int, series: Series, start: datetime, end: datetime
) -> Statistics | None:
    """The figures of a series in a span, None where it has no numbers there.

    A downsampled bucket counts as so many samples of its mean; least and most stay those of the samples.
    """
    figures = _Figures(microseconds(start), microseconds(end))
    place = place_of_series(series)
    with snapshot(link):
        for step, axis, piece in _pieces(link, machine_id, ids_of(link, [place]), start, end):
            if step and piece[0] == TAG:
                figures.take_buckets(columns(piece), step * MICRO)
            elif (column := numbers(piece)) is not None:
                figures.take(column, axis and times(axis))
        newest = numbers_of(tail(link, machine_id, start, end, [place]).columns[place])
    if newest is not None:
        figures.take(newest, None)
    return figures.result()


class _Figures:
    """Collects the numbers of a span, whole ones as such: a month of them is half a million."""

    def __init__(self, low: int, high: int) -> None:
        self._low, self._high = low, high
        self._unit: int | None = None
        # of whole numbers at first, of floats once units differ
        self._values: array[Any] = array("q")
        self._extremes: list[float] = []

    def take(self, column: Numbers, at: Sequence[int] | None) -> None:
        """The numbers of a column that lie in the span by its times (UTC µs), all of them without."""
        values = column.values
        if at is not None:
            values = values[bisect_left(at, self._low) : bisect_left(at, self._high)]
        known = values if column.complete else [one for one in values if one is not None]
        if self._unit is None and column.unit:
            self._unit = column.unit
        if column.unit and column.unit == self._unit:
            self._values.extend(known)
            return
        self._as_floats()
        self._values.extend(one / column.divisor for one in known if one is not None)

    def take_buckets(self, found: Columns, width: int) -> None:
        """Those buckets of `width` µs that begin in the span or before it, each as often as it has samples."""
        self._as_floats()
        unit = found.unit or 1
        for bucket, count, total, least, most in zip(*found[1:], strict=True):
            if self._low - width < bucket * width < self._high:
                self._values.extend(repeat(total / count / unit, count))
                self._extremes += (least / unit, most / unit)

    def result(self) -> Statistics | None:
        """The figures of all that was taken."""
        result = statistics_of(self._values, self._unit or 1)
        if result is None or not self._extremes:
            return result
        return replace(result, min=min(result.min, *self._extremes), max=max(result.max, *self._extremes))

    def _as_floats(self) -> None:
        """From here on numbers of different units come together."""
        if self._unit != 0:
            self._values = array("d", map(truediv, self._values, repeat(self._unit or 1)))
            self._unit = 0


def _pieces(
    link: Link, machine_id: int, wanted: list[int], start: datetime, end: datetime
) -> Iterator[tuple[int, bytes | None, bytes]]:
    """Steps, axes and columns of the hours of a span; no axis where the whole hour lies in it."""
    since = start - REACH
    while since < end:
        until = min(since + _PAGE, end)
        rows = link.execute(
            "SELECT step, CASE WHEN started < %(start)s OR ended >= %(end)s THEN axis END,"
            f" {PIECES} FROM history AS row WHERE machine_id = %(machine)s AND tier = {SAMPLES}"
            " AND at > %(since)s AND at <= %(until)s AND at < %(end)s AND started < %(end)s",
            {"machine": machine_id, "wanted": wanted, "since": since, "until": until, "start": start, "end": end},
            prepare=False,
            binary=True,
        ).fetchall()
        for step, axis, (piece,) in rows:
            if piece is not None:
                yield step, axis, piece
        since = until
