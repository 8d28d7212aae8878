"""One process's part of the store without its thread: ticked by hand, on a clock that goes when told to."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterable, Mapping
from pathlib import Path

import psycopg
from psycopg.conninfo import make_conninfo

from perfwatch_core.bus import Inbox
from perfwatch_core.sample import Sample
from perfwatch_core.store.connector import Connector
from perfwatch_core.store.duty import Duty, House
from perfwatch_core.store.leader import Lock
from perfwatch_core.store.link import Bell, Halt, Link
from perfwatch_core.store.machine import Machine
from perfwatch_core.store.state import Role, StoreProblem
from perfwatch_core.store.uplink import Uplink, readable
from perfwatch_core.store.writer import COMMIT_SECONDS, Journal
from tests.core.store.samples import CATALOGUE
from tests.core.store.waiting import until

MACHINE = Machine("0123456789abcdef" * 2, "here")
INTERVAL = 5.0
# Ticks until the first sample is committed, whatever was committed before.
A_COMMIT = int(COMMIT_SECONDS / INTERVAL) + 1


class Clock:
    """Seconds that pass when told to."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        """The time."""
        return self.now


class Town:
    """A database that several processes use, and that goes away and comes back when told to."""

    def __init__(self, params: Mapping[str, str]) -> None:
        self.params = params
        self.away = ""
        self.asked = 0

    def acquire(self, halt: Halt) -> Mapping[str, str]:
        """Where it is, or why it cannot be had."""
        del halt
        self.asked += 1
        if self.away:
            raise StoreProblem(self.away)
        return self.params

    def release(self) -> None:
        """Nothing."""

    def pids(self) -> tuple[int, ...]:
        """None."""
        return ()

    def go(self, reason: str = "the server is down") -> None:
        """End every session, and let nobody in."""
        self.away = reason
        self.tell("SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = '{0}'")

    def come(self) -> None:
        """Let everyone in again."""
        self.away = ""

    def sessions(self, name: str = "perfwatch %") -> int:
        """How many connections of that name the server still knows."""
        return self.tell(
            f"SELECT count(*) FROM pg_stat_activity WHERE datname = '{{0}}' AND application_name LIKE '{name}'"
        )

    def tell(self, statement: str) -> int:
        """Run a statement as somebody who is connected elsewhere, {0} is the database's name; the number it gives."""
        elsewhere = make_conninfo("", **{**self.params, "dbname": self.params["user"]})
        with psycopg.connect(elsewhere, autocommit=True) as connection:
            done = connection.execute(statement.format(self.params["dbname"]).encode())
            row = done.fetchone() if done.description else None
        return int(row[0]) if row else 0

    def count(self, statement: str) -> int:
        """The number that a statement gives."""
        with Link.open(self.params, Halt()) as link:
            row = link.execute(statement.encode()).fetchone()
        return int(row[0]) if row else 0

    def stored(self) -> list[float]:
        """The numbers of all samples in the database, in the order of time."""
        with Link.open(self.params, Halt()) as link:
            rows = link.execute(
                "SELECT metric_data -> 'per_core' ->> 1 FROM metrics_snapshot WHERE metric_type = 'cpu'"
                " ORDER BY timestamp"
            ).fetchall()
        return [float(row[0]) for row in rows]


class Resident:
    """A process: what it was told to be, and what it received from another."""

    def __init__(self, town: Town, clock: Clock, data_dir: Path, machine: Machine = MACHINE) -> None:
        self._town = town
        self.roles: list[Role] = []
        self.received: list[Sample] = []
        self.configured: list[str] = []
        self._journals: list[Journal] = []
        self._data_dir = data_dir
        self._bell, self._halt = Bell(), Halt()
        self.inbox: Inbox[Sample] = Inbox(None, self._bell.set)
        self.lock = Lock(machine)
        self._connector = Connector(town, machine, self.lock.name, self._halt, self._bell)
        self.uplink = Uplink(self._connector, clock)
        house = House(CATALOGUE, lambda: INTERVAL, self.roles.append, self.configured.append, self._publish)
        self.duty = Duty(house, self.inbox, self._bell, self.uplink, self.lock, self._journal, clock)

    @property
    def role(self) -> Role:
        """What it is now."""
        return self.duty.role

    def tick(self, sample: Sample | None = None) -> None:
        """One tick of the sampler, unless it follows, and of the store."""
        if sample and self.role is not Role.FOLLOWING:
            self.inbox.put(sample)
        until(self._settled)

    def hear(self) -> None:
        """The tick for which the store's thread wakes up when the server says something unasked."""
        found = self.uplink.connected
        assert found
        until(lambda: readable(found.link))
        self.tick()

    def ticks(self, clock: Clock, samples: Iterable[Sample]) -> None:
        """A tick for each sample, an interval apart."""
        for sample in samples:
            clock.now += INTERVAL
            self.tick(sample)

    def die(self) -> None:
        """As kill -9 leaves it: no goodbye to the server, files as they are, locks free."""
        if found := self.uplink.connected:
            with socket.socket(fileno=os.dup(found.link.fileno())) as line:
                line.shutdown(socket.SHUT_RDWR)
            found.link.close()
        for journal in self._journals:
            journal.close()
        self._noticed()

    def leave(self) -> None:
        """End as the service does."""
        self.duty.close()
        self._halt.set()
        assert self._connector.close(5.0)
        self._noticed()

    def _noticed(self) -> None:
        """The server has seen it go, which takes it some milliseconds of real time."""
        until(lambda: self._town.sessions(self.lock.name) == 0)

    def _settled(self) -> bool:
        self.duty.tick()
        return not self._connector.busy

    def _journal(self) -> Journal:
        self._journals.append(Journal(self._data_dir, "m"))
        return self._journals[-1]

    def _publish(self, sample: Sample) -> None:
        # the bus gives it to everyone, also to the store's own inbox
        self.received.append(sample)
        self.inbox.put(sample)
