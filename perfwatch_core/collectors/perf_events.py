"""Processor events and what they mean together: instructions per cycle, miss rates, TLBs, through perf(1)."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator

from perfwatch_core.collector import Collector, Fact, Shortfall
from perfwatch_core.collectors.machine import Machine
from perfwatch_core.collectors.perf import metrics as declared
from perfwatch_core.collectors.perf.ability import Ability
from perfwatch_core.collectors.perf.facts import counted, lasting, unknown
from perfwatch_core.collectors.perf.session import Report, Session, Wish
from perfwatch_core.settings import Settings

# Seconds between two looks at whether perf has answered.
_LOOK_AGAIN = 0.01


def wish_of(settings: Settings) -> Wish:
    """What the settings ask of perf."""
    return Wish(settings.perf_cpus, settings.perf_interval_ms, settings.perf_per_core, settings.interval)


class PerfEventsCollector(Collector):
    """What perf counted since the sample before.

    `wish` may be replaced, and `enabled` set, from any thread at any time; perf follows at the next tick.
    """

    type = declared.TYPE
    metrics = declared.ALL

    def __init__(self, machine: Machine, wish: Wish | None = None, session: Session | None = None) -> None:
        self.wish = wish or Wish()
        self._session = session or Session(machine)
        self._lock = threading.Lock()
        self._enabled = True
        self._newest: Report | None = None
        self._known: Ability | None = None
        self._lasting: tuple[Fact, ...] = ()

    @property
    def enabled(self) -> bool:  # type of the attribute it stands for
        """Whether perf runs; switching it off ends perf at once."""
        return self._enabled

    @enabled.setter
    def enabled(self, on: bool) -> None:
        self._enabled = on
        if not on:
            self.close()

    def configure(self, settings: Settings) -> None:
        """Which processors, how often, and whether each core; perf begins anew at the next tick if it must."""
        self.wish = wish_of(settings)

    def children(self) -> tuple[int, ...]:
        """The process id of perf, while it runs."""
        pid = self._session.pid
        return () if pid is None else (pid,)

    def shortfalls(self) -> tuple[Shortfall, ...]:
        """What a person could mend, each with its command; none while perf is still being asked."""
        newest = self._newest
        return newest.ability.shortfalls if newest and newest.ability else ()

    def prepare(self, seconds: float) -> None:
        """Wait until perf counts, or is known not to."""
        deadline = time.monotonic() + seconds
        while self._enabled and not self.children() and time.monotonic() < deadline:
            with self._lock:
                newest = self._newest = self._session.tick(self.wish)
            if newest.ability is not None and not newest.ability.available:
                return
            time.sleep(_LOOK_AGAIN)

    def collect(self) -> Iterator[Fact]:
        """Values with their states, or the reason there are none; perf's troubles are never raised."""
        with self._lock:
            wish = self.wish
            report = self._newest = self._session.tick(wish)
        ability, window = report.ability, report.window
        yield declared.AVAILABLE, "", ability is not None and ability.available
        yield declared.CPU_CORES, "", wish.cpus
        yield declared.INTERVAL, "", wish.actual_ms
        if ability is None:
            yield declared.REASON, "", report.why
        else:
            if ability is not self._known:
                self._known, self._lasting = ability, lasting(ability)
            yield from self._lasting
            if ability.shortfalls:
                yield declared.REASON, "", ability.shortfalls[0].sentence
        if ability is None or window is None:
            yield from unknown(ability, report.why)
        else:
            yield from counted(ability, window)

    def close(self) -> None:
        """End perf; collecting again starts it again."""
        with self._lock:
            self._session.close()
