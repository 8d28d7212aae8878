"""Rows of packed history: many packed columns in one value, and the partitions they lie in.

An hour is one row. A row for each series and hour would spend 80 bytes on its head and its place in an index;
one value for all lies in PostgreSQL's out-of-line storage in pieces of 2 kB, of which a reader of one series
fetches only its own, because the column's storage is EXTERNAL (manual, 66.2).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import accumulate, pairwise
from typing import Any, NamedTuple, cast

from perfwatch_core.store.batch import microseconds, moment
from perfwatch_core.store.codec import decode, encode, numbers
from perfwatch_core.store.link import Link

SAMPLES, FIVE = 0, 1
DAY = timedelta(days=1)
WEEK = timedelta(days=7)
MICRO = 1_000_000
# "PerfWhis" as a number: makers of partitions wait for each other.
_LOCK = 0x5065_7266_5768_6973

# The packed columns of the wanted series in a row, in the order asked for, NULL where the row has none.
PIECES = """ARRAY(
    SELECT substring(row.body FROM coalesce(row.ends[place - 1], 0) + 1
                     FOR row.ends[place] - coalesce(row.ends[place - 1], 0))
    FROM unnest(%(wanted)s::int[]) WITH ORDINALITY AS asked (id, number)
    CROSS JOIN LATERAL (SELECT array_position(row.series, asked.id)) AS found (place) ORDER BY number)"""


class Packed(NamedTuple):
    """Packed columns by the numbers of their series, as stored."""

    series: list[int]
    ends: list[int]
    body: bytes

    @classmethod
    def of(cls, entries: Mapping[int, bytes]) -> Packed:
        """Join the entries."""
        return cls(list(entries), list(accumulate(map(len, entries.values()))), b"".join(entries.values()))

    def entries(self) -> dict[int, bytes]:
        """The inverse of `of`."""
        cuts = pairwise((0, *self.ends))
        return {one: self.body[low:high] for one, (low, high) in zip(self.series, cuts, strict=True)}


class Covered(NamedTuple):
    """Which numbers of which journals a row holds, so that a batch that comes again is known."""

    sources: list[int]
    firsts: list[int]
    lasts: list[int]

    @classmethod
    def of(cls, batches: Iterable[tuple[int, int, int]]) -> Covered:
        """From (source, first number, count) of each batch."""
        found: list[list[int]] = []
        for source, first, count in sorted(batches):
            if found and found[-1][0] == source and found[-1][2] + 1 == first:
                found[-1][2] = first + count - 1
            else:
                found.append([source, first, first + count - 1])
        return cls(*([row[place] for row in found] for place in range(3)))


@dataclass(frozen=True, slots=True)
class Hour:
    """The samples of an hour: rising times (UTC µs), true intervals (ms), packed columns by series number.

    `step` is 0 for samples, else the seconds of the buckets they were downsampled to.
    """

    at: Sequence[int]
    intervals: Sequence[int | None]
    entries: Mapping[int, bytes]
    covered: Covered
    step: int = 0

    @property
    def hour(self) -> datetime:
        """The full hour in which it began."""
        return hour_of(self.at[0])


def hour_of(at: int) -> datetime:
    """The full UTC hour of a time (UTC µs)."""
    return moment(at - at % (3600 * MICRO))


def day_of(time: datetime) -> datetime:
    """The UTC day of an hour."""
    at = microseconds(time)
    return moment(at - at % (86_400 * MICRO))


def week_of(time: datetime) -> datetime:
    """The first of the seven days, counted from 1970-01-01, that a time is in."""
    at = microseconds(time)
    return moment(at - at % (7 * 86_400 * MICRO))


def axis(at: Sequence[int], intervals: Sequence[int | None]) -> bytes:
    """Times and intervals as bytes."""
    times = encode(list(at))
    return len(times).to_bytes(4, "little") + times + encode(list(intervals))


def times(data: bytes) -> list[int]:
    """The times (UTC µs) in an axis."""
    length = int.from_bytes(data[:4], "little")
    found = numbers(data[4 : 4 + length])
    assert found is not None  # they were whole numbers, none missing
    return cast("list[int]", found.values)


def gaps(data: bytes) -> list[float | None]:
    """The intervals (seconds) in an axis."""
    length = int.from_bytes(data[:4], "little")
    return [None if one is None else float(one) / 1000 for one in decode(data[4 + length :])]


def partition(day: datetime) -> str:
    """The name of a day's partition; a year before 1 or after 9999 is none of ours."""
    return f"history_{day:%Y%m%d}"


def days(link: Link) -> list[datetime]:
    """The UTC days that have packed history, the oldest first."""
    rows = link.execute(
        "SELECT relname FROM pg_inherits JOIN pg_class ON pg_class.oid = inhrelid"
        " WHERE inhparent = 'history'::regclass ORDER BY relname"
    ).fetchall()
    return [datetime.strptime(row[0], "history_%Y%m%d").replace(tzinfo=UTC) for row in rows]


def ensure_partition(link: Link, day: datetime) -> None:
    """Make the partition of a day unless it exists; within a transaction.

    Attaching a table made before takes a weak lock, where making it in place would wait for every reader.
    """
    name = partition(day)
    if _exists(link, name):
        return
    link.execute("SELECT pg_advisory_xact_lock(%s)", (_LOCK,))
    if _exists(link, name):
        return
    link.execute(f"CREATE TABLE {name} (LIKE history INCLUDING ALL)")
    link.execute(
        f"ALTER TABLE history ATTACH PARTITION {name}"
        f" FOR VALUES FROM ('{day.isoformat()}') TO ('{(day + DAY).isoformat()}')"
    )


def _exists(link: Link, name: str) -> bool:
    row = link.execute("SELECT to_regclass(%s) IS NOT NULL", (name,)).fetchone()
    return bool(row and row[0])


def insert_hour(link: Link, machine_id: int, hour: Hour) -> int:
    """Store an hour beside what is there of it; the number of its part. Within a transaction."""
    ensure_partition(link, day_of(hour.hour))
    row = link.execute(
        "SELECT coalesce(max(part) + 1, 0) FROM history WHERE at = %s AND machine_id = %s AND tier = %s",
        (hour.hour, machine_id, SAMPLES),
        prepare=False,
    ).fetchone()
    part = int(row[0]) if row else 0
    insert_row(link, (hour.hour, machine_id, SAMPLES, part), hour, Packed.of(hour.entries))
    return part


def insert_row(link: Link, key: tuple[datetime, int, int, int], hour: Hour | None, packed: Packed) -> None:
    """Store a row of `history` under (at, machine, tier, part); without an hour it is a rollup."""
    at = key[0]
    head: tuple[Any, ...] = (at, at, 300, [], [], [], b"")
    if hour is not None:
        head = (moment(hour.at[0]), moment(hour.at[-1]), hour.step, *hour.covered, axis(hour.at, hour.intervals))
    link.execute(
        "INSERT INTO history (at, machine_id, tier, part, started, ended, step, sources, firsts, lasts, axis,"
        " series, ends, body) VALUES (%s, %s, %s, %s, %s, %s, %s, %s::bigint[], %s::bigint[], %s::bigint[], %b,"
        " %s, %s, %b)",
        (*key, *head, *packed),
        prepare=False,
    )
