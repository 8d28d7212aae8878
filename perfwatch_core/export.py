"""History to a file: the rows of a span, one for each sample or bin, a column for each series; memory stays flat."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from fnmatch import fnmatchcase
from typing import BinaryIO

from perfwatch_core.export_formats import FORMATS
from perfwatch_core.metric import Catalogue, Kind, Series, Value
from perfwatch_core.spans import Span, local
from perfwatch_core.store.link import Link
from perfwatch_core.store.past import bounds, kept, places_between
from perfwatch_core.store.query import binned, snapshot, width_for
from perfwatch_core.store.rows import Row, rows_between
from perfwatch_core.store.series_ids import by_address, in_order, place_of_series

INTERVALS = {"5s": 5, "1m": 60, "5m": 300, "1h": 3600}
# A day of bins at a time.
_PIECE = timedelta(days=1)


class BadExport(ValueError):
    """What was asked for cannot be exported; the words say what can be."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What to export: `types` and `patterns` narrow it down, None is everything.

    A pattern is an address where `*` and `?` stand for anything: `cpu.per_core*`. `interval` is raw, a key of
    `INTERVALS`, or auto (at most 2,000 rows).
    """

    span: Span
    types: tuple[str, ...] | None = None
    patterns: tuple[str, ...] | None = None
    interval: str = "raw"
    format: str = "csv"


def export(
    link: Link,
    machine_id: int,
    catalogue: Catalogue,
    wish: Wish,
    target: BinaryIO,
    progress: Callable[[float], None] | None = None,
) -> int:
    """Write what is wished to `target`; the number of rows.

    Calls `progress` with the part that is done, from 0 to 1. BadExport where nothing would be written.
    """
    series = chosen(link, machine_id, catalogue, wish)
    count = 0

    def counted(found: Iterable[Row]) -> Iterator[Row]:
        nonlocal count
        for row in found:
            if progress is not None and count % 500 == 0:
                progress((row.moment - wish.span.start) / wish.span.length)
            count += 1
            yield row

    # closed also where writing fails, or the connection would be left in its transaction
    with closing(rows(link, machine_id, wish, series)) as found:
        FORMATS[wish.format](target, series, counted(found))
    if progress is not None:
        progress(1.0)
    return count


def check(catalogue: Catalogue, wish: Wish) -> None:
    """BadExport where a wish names what there is not; needs no database."""
    for type_ in wish.types or ():
        if type_ not in catalogue.types:
            raise BadExport(f"{type_!r} is no metric type; there are {', '.join(catalogue.types)}")
    if wish.format not in FORMATS:
        raise BadExport(f"{wish.format!r} is no format; there are {', '.join(FORMATS)}")
    if wish.interval not in ("raw", "auto", *INTERVALS):
        raise BadExport(f"{wish.interval!r} is no interval; there are raw, auto, {', '.join(INTERVALS)}")


def chosen(link: Link, machine_id: int, catalogue: Catalogue, wish: Wish) -> list[Series]:
    """The series of a wish that had values in its span, in the declared order; BadExport where there is none."""
    check(catalogue, wish)
    there = by_address(catalogue, dict.fromkeys(places_between(link, machine_id, *wish.span)))
    found = [series for series in there if _wanted(series, wish)]
    if not found:
        raise BadExport(_nothing(link, machine_id, wish, bool(there)))
    return in_order(catalogue, found)


def _nothing(link: Link, machine_id: int, wish: Wish, something: bool) -> str:
    if something:
        return "what was stored in that span does not fit; widen the types or the pattern"
    return (
        f"nothing was stored from {local(wish.span.start)} to {local(wish.span.end)}; {kept(bounds(link, machine_id))}"
    )


def _wanted(series: Series, wish: Wish) -> bool:
    if wish.types is not None and series.metric.type not in wish.types:
        return False
    return wish.patterns is None or any(_fits(str(series), pattern) for pattern in wish.patterns)


def _fits(address: str, pattern: str) -> bool:
    # brackets belong to addresses here, not to sets of characters
    return fnmatchcase(address, pattern.replace("[", "[[]"))


def rows(link: Link, machine_id: int, wish: Wish, series: Sequence[Series]) -> Generator[Row]:
    """The rows of a wish, in the order of time, without those that hold no value."""
    if wish.interval == "raw":
        yield from _samples(link, machine_id, wish, series)
        return
    width = INTERVALS.get(wish.interval) or width_for(*wish.span)
    places = [place_of_series(one) for one in series]
    step = max(_PIECE, timedelta(seconds=width))
    start = wish.span.start
    with snapshot(link):
        while start < wish.span.end:
            # pieces end where bins do, so that none is cut
            end = min(_aligned(start + step, width), wish.span.end)
            table: dict[int, list[Value | None]] = {}
            for place, buckets in enumerate(binned(link, machine_id, places, start, end, width)):
                for bucket, _, _, mean, _ in buckets.rows():
                    table.setdefault(bucket, [None] * len(places))[place] = mean
            for bucket in sorted(table):
                yield Row(datetime.fromtimestamp(bucket * width, UTC), None, table[bucket])
            start = end


def _aligned(moment: datetime, width: int) -> datetime:
    seconds = int(moment.timestamp())
    return datetime.fromtimestamp(seconds - seconds % width, UTC)


def _samples(link: Link, machine_id: int, wish: Wish, series: Sequence[Series]) -> Iterator[Row]:
    # what stands at a place may be of another kind than is declared today
    words = [one.metric.kind is Kind.TEXT for one in series]
    with closing(rows_between(link, machine_id, [place_of_series(one) for one in series], *wish.span)) as found:
        for row in found:
            if [isinstance(value, str) for value in row.values] == words:
                yield row
                continue
            values = [
                value if isinstance(value, str) is word else None for value, word in zip(row.values, words, strict=True)
            ]
            yield row._replace(values=values)
