"""The store thread's connection: there or not, why not, and when it is tried again."""

from __future__ import annotations

import logging
import select
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any

import psycopg

from perfwatch_core.store import schema
from perfwatch_core.store.connector import Connected, Connector
from perfwatch_core.store.link import Bell, Link, Stopped
from perfwatch_core.store.problems import sentence
from perfwatch_core.store.state import StoreProblem
from perfwatch_core.store.writer import Writer

log = logging.getLogger(__name__)

# Seconds from a failure to the next attempt: the first, doubling up to the last.
RETRY_SECONDS = (1.0, 30.0)
SIZE_SECONDS = 300.0

Command = Callable[[Link], Any]


class Uplink:
    """A connection that comes and goes. All but `ask` runs in the store's thread.

    `trouble` is one sentence on why there is none, empty while there is one or the first attempt lasts;
    `size` bytes of the database when last looked at.
    """

    def __init__(self, connector: Connector, clock: Callable[[], float] = time.monotonic) -> None:
        self._connector = connector
        self._clock = clock
        self._commands: deque[tuple[Command, Future[Any]]] = deque()
        self._delay = RETRY_SECONDS[0]
        self._retry_at = clock()
        self._size_at = 0.0
        self.connected: Connected | None = None
        self.lost_at = clock()
        self.trouble = ""
        self._logged = ""
        self.size: int | None = None

    @property
    def due(self) -> float | None:
        """When (monotonic seconds) the next attempt is, None while one lasts or there is a connection."""
        return None if self.connected or self._connector.busy else self._retry_at

    def answering(self, bell: Bell, answer: Callable[[], None]) -> None:
        """Call `answer` for `bell` also while the server is waited for."""
        if self.connected:
            self.connected.link.waiting.answering(bell, answer)

    def ask(self, command: Command, answer: Future[Any]) -> None:
        """Have something done in the store's thread; from any thread, which then rings the bell."""
        self._commands.append((command, answer))

    def connect(self) -> Connected | None:
        """The connection that has just come to be, once; begins an attempt where it is time for one."""
        if self.connected is not None:
            return None
        match self._connector.outcome():
            case Connected() as found:
                self.connected, self.trouble = found, ""
                return found
            case str() as reason:
                self._failed(reason)
        if not self._connector.busy and self._clock() >= self._retry_at:
            self._connector.begin()
        return None

    def work(self) -> None:
        """Hear what the server says unasked, do what was asked for, look at the size now and then."""
        if self.connected is None:
            if self.trouble:
                self._refuse()
            return
        link = self.connected.link
        if readable(link):
            link.drain()
        while self._commands:
            command, answer = self._commands.popleft()
            _do(command, answer, link)
        if self._clock() >= self._size_at:
            row = link.execute("SELECT pg_database_size(current_database())").fetchone()
            self.size = int(row[0]) if row else None
            self._size_at = self._clock() + SIZE_SECONDS

    def store(self, writer: Writer) -> None:
        """Commit what waits; StoreProblem where another program has changed the tables meanwhile."""
        if self.connected is None or not writer.ripe:
            return
        schema.check(self.connected.link, self.connected.params)
        if writer.commit(self.connected.link, self.connected.machine_id):
            self.proved()

    def lose(self, error: psycopg.Error | StoreProblem) -> None:
        """Drop the connection because of an error; the next attempt follows after a delay."""
        if self.connected is None:
            return
        found, self.connected = self.connected, None
        found.link.close()
        self.lost_at = self._clock()
        reason = sentence(error, found.params)
        if isinstance(error, Stopped):
            # the end of this process is no fault of the database
            self.trouble = reason
        else:
            self._failed(reason)

    def proved(self) -> None:
        """The database took or gave something: after the next failure it is tried again soon."""
        self._delay = RETRY_SECONDS[0]
        self._logged = ""

    def close(self) -> None:
        """End the connection; nothing more is done."""
        self.trouble = "PerfWatch is stopping"
        self._refuse()
        if self.connected is not None:
            self.connected.link.close()
            self.connected = None

    def _failed(self, reason: str) -> None:
        # one that lets us in and takes nothing fails the same way each time
        if reason != self._logged:
            log.warning("the database is away: %s", reason)
        self.trouble = self._logged = reason
        self._retry_at = self._clock() + self._delay
        self._delay = min(self._delay * 2, RETRY_SECONDS[1])

    def _refuse(self) -> None:
        while self._commands:
            _, answer = self._commands.popleft()
            if answer.set_running_or_notify_cancel():
                answer.set_exception(StoreProblem(f"The database is away: {self.trouble}."))


def _do(command: Command, answer: Future[Any], link: Link) -> None:
    """Answer with what the command gives or raises; an error of the server goes on to the caller as well."""
    if not answer.set_running_or_notify_cancel():
        return
    try:
        answer.set_result(command(link))
    except psycopg.OperationalError as error:
        answer.set_exception(error)
        raise
    except (psycopg.Error, StoreProblem, ValueError, TypeError) as error:
        answer.set_exception(error)


def readable(link: Link) -> bool:
    """Whether the server said something, or hung up."""
    poll = select.poll()
    poll.register(link.fileno(), select.POLLIN)
    return bool(poll.poll(0))
