"""Keeps the database small while samples come in: packs finished hours, and applies the retention policy.

Packing holds Python's interpreter for a quarter of a second an hour. So it is one hour at a time with a pause of
many times its length, also where days wait to be packed, and within an hour it lets others go first.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from concurrent.futures import Future
from datetime import UTC, datetime
from typing import Any, Protocol, TypeVar

from perfwatch_core.store.link import Link
from perfwatch_core.store.packer import GRACE, pack_next
from perfwatch_core.store.retention import Kept, believed, keep
from perfwatch_core.store.state import Role

log = logging.getLogger(__name__)

T = TypeVar("T")

HOUR = 3600.0
# The first round waits until a start is over and done.
FIRST_SECONDS = 60.0
# With something left to pack: at most a tenth of the time is spent on it, and never more than one hour a second.
PAUSE_RATIO, LEAST_PAUSE = 9.0, 1.0


def _since_boot() -> float:
    return time.clock_gettime(time.CLOCK_BOOTTIME)


class Run(Protocol):
    """Calls a job with a connection, in another thread."""

    def __call__(self, job: Callable[[Link], T]) -> Future[T]:
        """The future of its result."""


class Keeper:
    """Has one thing done at a time, by the process that collects; `clean_every` is seconds, 0 for never.

    `wall` is the time of day (UTC seconds), by which hours end and days grow old; `clock` is that since the boot,
    sleep included. A time of day that is not `retention.believed` makes nothing old: somebody set it, or the machine
    was off for long, which show alike.
    """

    def __init__(
        self,
        run: Run,
        clean_every: float = HOUR,
        clock: Callable[[], float] = _since_boot,
        wall: Callable[[], float] = time.time,
    ) -> None:
        self._run = run
        self._clock = clock
        self._wall = wall
        self._clean_every = clean_every
        self._next_pack = clock() + FIRST_SECONDS
        self._next_clean = self._next_pack + FIRST_SECONDS
        self._took = 0.0
        self._doubts = False
        self._packing: Future[int | None] | None = None
        self._cleaning: Future[Kept | None] | None = None

    @property
    def busy(self) -> bool:
        """Whether something is being done."""
        doing = (self._packing, self._cleaning)
        return any(one is not None and not one.done() for one in doing)

    def tick(self, role: Role) -> None:
        """Begin what is due; costs nothing otherwise."""
        if self._packing is not None:
            if not self._packing.done():
                return
            self._packed(self._packing)
            self._packing = None
        if role is not Role.COLLECTING or (self._cleaning and not self._cleaning.done()):
            return
        now = self._clock()
        moment = datetime.fromtimestamp(self._wall(), UTC)
        if now >= self._next_pack:
            self._packing = self._run(lambda link: self._timed(link, moment))
        elif self._clean_every and now >= self._next_clean:
            self._next_clean = now + self._clean_every
            self._cleaning = self._run(lambda link: self._kept(link, moment))
            self._cleaning.add_done_callback(_report)

    def _timed(self, link: Link, moment: datetime) -> int | None:
        """Pack, in the other thread, and say how long it took: a tick may notice the end much later."""
        began = self._clock()
        found = pack_next(link, moment)
        self._took = self._clock() - began
        return found

    def _kept(self, link: Link, moment: datetime) -> Kept | None:
        """Clean up, in the other thread."""
        doubted, self._doubts = self._doubts, not believed(link, moment)
        if self._doubts and not doubted:
            log.info("the last clean-up is long ago, or the clock was set: nothing is old until a day was sampled")
        return keep(link, moment, by_age=not self._doubts)

    def _packed(self, round_: Future[int | None]) -> None:
        now = self._clock()
        if not round_.cancelled() and (error := round_.exception()):
            log.warning("finished hours could not be packed: %s", error)
        elif not round_.cancelled() and round_.result() is not None:
            self._next_pack = now + max(LEAST_PAUSE, PAUSE_RATIO * self._took)
            return
        self._next_pack = now + self._until_an_hour_is_due()

    def _until_an_hour_is_due(self) -> float:
        return HOUR - (self._wall() - GRACE.total_seconds()) % HOUR + 1.0


def _report(round_: Future[Any]) -> None:
    if round_.cancelled():
        return
    if error := round_.exception():
        log.warning("the retention policy could not be applied: %s", error)
    elif (done := round_.result()) and (done.dropped or done.downsampled):
        log.info("%d days were older than the policy keeps, %d became coarser", done.dropped, done.downsampled)
