"""Any span of any series as at most so many points, from the tier that answers fastest.

Up to `RAW_SPAN` from the samples themselves, up to `FIVE_SPAN` from five-minute rollups, beyond that from
half-hourly ones: so a query unpacks some thousands of numbers whatever its span. Bins begin at multiples of their
width, counted from 1970, so that they stay where they are while a window moves.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from operator import sub

from perfwatch_core.metric import Series
from perfwatch_core.store.batch import Place, microseconds
from perfwatch_core.store.chunks import DAY, FIVE, PIECES, SAMPLES, WEEK, Packed, days, times
from perfwatch_core.store.codec import Numbers, numbers, numbers_of
from perfwatch_core.store.link import Link
from perfwatch_core.store.rollup import FIVE_MINUTES, HALF_HOUR, MICRO, TAG, Buckets, Cut, columns
from perfwatch_core.store.series_ids import place_of_series, text_of
from perfwatch_core.store.tail import tail

POINTS = 2000
RAW_SPAN = timedelta(hours=26)
FIVE_SPAN = timedelta(days=10)
# Widths of bins in seconds: whole parts of a day, so that bins of a day do not shift from one to the next.
_WIDTHS = (1, 2, 5, 10, 15, 20, 30, 60, 120, 300, 600, 900, 1200, 1800, 3600, 7200, 10800, 14400, 21600, 43200, 86400)
# An hour's row reaches this far: its last batch may begin just before the next hour.
REACH = timedelta(hours=1, minutes=5)
_MANY = 400
# The longest interval between samples that the settings take, in seconds.
LONGEST = 60.0


@dataclass(frozen=True, slots=True)
class Points:
    """Bins of a series, without those that hold no value.

    `time` is UTC seconds of each bin's beginning; a bin is `width` seconds wide. `mean` is that of all samples
    in the bin, `count` says how many they are. A line through the points is to be broken at `breaks`.
    """

    width: int
    time: list[float]
    count: list[int]
    min: list[float]
    mean: list[float]
    max: list[float]

    def breaks(self) -> list[int]:
        """The places of points before which something is missing: a line must not join them to the one before.

        Bins narrower than the interval between samples have no value in some that miss nothing; so a break is
        where points lie further apart than both before and after, and than samples ever do.
        """
        apart = list(map(sub, self.time[1:], self.time))
        found = []
        for place, here in enumerate(apart):
            around = max(apart[max(place - 1, 0) : place] + apart[place + 1 : place + 2], default=0.0)
            if here > 2.5 * max(self.width, min(around, LONGEST)):
                found.append(place + 1)
        return found


def points(link: Link, machine_id: int, series: Series, start: datetime, end: datetime, points: int = POINTS) -> Points:
    """A span of one series as at most `points` points."""
    return points_of(link, machine_id, [series], start, end, points)[series]


def points_of(
    link: Link, machine_id: int, wanted: Sequence[Series], start: datetime, end: datetime, points: int = POINTS
) -> dict[Series, Points]:
    """A span of several series, all on the same bins and as of the same moment; words have no points."""
    width = width_for(start, end, points)
    with snapshot(link):
        return points_in(link, machine_id, wanted, start, end, width)


def points_in(
    link: Link, machine_id: int, wanted: Sequence[Series], start: datetime, end: datetime, width: int
) -> dict[Series, Points]:
    """A span of several series in bins `width` seconds wide; within a `snapshot`."""
    found = binned(link, machine_id, [place_of_series(series) for series in wanted], start, end, width)
    return {series: Points(width, *_columns(buckets, width)) for series, buckets in zip(wanted, found, strict=True)}


def width_for(start: datetime, end: datetime, points: int = POINTS) -> int:
    """The width of bins in seconds so that a span has at most `points` of them."""
    if end <= start:
        raise ValueError(f"a span must end after it begins; {start.isoformat()} to {end.isoformat()} does not")
    least = 1 if end - start <= RAW_SPAN else FIVE_MINUTES if end - start <= FIVE_SPAN else HALF_HOUR
    low, high = microseconds(start), microseconds(end) - 1
    for width in (*_WIDTHS, *(86400 * count for count in range(2, 5000))):
        if width >= least and high // (width * MICRO) - low // (width * MICRO) < points:
            return width
    raise ValueError(f"{points} points cannot show a span of {(end - start).days} days; ask for more")


@contextmanager
def snapshot(link: Link) -> Iterator[None]:
    """Let all queries within see the store as of one moment; the link is not in a transaction yet.

    The lock comes before the moment: what drops or rewrites a day waits for readers, and readers for it.
    """
    with link.transaction():
        link.execute(
            "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY; LOCK TABLE ONLY history IN ACCESS SHARE MODE"
        )
        yield


def binned(
    link: Link,
    machine_id: int,
    places: Sequence[Place],
    start: datetime,
    end: datetime,
    width: int,
    raw_span: timedelta = RAW_SPAN,
) -> list[Buckets]:
    """The buckets, `width` seconds wide, of some places in a span; within a `snapshot`.

    A span longer than `raw_span` is made of rollups: `width` must then be a multiple of 300 s.
    """
    ids = ids_of(link, places)
    found = [Buckets() for _ in places]
    bins = _Bins(found, microseconds(start), microseconds(end), width * MICRO)
    if end - start <= raw_span:
        for step, at, pieces in hours_of(link, machine_id, ids, start, end):
            if step:
                bins.buckets(pieces, step)
            else:
                bins.samples(at, [None if piece is None else numbers(piece) for piece in pieces])
    else:
        task = {"machine": machine_id, "wanted": ids, "start": start, "end": end}
        if end - start <= FIVE_SPAN:
            _from_rollups(link, task, bins, FIVE_MINUTES)
        elif kept := days(link):
            # a week's row stays until the last of its days is gone
            _from_rollups(link, task, bins, HALF_HOUR, microseconds(kept[0]))
    fresh, newest = tail(link, machine_id, start, end, places)
    if fresh:
        bins.samples(fresh, [numbers_of(newest[place]) for place in places])
    return found


class _Bins:
    """Collects samples and buckets of a span in bins."""

    def __init__(self, found: list[Buckets], low: int, high: int, width: int) -> None:
        self._found = found
        self._span = low, high
        self._width = width

    def samples(self, at: list[int], columns: Sequence[Numbers | None]) -> None:
        """Columns of numbers at rising times (UTC µs)."""
        low, high = (bisect_left(at, one) for one in self._span)
        cut = Cut.of(at[low:high], self._width)
        for buckets, column in zip(self._found, columns, strict=True):
            if column is not None:
                buckets.add(Numbers(column.values[low:high], column.unit, column.complete), cut)

    def buckets(self, pieces: Sequence[bytes | None], step: int, since: int = 0) -> None:
        """Packed buckets of `step` seconds; the first may begin before the span, but none before `since` (UTC µs)."""
        span = max(self._span[0] - self._span[0] % (step * MICRO), since), self._span[1]
        for buckets, piece in zip(self._found, pieces, strict=True):
            if piece and piece[0] == TAG:
                buckets.take(columns(piece), step * MICRO, self._width, span)


def hours_of(
    link: Link, machine_id: int, wanted: list[int], start: datetime, end: datetime
) -> Iterator[tuple[int, list[int], list[bytes | None]]]:
    """The packed hours of a span that have any of the wanted series: step, times (UTC µs), a column for each."""
    # looking each of very many up among as many takes the server longer than handing out all
    asked = PIECES if len(wanted) < _MANY else "series, ends, body"
    rows = link.execute(
        f"SELECT step, axis, {asked} FROM history AS row WHERE machine_id = %(machine)s AND tier = {SAMPLES}"
        " AND at > %(from)s AND at < %(end)s AND started < %(end)s"
        " AND ended >= %(start)s::timestamptz - step * interval '1 second' ORDER BY at, part",
        {"machine": machine_id, "wanted": wanted, "start": start, "end": end, "from": start - REACH},
        prepare=False,
        binary=True,
    )
    for step, axis, *rest in rows:
        entries = Packed(*rest).entries() if len(rest) > 1 else {}
        pieces = [entries.get(one) for one in wanted] if entries else rest[0]
        if any(piece is not None for piece in pieces):
            yield step, times(axis), pieces


def _from_rollups(link: Link, task: dict[str, object], bins: _Bins, step: int, since: int = 0) -> None:
    source, reach = (
        (f"history AS row WHERE tier = {FIVE} AND", DAY) if step < HALF_HOUR else ("history_week AS row WHERE", WEEK)
    )
    for table, back, width in ((source, reach, step), ("history_recent AS row WHERE", REACH, FIVE_MINUTES)):
        rows = link.execute(
            f"SELECT {PIECES} FROM {table} machine_id = %(machine)s AND at > %(from)s AND at < %(end)s ORDER BY at",
            {**task, "from": _before(task, back + timedelta(seconds=FIVE_MINUTES))},
            prepare=False,
            binary=True,
        )
        for (pieces,) in rows:
            bins.buckets(pieces, width, since)


def _before(task: dict[str, object], reach: timedelta) -> datetime:
    start = task["start"]
    assert isinstance(start, datetime)
    return start - reach


def ids_of(link: Link, places: Sequence[Place]) -> list[int]:
    """The numbers of places; 0 for one that never had a packed value."""
    texts = [text_of(place) for place in places]
    rows = dict(link.execute("SELECT place, id FROM history_series WHERE place = ANY (%s)", (texts,)).fetchall())
    return [int(rows.get(text, 0)) for text in texts]


def _columns(buckets: Buckets, width: int) -> tuple[list[float], list[int], list[float], list[float], list[float]]:
    rows = list(buckets.rows())
    return (
        [float(row[0] * width) for row in rows],
        [row[1] for row in rows],
        [row[2] for row in rows],
        [row[3] for row in rows],
        [row[4] for row in rows],
    )
