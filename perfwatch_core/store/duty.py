"""What the store's thread does at each tick: settle who collects for this machine, store or follow.

Who may journal: one process of a user for each database, the one that holds the journal's file lock, and
only as long as the database has not told it that another process collects. So without the database - the
one that held the database's lock, and one that never reached it, go on journaling; - a follower does not:
it samples to show something, and the collector, which lives on without the database as well, journals. When
a collector of the same user dies its file lock is free, and a follower journals in its place. What
processes of two users both journaled while their common database was away cannot be told apart; both is
stored.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import psycopg

from perfwatch_core.bus import Inbox
from perfwatch_core.metric import Catalogue
from perfwatch_core.sample import Sample
from perfwatch_core.store.config import CHANNEL
from perfwatch_core.store.connector import Connected
from perfwatch_core.store.follower import Receiver
from perfwatch_core.store.leader import Lock, Sender
from perfwatch_core.store.link import Bell
from perfwatch_core.store.state import Role, StoreProblem
from perfwatch_core.store.uplink import Uplink
from perfwatch_core.store.writer import Journal, Writer

log = logging.getLogger(__name__)

# A server that takes longer to start (recovery after a crash) leaves this process alone until it answers.
STARTING_SECONDS = 10.0
# How long a follower goes without the database before it samples for itself, in ticks.
PATIENT_TICKS = 2
# The last commit at a stop: a server that lives answers within milliseconds.
FAREWELL_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class House:
    """What the engine gives the store.

    `interval` seconds between ticks, `on_role` whom to tell of a new role, `on_config` of an entry of table
    `config` that some process wrote, `publish` where received samples go.
    """

    catalogue: Catalogue
    interval: Callable[[], float]
    on_role: Callable[[Role], None]
    on_config: Callable[[str], None]
    publish: Callable[[Sample], None]


class Duty:
    """Plain `tick()`s, all in one thread; `absorb` also runs while a tick waits for the server."""

    def __init__(
        self,
        house: House,
        inbox: Inbox[Sample],
        bell: Bell,
        uplink: Uplink,
        lock: Lock,
        journal: Callable[[], Journal],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._house = house
        self._inbox = inbox
        self._bell = bell
        self._uplink = uplink
        self._lock = lock
        self._journal = journal
        self._clock = clock
        self._began = clock()
        self._writer: Writer | None = None
        self._denied = False
        self._sender: Sender | None = None
        self._receiver: Receiver | None = None
        self._next_try = 0.0
        self._journal_trouble = ""
        self.machine_id: int | None = None
        self.role = Role.STARTING

    @property
    def queued(self) -> int:
        """Samples of this process that are not in the database yet; from any thread."""
        writer = self._writer
        return writer.queued if writer else 0

    def notices(self) -> tuple[str, ...]:
        """Sentences about what endangers samples; from any thread."""
        mine, writer = self._journal_trouble, self._writer
        return (*([mine] if mine else []), *(writer.notices() if writer else ()))

    def tick(self) -> None:
        """Do all that is due; never raises for the database's sake."""
        # first of all, or what was sampled before this thread began would be lost
        self._take_journal()
        self.absorb()
        try:
            if found := self._uplink.connect():
                self._uplink.answering(self._bell, self.absorb)
                self._next_try = 0.0
                self.machine_id = found.machine_id
                log.info("connected to the database as machine %d", found.machine_id)
                found.link.add_notify_handler(self._heard)
                found.link.execute(f"LISTEN {CHANNEL}")
            self._uplink.work()
            if self._uplink.connected:
                self._online(self._uplink.connected)
            else:
                self._offline()
        except (psycopg.Error, StoreProblem) as error:
            self._uplink.lose(error)
            self._sender = self._receiver = None
            self._offline()

    def absorb(self) -> None:
        """Bring what was sampled to safety; touches no connection."""
        samples = self._inbox.take()
        if self.role is Role.FOLLOWING:
            # these are the collector's own, which we put on the bus
            return
        for sample in samples:
            if self._writer and not self._denied:
                self._writer.add(sample)
            if self._sender:
                self._sender.take(sample)

    def alone(self) -> None:
        """Sample and store nothing, without a database."""
        self._become(Role.ALONE)

    def wake_at(self) -> float:
        """When (monotonic seconds) the next tick is due if the bell does not ring before."""
        return min(self._dues(), default=self._clock() + 60.0)

    def close(self) -> None:
        """Bring everything home: to the database if it answers at once, else to the spool."""
        self.absorb()
        found = self._uplink.connected
        if self._writer:
            self._writer.cut()
            if found:
                found.link.answer_seconds = FAREWELL_SECONDS
                try:
                    self._uplink.store(self._writer)
                except (psycopg.Error, StoreProblem) as error:
                    log.info("the last samples go to the journal: %s", error)
            self._writer.close()
            self._writer = None
        self._uplink.close()

    def _heard(self, note: psycopg.Notify) -> None:
        if note.channel == CHANNEL:
            self._house.on_config(note.payload)

    def _dues(self) -> Iterator[float]:
        # heard of during a statement, and so no longer to be heard on the socket
        if self._receiver and self._receiver.waiting:
            yield self._clock()
        if (attempt := self._uplink.due) is not None:
            yield attempt
        if self._writer and (commit := self._writer.due) is not None:
            yield commit
        if self.role is not Role.COLLECTING:
            yield max(self._next_try, self._clock() + 0.05)

    def _take_journal(self) -> None:
        """Hold the journal as soon as no other process does."""
        if self._writer:
            return
        try:
            self._writer = Writer(self._journal(), self._clock)
        except BlockingIOError:
            return
        except OSError as error:
            self._journal_trouble = f"The journal cannot be kept, so nothing is stored: {error}."
            return
        self._denied = False
        self._next_try = 0.0

    def _online(self, found: Connected) -> None:
        if self._sender is None and self._clock() >= self._next_try:
            self._next_try = self._clock() + self._house.interval()
            if self._writer and self._lock.take(found.link):
                self._lead(found)
            else:
                self._follow(found)
        if self._sender:
            self._sender.tick()
        if self._receiver and (sample := self._receiver.tick()):
            self._uplink.proved()
            self._house.publish(sample)
        if self._writer:
            self._writer.tick()
            self._uplink.store(self._writer)

    def _lead(self, found: Connected) -> None:
        if self._receiver:
            self._receiver.close()
            self._receiver = None
        self.absorb()
        self._denied = False
        self._sender = Sender(found.link, found.machine_id, self._clock)
        self._become(Role.COLLECTING)

    def _follow(self, found: Connected) -> None:
        before = self.role
        self._become(Role.FOLLOWING)
        if self._writer and not self._denied and before is Role.STARTING:
            # taken while we did not know: the collector has the same moments
            self._writer.discard()
        self._denied = self._writer is not None
        if self._receiver is None:
            self._receiver = Receiver(found.link, found.machine_id, self._house.catalogue, self._clock)

    def _offline(self) -> None:
        now = self._clock()
        if self.role is Role.FOLLOWING:
            patience = PATIENT_TICKS * self._house.interval()
            heir = self._writer is not None and not self._denied
            if heir or now - self._uplink.lost_at > patience:
                self._become(Role.ALONE)
        elif self.role is Role.STARTING and (self._uplink.trouble or now - self._began > STARTING_SECONDS):
            self._become(Role.ALONE)
        if self._writer:
            self._writer.tick()
            self._writer.shelve()

    def _become(self, role: Role) -> None:
        """Take a role and tell; the engine has then started or stopped its sampler."""
        if role is self.role:
            return
        log.info("this process is now %s", role)
        if role is Role.FOLLOWING:
            self._house.on_role(role)
            # the sampler's last ones
            self.absorb()
            self.role = role
        else:
            # what still waits was received, not taken
            self.absorb()
            self.role = role
            self._house.on_role(role)
