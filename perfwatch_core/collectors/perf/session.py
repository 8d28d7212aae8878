"""Keeps perf counting: asks what it can, starts it, reads it at each tick, and starts it again when it ends."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from perfwatch_core.collectors.machine import Machine
from perfwatch_core.collectors.perf.ability import Ability, probe, target
from perfwatch_core.collectors.perf.child import Child
from perfwatch_core.collectors.perf.lines import State
from perfwatch_core.collectors.perf.output import Parser
from perfwatch_core.collectors.perf.reasons import ONLINE, PARANOID
from perfwatch_core.collectors.perf.run import Answer, Runner
from perfwatch_core.collectors.perf.window import Window, window_of

# perf's timer drifts against the sampler's; a little faster, each sample gets at least one interval.
FASTER = 0.95
LEAST_MS = 10
FIRST_DELAY, LONGEST_DELAY, HEALTHY = 1.0, 60.0, 60.0
# Seconds between two looks, while perf counts, at whether there is more to count: it does not count a processor that
# came online later, an event that was not permitted when it began, or one that only a newer perf knows.
LOOK_EVERY = 10.0

ASKING = "perf is being asked what it can count"
STARTING = "perf has only just started"
UNFINISHED = "perf has finished no interval since the sample before"


@dataclass(frozen=True, slots=True)
class Wish:
    """What is to be counted: PERF_EVENTS_CPU_CORES, _INTERVAL_MS and _PER_CORE, and seconds between samples."""

    cpus: str = "all"
    interval_ms: int = 1000
    per_core: bool = False
    sample_seconds: float = 5.0

    @property
    def actual_ms(self) -> int:
        """Milliseconds between perf's reports: as set, but so that an interval ends in each sample."""
        return max(LEAST_MS, min(self.interval_ms, int(self.sample_seconds * 1000 * FASTER)))


class Report(NamedTuple):
    """One tick: what perf can (None while it is asked), what it counted, and why it counted nothing."""

    ability: Ability | None
    window: Window | None
    why: str


