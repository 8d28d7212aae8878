"""A connection to PostgreSQL that never waits for ever, and stops waiting at once when told to."""

from __future__ import annotations

import os
import select
import time
from collections.abc import Generator
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


class Stopped(psycopg.OperationalError):
    """Raised out of a wait because `Halt.set` was called."""


class NoAnswer(psycopg.OperationalError):
    """Raised out of a wait that lasted too long."""


class Halt:
    """A switch that ends waits in another thread; once set it stays set until `clear`."""

    def __init__(self) -> None:
        self._fd = os.eventfd(0, os.EFD_CLOEXEC | os.EFD_NONBLOCK)

    def __del__(self) -> None:
        os.close(self._fd)

    def set(self) -> None:
        """End every present and future wait; from any thread."""
        os.eventfd_write(self._fd, 1)

    def clear(self) -> None:
        """Allow waits again."""
        try:
            os.eventfd_read(self._fd)
        except BlockingIOError:
            return

    def fileno(self) -> int:
        """Readable from `set` on."""
        return self._fd


class Link(psycopg.Connection[tuple[Any, ...]]):
    """A psycopg connection whose waits end after `ANSWER_SECONDS` or when its `halt` is set."""

    halt: Halt | None = None

    @classmethod
    def open(cls, params: dict[str, Any], halt: Halt) -> Self:
        """Connect with libpq's parameters, in autocommit mode; tries each host once.

        Raises `psycopg.OperationalError` with libpq's words, `NoAnswer` or `Stopped`.
        """
        problem: psycopg.Error | None = None
        for attempt in conninfo_attempts(params):
            connecting = generators.connect(make_conninfo("", **attempt))
            try:
                link = cls(_finish(connecting, None, CONNECT_SECONDS, halt))
            except Stopped:
                raise
            except psycopg.Error as error:
                problem = error
                continue
            link.halt = halt
            link.autocommit = True
            return link
        raise problem or psycopg.OperationalError("no address to connect to")

    def wait(
        self, gen: PQGen[RV], interval: float = 0.1, timeout: float | None = None
    ) -> RV:
        """Wait for the server as psycopg's own does, but stop when halted."""
        limit = ANSWER_SECONDS if timeout is None else timeout
        return _finish(gen, self.pgconn.socket, limit, self.halt)


def _finish(
    gen: Generator[Any, Ready, RV], fd: int | None, limit: float, halt: Halt | None
) -> RV:
    """Run one of psycopg's generators to its end.

    While connecting it yields (descriptor, Wait), afterwards only Wait on the descriptor `fd`.
    """
    deadline = time.monotonic() + limit
    try:
        asked = next(gen)
        while True:
            descriptor, wait = asked if fd is None else (fd, asked)
            asked = gen.send(_ready(descriptor, wait, deadline, halt))
    except StopIteration as end:
        result: RV = end.value
        return result


def _ready(fd: int, wait: Wait, deadline: float, halt: Halt | None) -> Ready:
    """Wait until the descriptor can be read or written as asked."""
    poll = select.poll()
    wanted = (select.POLLIN if wait & Wait.R else 0) | (select.POLLOUT if wait & Wait.W else 0)
    poll.register(fd, wanted)
    if halt is not None:
        poll.register(halt, select.POLLIN)
    events = dict(poll.poll(max(0.0, deadline - time.monotonic()) * 1000))
    if halt is not None and halt.fileno() in events:
        raise Stopped("told to stop")
    if fd not in events:
        raise NoAnswer("the server did not answer in time")
    event = events[fd]
    broken = event & (select.POLLERR | select.POLLHUP | select.POLLNVAL)
    # an error is read like data: libpq then says what is wrong
    readable = event & select.POLLIN or (broken and wait & Wait.R)
    writable = event & select.POLLOUT or (broken and wait & Wait.W)
    return Ready((Ready.R if readable else 0) | (Ready.W if writable else 0))
