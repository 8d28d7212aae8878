"""Processor events and what they mean together: instructions per cycle, miss rates, TLBs, through perf(1)."""

from __future__ import annotations

import threading
from collections.abc import Iterator

from perfwatch_core.collector import Collector, Fact
from perfwatch_core.collectors.machine import Machine
from perfwatch_core.collectors.perf import metrics as declared
from perfwatch_core.collectors.perf.ability import Ability
from perfwatch_core.collectors.perf.facts import counted, lasting, unknown
from perfwatch_core.collectors.perf.reasons import Shortfall
from perfwatch_core.collectors.perf.session import Report, Session, Wish


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

    @property
    def pid(self) -> int | None:
        """The process id of perf, for the account of PerfWatch's own cost; None while there is none."""
        return self._session.pid

    @property
    def settled(self) -> bool:
        """Whether the newest collecting had counts, or will have none however long one waits."""
        newest = self._newest
        if newest is None or newest.ability is None:
            return False
        return newest.window is not None or not newest.ability.available

    @property
    def shortfalls(self) -> tuple[Shortfall, ...]:
        """What a person could mend, each with its command; none while perf is still being asked."""
        newest = self._newest
        return newest.ability.shortfalls if newest and newest.ability else ()

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