class Session:
    """One owner's perf. `tick` and `close` come from one thread at a time; `tick` never waits for perf."""

    def __init__(
        self,
        machine: Machine,
        runner: Callable[[], Runner] = Runner,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._machine = machine
        self._new_runner = runner
        self._clock = clock
        self._wish: Wish | None = None
        self._ability: Ability | None = None
        self._probe: _Probe | None = None
        self._child: Child | None = None
        self._parser = Parser()
        self._started = self._heard = 0.0
        self._delay = self._not_before = 0.0
        self._signature: tuple[object, ...] = ()
        self._online: str | None = None
        self._look_at = 0.0
        self._failure = ""

    @property
    def pid(self) -> int | None:
        """The process id of the long-lived perf, None while there is none."""
        return self._child.pid if self._child else None

    def tick(self, wish: Wish) -> Report:
        """Read what perf has printed, and do the next thing that keeps it counting."""
        self._follow(wish)
        if self._child is not None:
            return self._listen(wish, self._child)
        now = self._clock()
        if self._probe is not None:
            if self._probe.found is None and self._probe.asking:
                return self._waiting()
            # one that ended without an answer is asked anew
            self._ability, self._probe = self._probe.found, None
            if self._ability is None:
                return self._fail(now, "asking perf what it can count failed")
            if not self._ability.available:
                self._not_before = now + LONGEST_DELAY
        ability = self._ability
        if ability is None or not ability.available:
            return self._consider(wish, now)
        return self._start(wish, now, ability)

    def close(self) -> None:
        """End perf and whatever run of it is under way; ticking again starts anew."""
        if self._probe is not None:
            self._probe.stop()
        if self._child is not None:
            self._child.end()
        self._probe = self._child = self._ability = self._wish = None
        self._delay = self._not_before = 0.0
        self._failure = ""

    def _follow(self, wish: Wish) -> None:
        """Begin anew where the wish, the set of processors, or what perf may count has changed."""
        now, online = self._clock(), self._online
        mended = False
        if now >= self._look_at:
            self._look_at = now + LOOK_EVERY
            online = self._machine.glance(ONLINE)
            mended = self._child is not None and self._mended()
        old, before = self._wish, self._online
        self._wish, self._online = wish, online
        if old is None or (old is wish and online == before and not mended):
            return
        if old.cpus != wish.cpus or online != before or mended:
            self.close()
            self._wish = wish
        elif (old.actual_ms, old.per_core) != (wish.actual_ms, wish.per_core) and self._child:
            self._child.end()
            self._child = None

    def _consider(self, wish: Wish, now: float) -> Report:
        """Ask perf what it can, now, or when it is time again, or when something was mended."""
        signature = self._look()
        if now >= self._not_before or signature != self._signature:
            self._signature = signature
            self._probe = _Probe(self._machine, self._new_runner(), wish.cpus)
        return self._waiting()

    def _waiting(self) -> Report:
        """What is known while perf is asked or waited for: what it lacked the last time, or why it ended."""
        ability = self._ability
        if ability is not None and ability.shortfalls:
            return Report(ability, None, ability.shortfalls[0].sentence)
        return Report(ability, None, self._failure or ASKING)

    def _start(self, wish: Wish, now: float, ability: Ability) -> Report:
        arguments = (
            *target(wish.cpus),
            *(("-A",) if wish.per_core else ()),
            *("-I", str(wish.actual_ms)),
            *ability.format,
            *("-e", ",".join(ability.events)),
        )
        try:
            self._child = Child(ability.binary, arguments)
        except OSError as error:
            return self._fail(now, f"perf does not start: {error}")
        self._parser = Parser(ability.events, 0 if wish.per_core else ability.lines)
        self._started = self._heard = now
        return Report(ability, None, STARTING)

    def _listen(self, wish: Wish, child: Child) -> Report:
        """Parse what is there; notice that perf ended or fell silent."""
        intervals = self._parser.feed(child.read())
        now = self._clock()
        if intervals:
            self._heard = now
            if now - self._started >= HEALTHY:
                self._delay = 0.0
            window = window_of(intervals)
            return Report(self._ability, window, "" if window else UNFINISHED)
        status = child.status
        if status is not None:
            return self._fail(now, f"perf ended with {_ending(status, child.said)}")
        silent = now - self._heard
        usual = wish.actual_ms / 1000
        if silent > max(3 * usual, usual + 5.0):
            return self._fail(now, f"perf was silent for {silent:.0f} s")
        return Report(self._ability, None, STARTING if self._heard == self._started else UNFINISHED)

    def _fail(self, now: float, why: str) -> Report:
        """Wait twice as long as the last time, then ask and start again."""
        if self._child is not None:
            self._child.end()
        self._child = self._ability = None
        self._delay = min(LONGEST_DELAY, max(FIRST_DELAY, 2 * self._delay))
        self._not_before = now + self._delay
        self._signature = self._look()
        self._failure = f"{why}; it is started again after {self._delay:.0f} s"
        return Report(None, None, self._failure)

    def _mended(self) -> bool:
        """Whether a perf that counts could count more if it were asked again."""
        before, now = self._signature, self._look()
        if before == now or now[0] is None:
            # one that was removed counts on for as long as it runs
            return False
        denied = self._ability is not None and State.NO_PERMISSION in self._ability.states.values()
        return denied or before[:-1] != now[:-1]

    def _look(self) -> tuple[object, ...]:
        """What changes when someone mends something: the binary, its capabilities, the paranoid level."""
        binary = self._new_runner().find()
        if binary is None:
            return (None, self._machine.glance(PARANOID))
        try:
            # setcap changes no more than the time of the inode
            seen = Path(binary).stat()
        except OSError:
            return (binary, self._machine.glance(PARANOID))
        return (binary, seen.st_ino, seen.st_ctime_ns, self._machine.glance(PARANOID))


class _Probe:
    """One asking in a thread of its own: it takes 50 ms, and a perf that hangs takes 10 s."""

    def __init__(self, machine: Machine, runner: Runner, cpus: str) -> None:
        self.found: Ability | None = None
        self._runner = runner
        self._thread = threading.Thread(target=self._ask, args=(machine, cpus), name="perf probe", daemon=True)
        self._thread.start()

    @property
    def asking(self) -> bool:
        """Whether it goes on."""
        return self._thread.is_alive()

    def stop(self) -> None:
        """End it now."""
        self._runner.stop()
        self._thread.join()

    def _ask(self, machine: Machine, cpus: str) -> None:
        self.found = probe(machine, self._runner, cpus)


def _ending(status: int, said: bytes) -> str:
    """`status 255: what it said first`, or the signal."""
    if status < 0:
        return f"signal {-status}"
    return f"status {status}" + (f": {Answer(status, b'', said).why}" if said.strip() else "")
