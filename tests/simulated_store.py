"""Writes simulated history of this machine, up to now, quickly: for screenshots, benchmarks and trying things out.

    python -m tests.simulated_store --data-dir /tmp/tried [--days 30] [--seed 1]
    perfwatch --data-dir /tmp/tried

The same seed gives the same values at the same moments. Every whole day is one of a few distinct ones, moved in
time, so that a year takes minutes; hours go through the same functions as the packer's. It only ever adds:
where days are stored already, it refuses.
"""

from __future__ import annotations

import argparse
import sys
import time
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from perfwatch_core.sources import load
from perfwatch_core.store import past
from perfwatch_core.store.batch import Batch, Column, Record, batches, microseconds
from perfwatch_core.store.chunks import FIVE, Covered, Hour, Packed, day_of, insert_hour, insert_row, week_of
from perfwatch_core.store.codec import encode
from perfwatch_core.store.command import with_link
from perfwatch_core.store.link import Link
from perfwatch_core.store.machine import this_machine
from perfwatch_core.store.packer import rolled, store_hour
from perfwatch_core.store.rollup import FIVE_MINUTES, HALF_HOUR, MICRO, Buckets, moved, packed
from perfwatch_core.store.series_ids import numbered
from tests.simulator import HOUR as HOUR_US
from tests.simulator import Simulator

_DAY_US = 24 * HOUR_US
_FIVES = 86400 // FIVE_MINUTES
# As a journal's name; any number that no journal draws
_SOURCE = 7


class _Template(NamedTuple):
    """A day to be moved in time: its midnight (UTC µs), its hours, packed five-minute and half-hourly buckets."""

    began: int
    hours: list[Hour]
    fives: dict[int, bytes]
    coarse: dict[int, Buckets]


