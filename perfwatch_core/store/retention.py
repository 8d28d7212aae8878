"""Keeps packed history within its policy: old days are downsampled, older ones dropped, and a size limit holds.

A day is a partition, so dropping it takes milliseconds and leaves nothing to vacuum. A downsampled day is
written anew beside the old one and takes its place.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from psycopg import errors

from perfwatch_core.metric import Value
from perfwatch_core.store.chunks import DAY, SAMPLES, WEEK, Packed, axis, days, partition, times
from perfwatch_core.store.codec import decode, encode, numbers
from perfwatch_core.store.link import Link
from perfwatch_core.store.past import size_bytes
from perfwatch_core.store.rollup import MICRO, TAG, Buckets, Cut, packed, unpacked

log = logging.getLogger(__name__)

STEPS = {"1m": 60, "5m": 300, "1h": 3600}
# Readers are done in milliseconds; an export may take longer, then the next round has its turn.
_PATIENCE = "SET LOCAL lock_timeout = '2s'"
# Clean-ups are at most a day apart (RETENTION_CLEANUP_INTERVAL_MINUTES) where nothing was off.
_APART = timedelta(hours=25)
# So many hours with samples say that a later time of day is the true one.
_BORNE_OUT = 24
_COLUMNS = "at, machine_id, tier, part, started, ended, step, sources, firsts, lasts, axis, series, ends, body"


class Kept(NamedTuple):
    """What a round did: days downsampled, days dropped, and the bytes that are left."""

    downsampled: int
    dropped: int
    size: int


def believed(link: Link, now: datetime) -> bool:
    """Whether history may grow old by this time of day; a clock set wrongly would make all of it old at once.

    It may where the clean-up before was at most a day ago, or is still to come by this clock. Otherwise the machine
    was off, or its clock was set: that shows when samples of a day's hours are stored since.
    """
    row = link.execute(
        "SELECT last_archive_run >= %(trusted)s OR (SELECT count(DISTINCT at) FROM history WHERE tier = %(tier)s"
        " AND at > coalesce(last_archive_run, '-infinity') AND at <= %(now)s) >= %(hours)s FROM archive_policy",
        {"trusted": now - _APART, "tier": SAMPLES, "now": now, "hours": _BORNE_OUT},
        prepare=False,
    ).fetchone()
    return bool(row and row[0])


def keep(link: Link, now: datetime, by_age: bool = True) -> Kept | None:
    """Apply the policy; None where it is switched off. What a reader holds up is left to the next round.

    Without `by_age` nothing is too old, and only the size limit counts.
    """
    policy = link.execute(
        "SELECT retention_days, downsample_after_days, downsample_interval, size_limit_bytes"
        " FROM archive_policy WHERE archive_enabled"
    ).fetchone()
    if policy is None:
        return None
    retention, after, interval, limit = policy
    dropped = downsampled = 0
    if by_age:
        expired, coarse = now - timedelta(days=retention), now - timedelta(days=after)
        dropped = sum(drop_day(link, day) for day in days(link) if day + DAY <= expired)
        downsampled = sum(downsample_day(link, day, STEPS[interval]) for day in days(link) if day + DAY <= coarse)
        link.execute("UPDATE archive_policy SET last_archive_run = %s", (now,))
    while limit is not None and size_bytes(link) > limit and len(left := days(link)) > 1:
        if not drop_day(link, left[0]):
            break
        dropped += 1
    return Kept(downsampled, dropped, size_bytes(link))


def drop_day(link: Link, day: datetime) -> bool:
    """Remove a day of all machines in every tier; False where a reader holds it."""
    try:
        with link.transaction():
            link.execute(_PATIENCE)
            link.execute("LOCK TABLE ONLY history IN ACCESS EXCLUSIVE MODE")
            link.execute(f"DROP TABLE IF EXISTS {partition(day)}")
            link.execute("DELETE FROM history_recent WHERE at >= %s AND at < %s", (day, day + DAY))
            link.execute("DELETE FROM history_week WHERE at <= %s", (day + DAY - WEEK,))
            link.execute("DELETE FROM metrics_batch WHERE started < %s AND ended < %s", (day + DAY, day + DAY))
    except (errors.LockNotAvailable, errors.DeadlockDetected) as error:
        log.info("history of %s stays until the next round: %s", day.date(), error)
        return False
    return True


def downsample_day(link: Link, day: datetime, step: int) -> bool:
    """Make buckets of `step` seconds of a day's samples; False with nothing to do, or where a reader holds it."""
    name = partition(day)
    rows = _finer(link, name, step)
    if not rows:
        return False
    made = [_downsampled(row, step) for row in rows]
    try:
        with link.transaction():
            link.execute(_PATIENCE)
            link.execute("LOCK TABLE ONLY history IN ACCESS EXCLUSIVE MODE")
            if _keys(link, name, step) != [row[:4] for row in rows]:
                return False
            _replace(link, day, step, made)
    except (errors.LockNotAvailable, errors.DeadlockDetected) as error:
        log.info("history of %s stays fine until the next round: %s", day.date(), error)
        return False
    return True


