"""Builds, starts and stops the path of the data: collectors, sampler, bus, store."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from perfwatch_core import priority
from perfwatch_core.bus import Bus, Newest
from perfwatch_core.collector import Collector, Shortfall
from perfwatch_core.collectors import CATALOGUE, build
from perfwatch_core.collectors.machine import Machine
from perfwatch_core.metric import Catalogue
from perfwatch_core.sample import Sample
from perfwatch_core.sampler import Sampler
from perfwatch_core.settings import Settings
from perfwatch_core.sources import changed
from perfwatch_core.store.archive import Archive
from perfwatch_core.store.service import StoreService
from perfwatch_core.store.state import DatabaseState, Role
from perfwatch_core.vitals import Vitals

log = logging.getLogger(__name__)

# In all a window has two seconds to close; each of the two threads gets a part of them.
SAMPLER_SECONDS = 0.5
STORE_SECONDS = 1.3


@dataclass(frozen=True, slots=True)
class EngineState:
    """How PerfWatch itself is doing, in words for a status line.

    `role` is what this process does for the machine, `interval` seconds between samples, `notices` sentences
    about what needs a person.
    """

    role: Role
    database: DatabaseState
    interval: float
    data_dir: Path
    notices: tuple[str, ...]


class Engine:
    """The whole path of one process. Whoever looks joins `bus` with an inbox.

    One that is `urgent` gives its threads, and those that this thread starts later, the priority they may have.
    """

    def __init__(
        self,
        settings: Settings,
        collectors: Callable[..., Sequence[Collector]] = build,
        urgent: bool = False,
    ) -> None:
        self.settings = settings
        self.catalogue: Catalogue = CATALOGUE
        self.bus: Bus[Sample] = Bus()
        self.vitals = Vitals()
        self._collectors = collectors(Machine(), self.vitals, settings)
        self._urgent = urgent
        begin = priority.raise_sampler if urgent else _nothing
        self._sampler = Sampler(self._collectors, self.bus, settings.interval, self.vitals, begin=begin)
        self.store = StoreService(
            settings,
            self.catalogue,
            lambda: self.settings.interval,
            self._take_role,
            self._take_config,
            self.bus.publish,
        )
        self._role = Role.STARTING
        self._lock = threading.Lock()
        self._running = False
        self._latest: Newest[Sample] = Newest()
        self.vitals.dropped = lambda: self.bus.dropped
        self.vitals.queued = self.store.queued
        self.vitals.helpers = self._helpers

    def start(self) -> None:
        """Begin to sample at once; the database follows when it answers."""
        self._running = True
        if self._urgent:
            priority.raise_threads()
        self._apply(self.settings)
        self.bus.join(self._latest)
        self.bus.join(self.store.inbox)
        self._sampler.start()
        self.store.start()

    def stop(self) -> list[str]:
        """End all threads and children within two seconds; the sentences say what could not be brought home."""
        with self._lock:
            self._running = False
        problems = []
        if not self._sampler.stop(SAMPLER_SECONDS):
            problems.append("a reading of the kernel still hangs; it ends with the process")
        problems += self.store.stop(STORE_SECONDS)
        return problems

    @property
    def newest(self) -> Sample | None:
        """The newest sample, taken here or followed; None before the first."""
        return self._latest.look()

    @property
    def newest_age(self) -> float | None:
        """Seconds since the newest sample came, by the monotonic clock; None before the first."""
        return self._latest.age()

    @property
    def archive(self) -> Archive:
        """What was stored."""
        return self.store.archive

    def state(self) -> EngineState:
        """How things stand now; cheap, from any thread."""
        role, interval = self._role, self.settings.interval
        if role is Role.FOLLOWING and (newest := self.newest) and newest.interval:
            # the collector may have been told another
            interval = round(newest.interval, 1)
        return EngineState(
            role,
            self.store.state(role),
            interval,
            self.settings.data_dir,
            self.store.notices(),
        )

    def shortfalls(self) -> dict[str, tuple[Shortfall, ...]]:
        """What a person could mend, by metric type."""
        return {collector.type: collector.shortfalls() for collector in self._collectors}

    def set_interval(self, seconds: float) -> Future[None]:
        """Sample every so many seconds from now on, here and after the next start."""
        return self.change("interval", f"{seconds:g}")

    def set_enabled(self, type_: str, on: bool) -> Future[None]:
        """Switch the collector of one type on or off."""
        if type_ == "perf_events":
            return self.change("perf_events", "on" if on else "off")
        off = set(self.settings.collectors_off.split(",")) - {type_, ""}
        return self.change("collectors_off", ",".join(off if on else off | {type_}))

    def change(self, name: str, text: str) -> Future[None]:
        """Change a live setting at once and remember it in the database, when that can be reached.

        Raises BadSetting where the text is not accepted.
        """
        settings = changed(self.settings, name, text)
        self._apply(settings)
        return self.store.set_config(name, getattr(settings, name))

    def _apply(self, settings: Settings) -> None:
        self.settings = settings
        self._sampler.interval = settings.interval
        for collector in self._collectors:
            wanted = settings.collects(collector.type)
            if collector.enabled != wanted:
                collector.enabled = wanted
            collector.configure(settings)

    def _take_role(self, role: Role) -> None:
        """The store's word on who collects; called in its thread."""
        with self._lock:
            self._role = role
            if not self._running:
                return
            if role is Role.FOLLOWING:
                self._sampler.stop(SAMPLER_SECONDS)
            elif not self._sampler.running:
                self._sampler.start()
        if self.store.state(role).ok:
            self.store.get_config().add_done_callback(self._take_stored)

    def _take_config(self, name: str) -> None:
        """Some process changed a setting: it counts for the one that collects, whoever has the window."""
        self.store.get_config().add_done_callback(lambda stored: self._take_stored(stored, name))

    def _take_stored(self, stored: Future[dict[str, Any]], newest: str = "") -> None:
        """Settings kept in the database count for what neither flag nor environment has set."""
        if not stored.cancelled() and stored.exception() is None:
            self._apply(self.settings.with_stored(stored.result(), newest))

    def _helpers(self) -> tuple[int, ...]:
        pids = [pid for collector in self._collectors for pid in collector.children()]
        return (*pids, *self.store.pids())


def _nothing() -> None:
    """No thread has a priority to take."""
