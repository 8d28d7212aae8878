"""Gets a connection that is ready for use, in a thread of its own, so that the store's thread never waits for one.

Starting a server, resolving a name, recovering after a crash, migrating: each may take long, and meanwhile
samples have to be brought to safety.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from typing import NamedTuple, Protocol

import psycopg

from perfwatch_core.priority import as_usual
from perfwatch_core.store import schema
from perfwatch_core.store.address import parameters
from perfwatch_core.store.link import Bell, Halt, Link
from perfwatch_core.store.machine import Machine
from perfwatch_core.store.problems import sentence
from perfwatch_core.store.state import StoreProblem


class Server(Protocol):
    """Whoever knows where PostgreSQL is: `store.cluster.Cluster`, or `External`."""

    def acquire(self, halt: Halt) -> Mapping[str, str]:
        """Make sure that it runs, again after it died; libpq's parameters. Errors are StoreProblem."""

    def release(self) -> None:
        """It is not needed any more."""

    def pids(self) -> tuple[int, ...]:
        """The processes that run it on our account."""


class External:
    """A PostgreSQL that somebody else runs, found through DATABASE_URL."""

    def __init__(self, url: str) -> None:
        self._url = url

    def acquire(self, halt: Halt) -> Mapping[str, str]:
        """Where it is; whether it answers shows when connecting."""
        del halt
        return parameters(self._url)

    def release(self) -> None:
        """Nothing: it is not ours."""

    def pids(self) -> tuple[int, ...]:
        """None: its cost is not ours."""
        return ()


class Connected(NamedTuple):
    """A connection to a database of the right schema, and this machine's row there."""

    link: Link
    machine_id: int
    params: Mapping[str, str]


class Connector:
    """Makes one attempt for each `begin`; `outcome` gives the connection, or the sentence on why there is none."""

    def __init__(self, server: Server, machine: Machine, name: str, halt: Halt, bell: Bell) -> None:
        self._server = server
        self._machine = machine
        self._name = name
        self._halt = halt
        self._bell = bell
        self._thread: threading.Thread | None = None
        self._outcome: Connected | str | None = None

    @property
    def busy(self) -> bool:
        """Whether an attempt is under way, or its outcome was not taken yet."""
        return self._outcome is not None or (self._thread is not None and self._thread.is_alive())

    def begin(self) -> None:
        """Make an attempt; `bell` rings when it is over."""
        self._thread = threading.Thread(target=self._run, name="store-connector", daemon=True)
        self._thread.start()

    def outcome(self) -> Connected | str | None:
        """What came of it, once; None while it lasts."""
        found, self._outcome = self._outcome, None
        return found

    def close(self, timeout: float) -> bool:
        """Wait for the attempt that `halt` ended; False where it hangs, as in a name server that is silent."""
        if self._thread is not None:
            self._thread.join(timeout)
            if self._thread.is_alive():
                return False
        if isinstance(self._outcome, Connected):
            self._outcome.link.close()
        return True

    def _run(self) -> None:
        # the private server is of any priority, whoever of its users starts it
        as_usual()
        self._outcome = self._attempt()
        self._bell.set()

    def _attempt(self) -> Connected | str:
        params: Mapping[str, str] = {}
        try:
            params = {**self._server.acquire(self._halt), "application_name": self._name}
            link = Link.open(params, self._halt)
        except (psycopg.Error, StoreProblem) as error:
            return sentence(error, params)
        try:
            schema.ensure(link, params, self._halt)
            # a cluster may be set up otherwise, but what was committed here must be on the disk
            link.execute(
                "SELECT set_config('synchronous_commit', 'on', false)"
                " WHERE current_setting('synchronous_commit') = 'off'"
            )
            return Connected(link, register(link, self._machine), params)
        except (psycopg.Error, StoreProblem) as error:
            link.close()
            return sentence(error, params)


def register(link: Link, machine: Machine) -> int:
    """The number of this machine in the database, made at its first visit; the name follows the host name."""
    find = "SELECT id, name FROM machines WHERE key = %s"
    row = link.execute(find, (machine.key,)).fetchone()
    if row is None:
        link.execute(
            "INSERT INTO machines (key, name) VALUES (%s, %s) ON CONFLICT DO NOTHING", (machine.key, machine.name)
        )
        row = link.execute(find, (machine.key,)).fetchone()
    elif row[1] != machine.name:
        link.execute("UPDATE machines SET name = %s WHERE key = %s", (machine.name, machine.key))
    if row is None:
        raise StoreProblem("this machine's row in table 'machines' vanished; start PerfWatch again")
    return int(row[0])