def _keys(link: Link, name: str, step: int) -> list[tuple[Any, ...]]:
    return link.execute(
        f"SELECT at, machine_id, tier, part FROM {name} WHERE tier = %s AND step < %s ORDER BY at, machine_id, part",
        (SAMPLES, step),
    ).fetchall()


def _finer(link: Link, name: str, step: int) -> list[tuple[Any, ...]]:
    return link.execute(
        f"SELECT {_COLUMNS} FROM {name} WHERE tier = %s AND step < %s ORDER BY at, machine_id, part",
        (SAMPLES, step),
        binary=True,
    ).fetchall()


def _replace(link: Link, day: datetime, step: int, rows: Sequence[Sequence[Any]]) -> None:
    name = partition(day)
    link.execute(f"CREATE TABLE {name}_new (LIKE history INCLUDING ALL)")
    link.execute(
        f"INSERT INTO {name}_new ({_COLUMNS}) SELECT {_COLUMNS} FROM {name} WHERE tier <> %s OR step >= %s",
        (SAMPLES, step),
    )
    marks = "%s, %s, %s, %s, %s, %s, %s, %s::bigint[], %s::bigint[], %s::bigint[], %b, %s, %s, %b"
    for row in rows:
        link.execute(f"INSERT INTO {name}_new ({_COLUMNS}) VALUES ({marks})", row)
    link.execute(f"DROP TABLE {name}")
    link.execute(f"ALTER TABLE {name}_new RENAME TO {name}")
    link.execute(
        f"ALTER TABLE history ATTACH PARTITION {name}"
        f" FOR VALUES FROM ('{day.isoformat()}') TO ('{(day + DAY).isoformat()}')"
    )


def _downsampled(row: Sequence[Any], step: int) -> tuple[Any, ...]:
    """A row of `_COLUMNS` in buckets of `step` seconds."""
    *key, started, ended, before, sources, firsts, lasts, old_axis, series, ends, body = row
    at = times(old_axis)
    width = step * MICRO
    cut = Cut.of(at, width)
    fresh = [one * width for one in cut.buckets]
    entries = {}
    for number, entry in Packed(series, ends, body).entries().items():
        buckets = Buckets()
        if entry[0] == TAG:
            buckets.merge(unpacked(entry), before, step)
        elif (column := numbers(entry)) is not None:
            buckets.add(column, cut)
        else:
            values = decode(entry)
            entries[number] = encode([_last(values[part]) for part in cut.parts])
            continue
        entries[number] = packed(buckets)
    intervals = [step * 1000] * len(fresh)
    return (*key, started, ended, step, sources, firsts, lasts, axis(fresh, intervals), *Packed.of(entries))


def _last(values: Sequence[Value | None]) -> Value | None:
    """The last that is known."""
    return next((one for one in reversed(values) if one is not None), None)
