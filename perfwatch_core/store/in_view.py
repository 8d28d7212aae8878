"""The statistics of a series in a span, from the samples themselves, for percentiles do not add up."""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

from perfwatch_core.metric import Series
from perfwatch_core.statistics_of import Statistics, statistics_of
from perfwatch_core.store.batch import microseconds
from perfwatch_core.store.chunks import PIECES, SAMPLES, times
from perfwatch_core.store.codec import encode, numbers
from perfwatch_core.store.link import Link
from perfwatch_core.store.query import REACH, ids_of, snapshot
from perfwatch_core.store.rollup import MICRO, TAG, columns
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
    values = array("d")
    extremes: list[float] = []
    place = place_of_series(series)
    low, high = microseconds(start), microseconds(end)
    with snapshot(link):
        for step, axis, piece in _pieces(link, machine_id, ids_of(link, [place]), start, end):
            if step and piece[0] == TAG:
                found = columns(piece)
                unit = found.unit or 1
                for bucket, count, total, least, most in zip(*found[1:], strict=True):
                    if low - step * MICRO < bucket * step * MICRO < high:
                        values.extend([total / count / unit] * count)
                        extremes += (least / unit, most / unit)
            elif (column := numbers(piece)) is not None:
                at = times(axis)
                inside = column.values[bisect_left(at, low) : bisect_left(at, high)]
                values.extend(one / column.divisor for one in inside if one is not None)
        newest = numbers(encode(tail(link, machine_id, start, end, [place]).columns[place]))
    if newest is not None:
        values.extend(one / newest.divisor for one in newest.values if one is not None)
    result = statistics_of(values)
    if result is None or not extremes:
        return result
    return replace(result, min=min(result.min, *extremes), max=max(result.max, *extremes))


def _pieces(
    link: Link, machine_id: int, wanted: list[int], start: datetime, end: datetime
) -> Iterator[tuple[int, bytes, bytes]]:
    since = start - REACH
    while since < end:
        until = min(since + _PAGE, end)
        rows = link.execute(
            f"SELECT step, axis, {PIECES} FROM history AS row WHERE machine_id = %(machine)s AND tier = {SAMPLES}"
            " AND at > %(since)s AND at <= %(until)s AND at < %(end)s AND started < %(end)s",
            {"machine": machine_id, "wanted": wanted, "since": since, "until": until, "end": end},
            prepare=False,
            binary=True,
        ).fetchall()
        for step, axis, (piece,) in rows:
            if piece is not None:
                yield step, axis, piece
        since = until
