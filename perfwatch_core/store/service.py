"""The store as the engine sees it: give it samples, ask how it is, ask for history; it minds the rest in its thread."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from typing import Any, Literal, TypeVar

from perfwatch_core.bus import Inbox
from perfwatch_core.metric import Catalogue
from perfwatch_core.sample import Sample
from perfwatch_core.settings import Settings
from perfwatch_core.store import config
from perfwatch_core.store.address import identity, parameters
from perfwatch_core.store.archive import Archive
from perfwatch_core.store.connector import Connector, External, Server
from perfwatch_core.store.duty import Duty, House
from perfwatch_core.store.jobs import Jobs
from perfwatch_core.store.keeper import Keeper
from perfwatch_core.store.leader import Lock
from perfwatch_core.store.link import Bell, Halt, Link
from perfwatch_core.store.machine import this_machine
from perfwatch_core.store.state import DatabaseState, Role, StoreProblem
from perfwatch_core.store.uplink import Uplink
from perfwatch_core.store.writer import Journal

log = logging.getLogger(__name__)

T = TypeVar("T")

_OFF = StoreProblem("Nothing is stored: BACKGROUND_COLLECTION_ENABLED is off.")

_STUMBLED_SECONDS = 1.0


class StoreService:
    """Stores what comes to `inbox`, or follows the process that collects. Thread-safe.

    `archive` answers what was stored. `interval` gives the seconds between ticks; in the store's thread
    `on_role` is told what this process does for its machine, `on_config` the name of a setting that some process
    wrote, and `publish` is given the samples it receives as a follower. `clock` (monotonic seconds) says when
    samples are committed and hours packed, `wall` (UTC seconds) which hours and days are over.
    """

    def __init__(
        self,
        settings: Settings,
        catalogue: Catalogue,
        interval: Callable[[], float],
        on_role: Callable[[Role], None],
        on_config: Callable[[str], None],
        publish: Callable[[Sample], None],
        clock: Callable[[], float] = time.monotonic,
        wall: Callable[[], float] = time.time,
    ) -> None:
        self._settings = settings
        self._clock = clock
        self._bell = Bell()
        self._halt = Halt()
        self._stopping = False
        self._thread: threading.Thread | None = None
        self.inbox: Inbox[Sample] = Inbox(None if self._on else 1, self._bell.set)
        self._server = server_of(settings)
        machine = this_machine()
        lock = Lock(machine)
        connector = Connector(self._server, machine, lock.name, self._halt, self._bell)
        self._connector = connector
        self._uplink = Uplink(connector)
        self._jobs = Jobs(self._params)
        # an export or a clean-up takes long, and a query must not wait for it
        self._chores = Jobs(self._params)
        prefix = f"{machine.key}-{journal_name(settings)}"
        house = House(catalogue, interval, on_role, on_config, publish)
        self._duty = Duty(
            house, self.inbox, self._bell, self._uplink, lock, lambda: Journal(settings.data_dir, prefix), clock
        )
        self.archive = Archive(self._jobs.run, self._chores.run, catalogue, lambda: self._duty.machine_id)
        every = 60.0 * settings.retention_cleanup_minutes if settings.retention_cleanup else 0.0
        # an hour is over by a clock that goes on while the machine sleeps
        since_boot = _since_boot if clock is time.monotonic else clock
        self._keeper = Keeper(self._chores.run, every, since_boot, wall)

    @property
    def _on(self) -> bool:
        return self._settings.background_collection

    def start(self) -> None:
        """Begin; returns at once."""
        if not self._on:
            self._duty.alone()
            return
        self._thread = threading.Thread(target=self._run, name="store", daemon=True)
        self._thread.start()

    def stop(self, timeout: float = 1.5) -> list[str]:
        """Bring home what is open and end; the sentences say what did not end within `timeout` seconds."""
        began = time.monotonic()

        def left(share: float) -> float:
            return max(0.05, share * timeout - (time.monotonic() - began))

        self._stopping = True
        self._bell.set()
        problems = []
        if self._thread is not None:
            self._thread.join(left(0.6))
        # a server that does not answer by now is waited for no longer: what is open goes to the journal
        self._halt.set()
        if not self._jobs.close(left(0.7)):
            problems.append("a query of the history still hangs; it ends with the process")
        if not self._chores.close(left(0.75)):
            problems.append("an export or a clean-up still hangs; it ends with the process")
        if self._thread is not None:
            # the disk may be slow to take the journal: it gets all the time that the others left
            self._thread.join(left(0.9))
            if self._thread.is_alive():
                problems.append("the store's thread still hangs; what it held lies in the journal")
        if not self._connector.close(left(0.95)):
            problems.append("connecting to the database still hangs; it ends with the process")
        self._server.release()
        return problems

    def state(self, role: Role) -> DatabaseState:
        """How the database is, in words for a process of that role: the two are told together."""
        if not self._on:
            return DatabaseState("off", True, str(_OFF))
        kind: Literal["private", "external"] = "external" if self._settings.database_url else "private"
        trouble = self._uplink.trouble
        if trouble:
            return DatabaseState(kind, False, trouble, self._uplink.size)
        if self._uplink.connected is None:
            return DatabaseState(kind, False, f"The {kind} database is starting.", starting=True)
        words = {
            Role.FOLLOWING: f"Another PerfWatch stores this machine's samples in the {kind} database.",
            Role.COLLECTING: f"Samples are stored in the {kind} database.",
        }
        return DatabaseState(kind, True, words.get(role, f"The {kind} database answers."), self._uplink.size)

    def queued(self) -> int:
        """Samples of this process that are not in the database yet."""
        return (len(self.inbox) + self._duty.queued) if self._on else 0

    @property
    def tidying(self) -> bool:
        """Whether an hour is being packed, or old days are dropped."""
        return self._keeper.busy

    def notices(self) -> tuple[str, ...]:
        """Sentences about what needs a person, none when all is well."""
        return self._duty.notices()

    def pids(self) -> tuple[int, ...]:
        """The processes of the private PostgreSQL."""
        return self._server.pids()

    def get_config(self) -> Future[dict[str, Any]]:
        """All that is kept in table `config`; StoreProblem while the database is away."""
        return self._ask(config.read)

    def set_config(self, name: str, value: Any) -> Future[None]:
        """Keep a setting's value, anything that JSON can say, for the next start and for other processes."""
        return self._ask(lambda link: config.write(link, name, value))

    def run(self, job: Callable[[Link], T]) -> Future[T]:
        """Have the history read on a connection of its own; StoreProblem with one sentence where it cannot be."""
        return self._jobs.run(job)

    @property
    def machine_id(self) -> int | None:
        """The number of this machine in the database, None before the first connection."""
        return self._duty.machine_id

    def _ask(self, command: Callable[[Link], T]) -> Future[T]:
        answer: Future[T] = Future()
        if not self._on or self._stopping or self._thread is None:
            answer.set_exception(_OFF if not self._on else StoreProblem("The store is not running."))
            return answer
        self._uplink.ask(command, answer)
        self._bell.set()
        return answer

    def _params(self) -> Mapping[str, str] | str:
        """Where readers connect to, or the sentence on why they cannot."""
        if not self._on:
            return str(_OFF)
        found = self._uplink.connected
        return found.params if found else f"The database is away: {self._uplink.trouble or 'it is starting'}."

    def _run(self) -> None:
        """Tick until told to stop."""
        while not self._stopping:
            try:
                self._duty.tick()
                self._keeper.tick(self._duty.role)
                found = self._uplink.connected
                others = (found.link.fileno(),) if found else ()
                if self._bell.wait(self._duty.wake_at() - self._clock(), *others):
                    self._bell.clear()
            # the store outlives a bug of its own: samples that are not taken from the inbox are lost at the end
            except Exception:
                log.exception("the store stumbled and goes on")
                # not by the bell: it may be what failed
                time.sleep(_STUMBLED_SECONDS)
        self._duty.close()


def _since_boot() -> float:
    return time.clock_gettime(time.CLOCK_BOOTTIME)


def server_of(settings: Settings) -> Server:
    """The server that the settings ask for: the user's own, or the private one."""
    if settings.database_url:
        return External(settings.database_url)
    # who has a server of their own need not load the care of a private one
    from perfwatch_core.store.cluster import Cluster

    return Cluster(settings.data_dir)


def journal_name(settings: Settings) -> str:
    """What tells the journal of one database from that of another."""
    if not settings.database_url:
        # a data directory of its own has a journal of its own, but the newest samples of all lie in one place
        return identity({"host": str(settings.data_dir.absolute())})
    try:
        return identity(parameters(settings.database_url))
    except StoreProblem:
        return "unreadable"
