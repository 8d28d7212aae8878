"""Moves finished hours from the fresh batches into packed history, and finished days into their rollups.

Each move is one transaction that deletes what it read, so a crash at any point leaves all of it or none, and of
two that pack at once one finds nothing left. A batch that a journal replays after its hour was packed is known
by its number and dropped.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from operator import gt
from typing import Any

from perfwatch_core.metric import Value
from perfwatch_core.store.batch import Place, microseconds
from perfwatch_core.store.chunks import FIVE, Covered, Hour, Packed, insert_hour, insert_row, week_of
from perfwatch_core.store.codec import encode, numbers
from perfwatch_core.store.columns import taken_apart
from perfwatch_core.store.link import Link
from perfwatch_core.store.rollup import FIVE_MINUTES, HALF_HOUR, MICRO, Buckets, Cut, packed, unpacked
from perfwatch_core.store.series_ids import numbered

log = logging.getLogger(__name__)

# A batch may come this much after its last sample; what comes later is packed beside its hour.
GRACE = timedelta(minutes=2)
_HOUR = timedelta(hours=1)
_PAUSE = 0.0002
# A condition on a batch of an hour: true where packed history has it already.
_IS_PACKED = """EXISTS (
    SELECT FROM history AS packed CROSS JOIN LATERAL
        unnest(packed.sources, packed.firsts, packed.lasts) AS run (source, first, last)
    WHERE packed.at = %s AND packed.machine_id = batch.machine_id
    AND packed.tier = 0 AND run.source = batch.source AND batch.first_number BETWEEN run.first AND run.last)"""


def pack(link: Link, machine_id: int, now: datetime) -> int:
    """Pack every finished hour of a machine, then roll up every finished day; the number of samples packed."""
    count = 0
    for hour in due(link, machine_id, now):
        count += pack_hour(link, machine_id, hour)
    for day in _finished_days(link, machine_id, now):
        roll_day(link, machine_id, day)
    return count


def pack_next(link: Link, now: datetime) -> int | None:
    """Pack the oldest finished hour, or roll up the oldest finished day; None where nothing is left to do.

    Returns the number of samples packed. Looks after all machines of a database, for some are no more.
    """
    machines = link.execute(
        "SELECT id FROM machines WHERE EXISTS (SELECT FROM metrics_batch WHERE machine_id = machines.id)"
        " OR EXISTS (SELECT FROM history_recent WHERE machine_id = machines.id) ORDER BY id"
    ).fetchall()
    for (machine_id,) in machines:
        for hour in due(link, machine_id, now):
            return pack_hour(link, machine_id, hour)
        for day in _finished_days(link, machine_id, now):
            roll_day(link, machine_id, day)
            return 0
    return None


def due(link: Link, machine_id: int, now: datetime) -> list[datetime]:
    """The hours whose batches are all in, oldest first."""
    rows = link.execute(
        "SELECT DISTINCT date_trunc('hour', started, 'UTC') AS hour FROM metrics_batch"
        " WHERE machine_id = %s AND started < date_trunc('hour', %s::timestamptz - %s::interval, 'UTC') ORDER BY hour",
        (machine_id, now, GRACE),
    ).fetchall()
    return [row[0] for row in rows]


def pack_hour(link: Link, machine_id: int, hour: datetime) -> int:
    """Pack the batches that begin in an hour; the number of samples packed, 0 where all were packed before."""
    with link.transaction():
        rows = link.execute(
            f"DELETE FROM metrics_batch AS batch WHERE machine_id = %s AND started >= %s AND started < %s"
            f" RETURNING source, first_number, sample_count, started, samples::text, {_IS_PACKED}",
            (machine_id, hour, hour + _HOUR, hour),
            prepare=False,
        ).fetchall()
        rows = sorted((row for row in rows if not row[5]), key=lambda row: (row[3], row[0], row[1]))
        if not rows:
            return 0
        at, intervals, columns = joined([(row[3], row[4]) for row in rows])
        ids = numbered(link, columns)
        entries = {}
        for place, column in columns.items():
            entries[ids[place]] = encode(column)
            # whoever waits for the interpreter goes first: a sampler that is due, a window's frame
            time.sleep(_PAUSE)
        store_hour(link, machine_id, Hour(at, intervals, entries, Covered.of(row[:3] for row in rows)))
    return len(at)


def store_hour(link: Link, machine_id: int, hour: Hour) -> None:
    """Store an hour and its five-minute rollup; within a transaction."""
    part = insert_hour(link, machine_id, hour)
    rollup = Packed.of({number: packed(one) for number, one in rolled(hour.at, hour.entries).items()})
    link.execute(
        "INSERT INTO history_recent (at, machine_id, part, series, ends, body) VALUES (%s, %s, %s, %s, %s, %b)",
        (hour.hour, machine_id, part, *rollup),
    )


def rolled(at: Sequence[int], entries: Mapping[int, bytes]) -> dict[int, Buckets]:
    """The five-minute buckets of packed columns on an axis (UTC µs); words have none."""
    cut = Cut.of(at, FIVE_MINUTES * MICRO)
    found = {}
    for number, entry in entries.items():
        column = numbers(entry)
        if column is not None:
            found[number] = Buckets()
            found[number].add(column, cut)
    return found


def joined(
    bodies: Iterable[tuple[datetime, str]],
) -> tuple[list[int], list[int | None], dict[Place, list[Value | None]]]:
    """Batches as one: times (UTC µs) in order, intervals (ms), and a value of each column for each time."""
    at: list[int] = []
    intervals: list[int | None] = []
    columns: dict[Place, list[Value | None]] = {}
    for started, body in bodies:
        batch = taken_apart(microseconds(started), body)
        before, count = len(at), len(batch.at)
        at += batch.at
        intervals += [None if gap is None else round(gap * 1000) for gap in batch.intervals]
        for place, leaf in batch.leaves:
            column = columns.setdefault(place, [])
            column += [None] * (before - len(column))
            column += leaf if isinstance(leaf, list) and len(leaf) == count else _repeated(leaf, count)
    for column in columns.values():
        column += [None] * (len(at) - len(column))
    if any(map(gt, at, at[1:])):
        order = sorted(range(len(at)), key=at.__getitem__)
        at, intervals = [at[one] for one in order], [intervals[one] for one in order]
        columns = {place: [column[one] for one in order] for place, column in columns.items()}
    return at, intervals, columns


def _repeated(leaf: Any, count: int) -> list[Any]:
    return [leaf[0] if isinstance(leaf, list) else leaf] * count


def _finished_days(link: Link, machine_id: int, now: datetime) -> list[datetime]:
    rows = link.execute(
        "SELECT DISTINCT date_trunc('day', at, 'UTC') AS day FROM history_recent"
        " WHERE machine_id = %s AND at < date_trunc('day', %s::timestamptz - %s::interval, 'UTC') ORDER BY day",
        (machine_id, now, _HOUR),
    ).fetchall()
    return [row[0] for row in rows]


def roll_day(link: Link, machine_id: int, day: datetime) -> None:
    """Move a day's hourly rollups into the day's row and the week's."""
    span = (machine_id, day, day + timedelta(days=1))
    with link.transaction():
        fresh = link.execute(
            "DELETE FROM history_recent WHERE machine_id = %s AND at >= %s AND at < %s RETURNING series, ends, body",
            span,
        ).fetchall()
        if not fresh:
            return
        before = link.execute(
            "DELETE FROM history WHERE machine_id = %s AND at = %s AND tier = %s RETURNING series, ends, body",
            (machine_id, day, FIVE),
            prepare=False,
        ).fetchall()
        insert_row(link, (day, machine_id, FIVE, 0), None, _merged([*before, *fresh], 1))
        week = week_of(day)
        old = link.execute(
            "DELETE FROM history_week WHERE machine_id = %s AND at = %s RETURNING series, ends, body",
            (machine_id, week),
        ).fetchall()
        link.execute(
            "INSERT INTO history_week (at, machine_id, series, ends, body) VALUES (%s, %s, %s, %s, %b)",
            (week, machine_id, *_merged(old, 1, _merged(fresh, HALF_HOUR // FIVE_MINUTES))),
        )


def _merged(rows: Iterable[Sequence[Any]], ratio: int, *more: Packed) -> Packed:
    """All buckets of packed rollups in one; `ratio` of them make one."""
    found: dict[int, Buckets] = {}
    for one in (*(Packed(*row) for row in rows), *more):
        for number, entry in one.entries().items():
            found.setdefault(number, Buckets()).merge(unpacked(entry), 1, ratio)
    return Packed.of({number: packed(buckets) for number, buckets in found.items()})
