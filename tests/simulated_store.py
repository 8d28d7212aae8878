"""Fills a database with simulated history: `python -m tests.simulated_store DATABASE_URL [--days 30] [--seed 1]`.

Every day is one of a few distinct ones, moved in time, so that a year takes minutes; hours go through the same
functions as the packer's.
"""

from __future__ import annotations

import argparse
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from psycopg.conninfo import conninfo_to_dict

from perfwatch_core.store import schema
from perfwatch_core.store.batch import microseconds, moment
from perfwatch_core.store.chunks import FIVE, Covered, Hour, Packed, insert_hour, insert_row, week_of
from perfwatch_core.store.codec import encode
from perfwatch_core.store.link import Halt, Link
from perfwatch_core.store.machine import this_machine
from perfwatch_core.store.packer import rolled
from perfwatch_core.store.rollup import FIVE_MINUTES, HOUR, Buckets, moved, packed
from perfwatch_core.store.series_ids import numbered
from tests.simulator import HOUR as HOUR_US
from tests.simulator import Simulator

_DAY_US = 24 * HOUR_US
_FIVES = 86400 // FIVE_MINUTES


class _Template(NamedTuple):
    """A day to be moved in time: its midnight (UTC µs), its hours, packed five-minute and hourly buckets."""

    began: int
    hours: list[Hour]
    fives: dict[int, bytes]
    hourly: dict[int, Buckets]


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

    def _day(self, day: datetime, template: _Template) -> None:
        by = microseconds(day) - template.began
        with self._link.transaction():
            for hour in template.hours:
                at = [one + by for one in hour.at]
                covered = Covered.of([(7, at[0] // 1_000_000, len(at))])
                insert_hour(self._link, self._machine_id, replace(hour, at=at, covered=covered))
            fives = {series: moved(one, by // _DAY_US * _FIVES) for series, one in template.fives.items()}
            insert_row(self._link, (day, self._machine_id, FIVE, 0), None, Packed.of(fives))
        week = self._weeks.setdefault(week_of(day), {})
        for series, buckets in template.hourly.items():
            held = {key + by // HOUR_US: row for key, row in buckets.held.items()}
            week.setdefault(series, Buckets()).merge(Buckets(buckets.unit, held))

    def _made(self, day: datetime) -> _Template:
        hours = []
        fives: dict[int, Buckets] = {}
        hourly: dict[int, Buckets] = {}
        for simulated in self._simulator.hours(microseconds(day), 24):
            ids = numbered(self._link, simulated.columns)
            entries = {ids[place]: encode(column) for place, column in simulated.columns.items()}
            hours.append(Hour(simulated.at, simulated.intervals, entries, Covered([], [], [])))
            for series, buckets in rolled(simulated.at, entries).items():
                fives.setdefault(series, Buckets()).merge(buckets)
                hourly.setdefault(series, Buckets()).merge(buckets, 1, HOUR // FIVE_MINUTES)
        return _Template(microseconds(day), hours, {key: packed(one) for key, one in fives.items()}, hourly)


def machine_number(link: Link, key: str, name: str) -> int:
    """The number of a machine, new where it is not known."""
    row = link.execute(
        "INSERT INTO machines (key, name) VALUES (%s, %s) ON CONFLICT (key) DO UPDATE SET name = EXCLUDED.name"
        " RETURNING id",
        (key, name),
    ).fetchone()
    assert row is not None
    return int(row[0])


def main() -> None:
    """Write the wished days, up to the last midnight, for this machine."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("database")
    parser.add_argument("--days", type=int, default=30)
    parser.add_argument("--seed", type=int, default=1)
    wishes = parser.parse_args()
    params = {key: str(value) for key, value in conninfo_to_dict(wishes.database).items() if value is not None}
    midnight = moment(microseconds(datetime.now(UTC)) // _DAY_US * _DAY_US)
    with Link.open(params, Halt()) as link:
        schema.ensure(link, params, Halt())
        machine = this_machine()
        number = machine_number(link, machine.key, machine.name)
        Store(link, number, wishes.seed).fill(midnight - timedelta(days=wishes.days), wishes.days)


if __name__ == "__main__":
    main()
