"""A connection that waits no longer than told, whatever the server does."""

from __future__ import annotations

import itertools
import socket
import threading
import time
from collections.abc import Generator

import psycopg
import pytest
from psycopg.waiting import Ready, Wait

from perfwatch_core.store import link as link_module
from perfwatch_core.store.link import CONNECT_SECONDS, Bell, Halt, Link, NoAnswer, Stopped


def test_halt_ends_a_statement_at_once(database: dict[str, str]) -> None:
    """From another thread, long before the statement would end."""
    halt = Halt()
    with Link.open(database, halt) as link:
        timer = threading.Timer(0.1, halt.set)
        timer.start()
        began = time.monotonic()
        with pytest.raises(Stopped):
            link.execute("SELECT pg_sleep(30)")
        assert time.monotonic() - began < 5
        timer.join()
        link.close()


def test_a_server_that_is_silent_is_given_up(database: dict[str, str]) -> None:
    """After `answer_seconds`."""
    with Link.open(database, Halt()) as link:
        link.answer_seconds = 0.1
        with pytest.raises(NoAnswer):
            link.execute("SELECT pg_sleep(30)")
        link.close()


def test_a_server_that_never_greets_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """It accepts the connection, as a stopped postmaster's kernel does, and says nothing."""
    monkeypatch.setattr(link_module, "CONNECT_SECONDS", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = str(silent.getsockname()[1])
        with pytest.raises(NoAnswer):
            Link.open({"host": "127.0.0.1", "port": port, "user": "u"}, Halt())


def test_a_server_far_away_has_time_for_each_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    """A login takes several, of which each has its time, and all of them together have theirs."""
    clock = itertools.count(step=4.0)
    monkeypatch.setattr(link_module, "monotonic", lambda: next(clock))
    deadlines: list[float] = []

    class Told(link_module.Waiting):
        def ready(self, fd: int, wait: Wait, deadline: float) -> Ready:
            del fd, wait
            deadlines.append(deadline)
            return Ready.R

    def login() -> Generator[tuple[int, Wait], Ready, str]:
        for _ in range(5):
            yield 0, Wait.R
        return "in"

    assert link_module.finish(login(), None, CONNECT_SECONDS, Told(Halt())) == "in"
    assert deadlines == [9, 13, 17, 20, 20]


def test_the_bell_is_answered_while_the_server_works(database: dict[str, str]) -> None:
    """Each ring, and the statement's result still comes; whoever waits next hears it too: it may be the end."""
    bell = Bell()
    heard = threading.Event()
    with Link.open(database, Halt()) as link:
        link.waiting.answering(bell, heard.set)
        timer = threading.Timer(0.05, bell.set)
        timer.start()
        assert link.execute("SELECT pg_sleep(0.3), 7").fetchone() == ("", 7)
        timer.join()
        assert heard.is_set()
        assert bell.wait(0)
        bell.clear()
        assert link.execute("SELECT 7").fetchone() == (7,)
        assert not bell.wait(0)


def test_every_host_is_tried(database: dict[str, str]) -> None:
    """A list of hosts is how libpq is told of a cluster."""
    hosts = {**database, "host": f"/nowhere,{database['host']}"}
    with Link.open(hosts, Halt()) as link:
        assert link.execute("SELECT 1").fetchone() == (1,)
    with pytest.raises(psycopg.OperationalError):
        Link.open({**database, "host": "/nowhere,/neither"}, Halt())


def test_a_notification_is_read_when_asked(database: dict[str, str]) -> None:
    """`drain` hands it to the handlers."""
    notes: list[str] = []
    with Link.open(database, Halt()) as link, Link.open(database, Halt()) as other:
        link.add_notify_handler(lambda note: notes.append(note.payload))
        link.execute("LISTEN here")
        other.execute("SELECT pg_notify('here', 'hello')")
        assert Bell().wait(5, link.fileno()) is False
        link.drain()
    assert notes == ["hello"]
