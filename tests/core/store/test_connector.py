"""An attempt to connect ends with a connection that is ready for use, or with one sentence."""

from __future__ import annotations

import socket
import threading
from dataclasses import replace

import pytest

from perfwatch_core.store import schema
from perfwatch_core.store.connector import Connected, Connector, External, Server, register
from perfwatch_core.store.link import Bell, Halt, Link
from perfwatch_core.store.state import StoreProblem
from tests.core.store.residents import MACHINE, Town
from tests.core.store.waiting import until


def outcome(server: Server, halt: Halt | None = None) -> Connected | str:
    """What comes of an attempt; the bell has rung by then."""
    bell = Bell()
    connector = Connector(server, MACHINE, "perfwatch test", halt or Halt(), bell)
    connector.begin()
    assert bell.wait(60.0)
    found = connector.outcome()
    assert found is not None
    assert connector.close(5.0)
    return found


def test_the_tables_are_there_and_the_machine_is_known(database: dict[str, str]) -> None:
    """In a database that was empty; the connection says whose it is."""
    found = outcome(Town(database))
    assert isinstance(found, Connected)
    with found.link as link:
        assert schema.stored(link) == schema.revisions()[-1]
        row = link.execute("SELECT key, name FROM machines WHERE id = %s", (found.machine_id,)).fetchone()
        assert row == (MACHINE.key, MACHINE.name)
        assert link.execute("SHOW application_name").fetchone() == ("perfwatch test",)


def test_processes_that_start_together_migrate_once(database: dict[str, str]) -> None:
    """Each waits for the other's migration, and both have the same number for the machine."""
    found: list[Connected | str] = []
    threads = [threading.Thread(target=lambda: found.append(outcome(Town(database)))) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    numbers = []
    for one in found:
        assert isinstance(one, Connected), one
        numbers.append(one.machine_id)
        one.link.close()
    assert numbers == [1, 1]


def test_a_machine_is_known_by_its_key(ready: dict[str, str]) -> None:
    """A new host name is taken over, another machine gets another number."""
    with Link.open(ready, Halt()) as link:
        number = register(link, MACHINE)
        assert register(link, replace(MACHINE, name="renamed")) == number
        assert register(link, replace(MACHINE, key="f" * 32)) != number
        rows = link.execute("SELECT name FROM machines ORDER BY name").fetchall()
    assert rows == [("here",), ("renamed",)]


def test_what_was_committed_is_on_the_disk(town: Town) -> None:
    """Also on a server whose administrator prefers speed."""
    town.tell("ALTER DATABASE {0} SET synchronous_commit = off")
    found = outcome(town)
    assert isinstance(found, Connected)
    with found.link as link:
        assert link.execute("SHOW synchronous_commit").fetchone() == ("on",)


def test_why_there_is_none(database: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    """The server's reason, PostgreSQL's, the migration's, the address's."""
    town = Town(database)
    town.away = "the disk is full"
    assert outcome(town) == "the disk is full"
    assert str(outcome(Town({**database, "dbname": "missing"}))).endswith("make it with: createdb missing")
    assert str(outcome(External("postgresql://me:secret@[h/d"))).startswith("DATABASE_URL cannot be read")
    monkeypatch.setattr(schema, "OLDEST", 990_000)
    assert "which is too old; upgrade it to" in str(outcome(Town(database)))
    with Link.open(database, Halt()) as link:
        assert schema.stored(link) is None


def test_it_ends_when_told_to() -> None:
    """While a server that never greets is waited for; the attempt afterwards ends as well."""
    halt, bell = Halt(), Bell()
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"postgresql://u@127.0.0.1:{silent.getsockname()[1]}/d"
        connector = Connector(External(url), MACHINE, "perfwatch test", halt, bell)
        connector.begin()
        until(lambda: connector.busy)
        halt.set()
        assert connector.close(5.0)
        assert connector.outcome() == "PerfWatch is stopping"


def test_a_connection_that_nobody_took_is_closed(town: Town) -> None:
    """PerfWatch is stopped in the very moment."""
    connector = Connector(town, MACHINE, "perfwatch untaken", Halt(), Bell())
    connector.begin()
    assert connector.close(10.0)
    until(lambda: town.sessions("perfwatch untaken") == 0)


def test_a_server_that_hangs_is_left_behind() -> None:
    """A name server that does not answer cannot be interrupted; whoever stops does not wait for it."""
    free = threading.Event()

    class Hangs(External):
        """Waits for a test."""

        def acquire(self, halt: Halt) -> dict[str, str]:
            """Until it is freed."""
            del halt
            free.wait()
            raise StoreProblem("too late")

    connector = Connector(Hangs(""), MACHINE, "perfwatch test", Halt(), Bell())
    connector.begin()
    assert not connector.close(0.05)
    free.set()
    assert connector.close(5.0)
