"""A connection to PostgreSQL that never waits for ever, and stops waiting at once when told to."""

from __future__ import annotations

import os
import select
from collections.abc import Callable, Generator, Mapping
from time import monotonic
from typing import Any, Self, TypeVar

import psycopg
from psycopg import generators
from psycopg.abc import PQGen
from psycopg.conninfo import conninfo_attempts, make_conninfo
from psycopg.waiting import Ready, Wait

RV = TypeVar("RV")

# A stopped or unreachable server answers nothing at all; longer than any statement of ours takes.
ANSWER_SECONDS = 20.0
CONNECT_SECONDS = 5.0
# A login takes half a dozen answers, each of which may come from far away.
LOGIN_SECONDS = 20.0


class Stopped(psycopg.OperationalError):
    """Raised out of a wait because `Halt.set` was called."""


class NoAnswer(psycopg.OperationalError):
    """Raised out of a wait that lasted too long."""


class Bell:
    """An eventfd(2) that wakes whoever polls it; once rung it stays readable until `clear`."""

    def __init__(self) -> None:
        self._fd = os.eventfd(0, os.EFD_CLOEXEC | os.EFD_NONBLOCK)

    def __del__(self) -> None:
        os.close(self._fd)

    def set(self) -> None:
        """Wake every present and future wait; from any thread."""
        os.eventfd_write(self._fd, 1)

    def clear(self) -> None:
        """Let waits wait again."""
        try:
            os.eventfd_read(self._fd)
        except BlockingIOError:
            return

    def fileno(self) -> int:
        """Readable from `set` on."""
        return self._fd

    def wait(self, seconds: float, *others: int) -> bool:
        """Wait until rung, until one of `others` is readable, or for `seconds`; True where it was rung."""
        poll = select.poll()
        for fd in (self._fd, *others):
            poll.register(fd, select.POLLIN)
        # at least a millisecond more, or a deadline just ahead would be polled for in a tight loop
        return self._fd in dict(poll.poll(max(0.0, seconds) * 1000 + 1))


class Halt(Bell):
    """Ends waits for a server, in whatever thread they are, by raising `Stopped` there."""


class Waiting:
    """How to wait for a server: until `halt` is set, answering `bell` by calling `answer` meanwhile."""

    def __init__(self, halt: Halt) -> None:
        self.halt = halt
        self._bell: Bell | None = None
        self._answer: Callable[[], None] = lambda: None

    def answering(self, bell: Bell, answer: Callable[[], None]) -> None:
        """Call `answer`, which must not use the connection, whenever `bell` rings during a wait."""
        self._bell = bell
        self._answer = answer

    def ready(self, fd: int, wait: Wait, deadline: float) -> Ready:
        """Wait until the descriptor can be read or written as asked; `Stopped` or `NoAnswer` otherwise."""
        poll = select.poll()
        poll.register(fd, (select.POLLIN if wait & Wait.R else 0) | (select.POLLOUT if wait & Wait.W else 0))
        poll.register(self.halt, select.POLLIN)
        if self._bell is not None:
            poll.register(self._bell, select.POLLIN)
        answered = False
        try:
            while True:
                events = dict(poll.poll(max(0.0, deadline - monotonic()) * 1000))
                if self.halt.fileno() in events:
                    raise Stopped("told to stop")
                if self._bell is not None and self._bell.fileno() in events:
                    self._bell.clear()
                    self._answer()
                    answered = True
                if fd in events:
                    return _readiness(events[fd], wait)
                if monotonic() >= deadline:
                    raise NoAnswer("the server did not answer in time")
        finally:
            # what else it rang for, a question or the end, is for whoever waits next
            if self._bell is not None and answered:
                self._bell.set()


def _readiness(event: int, wait: Wait) -> Ready:
    broken = event & (select.POLLERR | select.POLLHUP | select.POLLNVAL)
    # an error is read like data: libpq then says what is wrong
    readable = event & select.POLLIN or (broken and wait & Wait.R)
    writable = event & select.POLLOUT or (broken and wait & Wait.W)
    return Ready((Ready.R if readable else 0) | (Ready.W if writable else 0))


class Link(psycopg.Connection[tuple[Any, ...]]):
    """A psycopg connection whose waits end after `answer_seconds` or when told to stop.

    In `remembered` a reader keeps what its next query needs again, for as long as the connection lives.
    """

    waiting: Waiting
    remembered: dict[Any, Any]
    answer_seconds = ANSWER_SECONDS

    @classmethod
    def open(cls, params: Mapping[str, Any], halt: Halt) -> Self:
        """Connect with libpq's parameters, in autocommit mode; tries each host once.

        Raises `psycopg.OperationalError` with libpq's words, `NoAnswer` or `Stopped`.
        """
        problem: psycopg.Error | None = None
        waiting = Waiting(halt)
        for attempt in conninfo_attempts(dict(params)):
            try:
                connecting = generators.connect(make_conninfo("", **attempt))
                link = cls(finish(connecting, None, CONNECT_SECONDS, waiting))
            except Stopped:
                raise
            except psycopg.Error as error:
                problem = error
                continue
            link.waiting = waiting
            link.remembered = {}
            link.autocommit = True
            return link
        raise problem or psycopg.OperationalError("no address to connect to")

    def wait(self, gen: PQGen[RV], interval: float = 0.1, timeout: float | None = None) -> RV:
        """Wait for the server as psycopg's own does, but stop when halted; `interval` has no use here."""
        del interval
        limit = self.answer_seconds if timeout is None else timeout
        return finish(gen, self.pgconn.socket, limit, self.waiting)

    def drain(self) -> None:
        """Read what the server said unasked, which calls the notify handlers, once the socket is readable."""
        self.wait(generators.notifies(self.pgconn))


def finish(gen: Generator[Any, Ready, RV], fd: int | None, limit: float, waiting: Waiting) -> RV:
    """Run one of psycopg's generators to its end.

    While connecting it yields (descriptor, Wait), and `limit` seconds are for each answer; afterwards it yields only
    Wait on the descriptor `fd`, and they are for all.
    """
    deadline = monotonic() + (LOGIN_SECONDS if fd is None else limit)
    try:
        asked = next(gen)
        while True:
            descriptor, wait = asked if fd is None else (fd, asked)
            until = min(deadline, monotonic() + limit)
            asked = gen.send(waiting.ready(descriptor, wait, until))
    except StopIteration as end:
        result: RV = end.value
        return result
