"""The store's connection: when it is tried again, what is said meanwhile, and what is done with it."""

from __future__ import annotations

from concurrent.futures import Future
from typing import Any

import psycopg
import pytest

from perfwatch_core.store.connector import Connector
from perfwatch_core.store.link import Bell, Halt, Link
from perfwatch_core.store.state import StoreProblem
from perfwatch_core.store.uplink import SIZE_SECONDS, Uplink
from tests.core.store.residents import MACHINE, Clock, Town
from tests.core.store.waiting import until


@pytest.fixture
def connector(town: Town) -> Connector:
    """Makes the attempts."""
    return Connector(town, MACHINE, "perfwatch test", Halt(), Bell())


@pytest.fixture
def uplink(connector: Connector, clock: Clock) -> Uplink:
    """Not yet connected."""
    return Uplink(connector, clock)


def attempt(uplink: Uplink, connector: Connector) -> bool:
    """Let one attempt begin, if it is time for one, and end; whether there is a connection now."""
    uplink.connect()
    until(lambda: uplink.connect() or not connector.busy)
    return uplink.connected is not None


@pytest.mark.expects_log("the database is away: it is on holiday")
def test_it_is_tried_again_less_and_less_often(town: Town, uplink: Uplink, connector: Connector, clock: Clock) -> None:
    """After 1, 2, 4 … up to 30 seconds; the same reason is logged once."""
    town.away = "it is on holiday"
    waits = []
    for _ in range(8):
        assert not attempt(uplink, connector)
        assert uplink.trouble == town.away
        assert uplink.due is not None
        waits.append(uplink.due - clock.now)
        clock.now = uplink.due - 0.1
        asked = town.asked
        assert not attempt(uplink, connector)
        assert town.asked == asked
        clock.now += 0.1
    assert waits == [1, 2, 4, 8, 16, 30, 30, 30]
    town.come()
    assert attempt(uplink, connector)
    assert (uplink.trouble, uplink.due) == ("", None)
    uplink.close()


@pytest.mark.expects_log("the database is away")
def test_only_a_commit_makes_it_hopeful_again(town: Town, uplink: Uplink, connector: Connector, clock: Clock) -> None:
    """A server that lets us in and then breaks each time is not to be asked every second."""
    waits = []
    for round_ in range(4):
        assert attempt(uplink, connector)
        if round_ == 3:
            uplink.proved()
        uplink.lose(psycopg.OperationalError("server closed the connection"))
        assert uplink.due is not None
        waits.append(uplink.due - clock.now)
        clock.now = uplink.due
    assert waits == [1, 2, 4, 1]
    assert town.asked == 4


def answered(future: Future[Any]) -> Any:
    """What came of it, without waiting."""
    assert future.done()
    return future.exception() or future.result()


@pytest.mark.expects_log("the database is away")
def test_what_is_asked_waits_for_the_first_attempt(town: Town, uplink: Uplink, connector: Connector) -> None:
    """Then it is done, or refused with the reason."""
    town.away = "it is on holiday"
    first: Future[Any] = Future()
    uplink.ask(lambda link: link.execute("SELECT 7").fetchone(), first)
    uplink.work()
    assert not first.done()
    attempt(uplink, connector)
    uplink.work()
    assert str(answered(first)) == "The database is away: it is on holiday."
    second: Future[Any] = Future()
    uplink.ask(lambda link: link.execute("SELECT 7").fetchone(), second)
    uplink.work()
    assert isinstance(answered(second), StoreProblem)


def test_what_is_asked_is_done_or_fails_by_itself(uplink: Uplink, connector: Connector) -> None:
    """A mistake of one that asks is its own; a connection that broke is everybody's."""
    assert attempt(uplink, connector)

    def asked(command: Any) -> Future[Any]:
        future: Future[Any] = Future()
        uplink.ask(command, future)
        return future

    good = asked(lambda link: link.execute("SELECT 7").fetchone())
    wrong = asked(lambda link: link.execute("SELEKT"))
    cancelled = asked(Link.close)
    cancelled.cancel()
    uplink.work()
    assert answered(good) == (7,)
    assert isinstance(answered(wrong), psycopg.errors.SyntaxError)

    def breaks(link: Link) -> None:
        link.execute("SELECT pg_terminate_backend(pg_backend_pid())")

    broken = asked(breaks)
    with pytest.raises(psycopg.OperationalError):
        uplink.work()
    assert isinstance(answered(broken), psycopg.OperationalError)
    late = asked(Link.close)
    uplink.close()
    assert str(answered(late)) == "The database is away: PerfWatch is stopping."


def test_the_size_is_looked_at_now_and_then(uplink: Uplink, connector: Connector, clock: Clock) -> None:
    """It takes the server a look at each file."""
    assert attempt(uplink, connector)
    found = uplink.connected
    assert found
    uplink.work()
    before = uplink.size
    assert before is not None
    found.link.execute("CREATE TABLE big AS SELECT repeat('x', 1000) FROM generate_series(1, 1000)")
    uplink.work()
    assert uplink.size == before
    clock.now += SIZE_SECONDS
    uplink.work()
    assert uplink.size is not None
    assert uplink.size > before + 1_000_000
    uplink.close()