class Store:
    """Writes simulated days for a machine; `first` is the UTC midnight of the first."""

    def __init__(self, link: Link, machine_id: int, seed: int = 1, interval: float = 5.0, distinct: int = 3) -> None:
        self._link = link
        self._machine_id = machine_id
        self._simulator = Simulator(seed, interval)
        self._distinct = distinct
        self._days: list[_Template] = []
        self._weeks: dict[datetime, dict[int, Buckets]] = {}

    def fill(self, first: datetime, days: int) -> None:
        """Write so many whole days and their rollups."""
        for number in range(days):
            if number % self._distinct == len(self._days):
                self._days.append(self._made(first + timedelta(days=number)))
            self._day(first + timedelta(days=number), self._days[number % self._distinct])
        with self._link.transaction():
            for at, held in self._weeks.items():
                self._link.execute(
                    "INSERT INTO history_week (at, machine_id, series, ends, body) VALUES (%s, %s, %s, %s, %b)"
                    " ON CONFLICT (at, machine_id) DO UPDATE SET (series, ends, body) ="
                    " (EXCLUDED.series, EXCLUDED.ends, EXCLUDED.body)",
                    (at, self._machine_id, *Packed.of({series: packed(one) for series, one in held.items()})),
                )

    def begin(self, day: datetime, now: datetime) -> None:
        """Write the hours of a day that is not over, up to `now`."""
        end = microseconds(now)
        for simulated in self._simulator.hours(microseconds(day), 24):
            count = bisect_left(simulated.at, end)
            if not count:
                return
            with self._link.transaction():
                ids = numbered(self._link, simulated.columns)
                entries = {ids[place]: encode(column[:count]) for place, column in simulated.columns.items()}
                at = simulated.at[:count]
                covered = Covered.of([(_SOURCE, at[0] // 1_000_000, count)])
                store_hour(self._link, self._machine_id, Hour(at, simulated.intervals[:count], entries, covered))

    def _day(self, day: datetime, template: _Template) -> None:
        by = microseconds(day) - template.began
        with self._link.transaction():
            for hour in template.hours:
                at = [one + by for one in hour.at]
                covered = Covered.of([(_SOURCE, at[0] // 1_000_000, len(at))])
                insert_hour(self._link, self._machine_id, replace(hour, at=at, covered=covered))
            fives = {series: moved(one, by // _DAY_US * _FIVES) for series, one in template.fives.items()}
            insert_row(self._link, (day, self._machine_id, FIVE, 0), None, Packed.of(fives))
        week = self._weeks.setdefault(week_of(day), {})
        for series, buckets in template.coarse.items():
            held = {key + by // (HALF_HOUR * MICRO): row for key, row in buckets.held.items()}
            week.setdefault(series, Buckets()).merge(Buckets(buckets.unit, held))

    def _made(self, day: datetime) -> _Template:
        hours = []
        fives: dict[int, Buckets] = {}
        coarse: dict[int, Buckets] = {}
        for simulated in self._simulator.hours(microseconds(day), 24):
            ids = numbered(self._link, simulated.columns)
            entries = {ids[place]: encode(column) for place, column in simulated.columns.items()}
            hours.append(Hour(simulated.at, simulated.intervals, entries, Covered([], [], [])))
            for series, buckets in rolled(simulated.at, entries).items():
                fives.setdefault(series, Buckets()).merge(buckets)
                coarse.setdefault(series, Buckets()).merge(buckets, 1, HALF_HOUR // FIVE_MINUTES)
        return _Template(microseconds(day), hours, {key: packed(one) for key, one in fives.items()}, coarse)


def batched(simulator: Simulator, start: int, hours: int, per_batch: int = 5) -> Iterator[Batch]:
    """So many simulated hours from `start` (UTC µs) as the batches a collector would store."""
    first = 1
    for simulated in simulator.hours(start, hours):
        columns = tuple(Column(place, flag=False) for place in simulated.columns)
        rows = zip(simulated.at, simulated.intervals, zip(*simulated.columns.values(), strict=True), strict=True)
        records = [
            Record(first + place, at, None if gap is None else gap / 1000, columns, values)
            for place, (at, gap, values) in enumerate(rows)
        ]
        first += len(records)
        for low in range(0, len(records), per_batch):
            yield from batches(_SOURCE, records[low : low + per_batch])


def machine_number(link: Link, key: str, name: str) -> int:
    """The number of a machine, new where it is not known."""
    row = link.execute(
        "INSERT INTO machines (key, name) VALUES (%s, %s) ON CONFLICT (key) DO UPDATE SET name = EXCLUDED.name"
        " RETURNING id",
        (key, name),
    ).fetchone()
    assert row is not None
    return int(row[0])


def main(argv: Sequence[str] | None = None) -> int:
    """Write the wished days for this machine; 1 with one sentence where there is history already."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.simulated_store", description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    where = parser.add_mutually_exclusive_group(required=True)
    where.add_argument("--data-dir", help="the data directory whose private PostgreSQL is filled")
    where.add_argument("--database-url", help="any other database")
    parser.add_argument("--days", type=int, default=30, help="whole days before today (default: 30)")
    parser.add_argument("--seed", type=int, default=1, help="what all values follow from (default: 1)")
    parser.add_argument("--interval", type=float, default=5.0, help="seconds between samples (default: 5)")
    parser.add_argument("--distinct", type=int, default=3, help="how many days differ (default: 3)")
    wishes = parser.parse_args(argv)
    given = {"data_dir": wishes.data_dir, "database_url": wishes.database_url}
    settings = load({name: value for name, value in given.items() if value is not None})
    now = datetime.now(UTC)
    midnight = day_of(now)
    began = time.monotonic()

    def filled(link: Link) -> str:
        machine = this_machine()
        number = machine_number(link, machine.key, machine.name)
        if past.bounds(link, number):
            return ""
        store = Store(link, number, wishes.seed, wishes.interval, wishes.distinct)
        store.fill(midnight - timedelta(days=wishes.days), wishes.days)
        store.begin(midnight, now)
        return f"{wishes.days} days and today until {now:%H:%M} UTC, {past.size_bytes(link) / 1e6:.1f} MB"

    said = with_link(settings, filled)
    if not said:
        print("this machine has history there already; name an empty directory or database", file=sys.stderr)
        return 1
    print(f"{said}, in {time.monotonic() - began:.0f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main())
