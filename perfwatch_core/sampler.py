"""The one thread that touches the kernel: it ticks on an absolute schedule and publishes samples."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Sequence

from perfwatch_core.bus import Bus
from perfwatch_core.collector import Collector, Reading, collect_safely
from perfwatch_core.metric import Series, Value
from perfwatch_core.rates import derive
from perfwatch_core.sample import Fault, Sample
from perfwatch_core.vitals import Vitals

log = logging.getLogger(__name__)

# The second reading follows soon after the first, so that rates show at once whatever the interval.
FIRST_INTERVAL = 0.5
# CLOCK_BOOTTIME runs on through a suspend and CLOCK_MONOTONIC does not; more than this apart is a suspend.
SUSPEND_SECONDS = 1.0
# A wall clock that is not this far ahead of or behind the last sample has not been set, it has stood.
STANDS_STILL = 0.001


class Sampler:
    """Collects every `interval` seconds and hands each sample to the bus.

    `tick()` is the whole work and can be called by a test without a thread. Ticks lie on an absolute
    schedule: a late one shifts nothing, and those that were missed are counted in `vitals.missed`. The thread calls
    `begin` first.
    """

    def __init__(
        self,
        collectors: Sequence[Collector],
        bus: Bus[Sample],
        interval: float,
        vitals: Vitals,
        wall: Callable[[], float] = time.time,
        begin: Callable[[], None] = lambda: None,
    ) -> None:
        self._collectors = collectors
        self._bus = bus
        self._interval = interval
        self._vitals = vitals
        self._wall = wall
        self._begin = begin
        self._before: dict[str, Reading] = {}
        self._last_tick: tuple[float, float] | None = None
        self._last_time = 0.0
        self._number = 0
        self._wake = threading.Event()
        # one for each run: a thread that hung past its end must not go on beside the next
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None

    @property
    def interval(self) -> float:
        """Seconds between two ticks; setting it takes effect at once."""
        return self._interval

    @interval.setter
    def interval(self, seconds: float) -> None:
        self._interval = seconds
        self._wake.set()

    @property
    def running(self) -> bool:
        """Whether it was started and not stopped since."""
        return self._thread is not None and not self._stop.is_set()

    def start(self) -> None:
        """Begin to tick in a thread of its own; also again after `stop`."""
        self._stop = threading.Event()
        self._before.clear()
        self._last_tick = None
        self._thread = threading.Thread(target=self._run, args=(self._stop,), name="sampler", daemon=True)
        self._thread.start()

    def stop(self, timeout: float = 1.0) -> bool:
        """End the thread and close the collectors; False if one still hangs after `timeout` seconds."""
        self._stop.set()
        self._wake.set()
        if self._thread is not None:
            self._thread.join(timeout)
            if self._thread.is_alive():
                return False
        for collector in self._collectors:
            collector.close()
        return True

    def tick(self) -> Sample:
        """Read everything once, derive, publish."""
        # all clocks at once: on a busy machine what is read comes late, and neighbours are as far apart as they say
        now, slept, moment = time.monotonic(), _since_boot(), self._moment()
        interval = None
        if self._last_tick is not None:
            interval = now - self._last_tick[0]
            if slept - self._last_tick[1] - interval > SUSPEND_SECONDS:
                log.info("the machine was suspended; rates begin anew")
                self._before.clear()
        self._last_tick = (now, slept)
        values: dict[Series, Value] = {}
        missing: dict[Series, str] = {}
        faults: dict[str, Fault] = {}
        for collector in self._collectors:
            self._read(collector, values, missing, faults)
        self._number += 1
        sample = Sample(self._number, moment, interval, values, missing, faults)
        self._bus.publish(sample)
        return sample

    def _moment(self) -> float:
        """The time of day; no two samples share one, also where that clock stands still or is slowed."""
        moment = round(self._wall(), 6)
        if 0 <= self._last_time - moment < STANDS_STILL:
            moment = round(self._last_time + 1e-6, 6)
        self._last_time = moment
        return moment

    def _read(
        self,
        collector: Collector,
        values: dict[Series, Value],
        missing: dict[Series, str],
        faults: dict[str, Fault],
    ) -> None:
        reading = collect_safely(collector)
        if reading is None:
            self._before.pop(collector.type, None)
            faults[collector.type] = Fault("switched off", here=False)
            return
        self._vitals.collect_ms[collector.type] = reading.cost
        if reading.fault:
            self._before.pop(collector.type, None)
            faults[collector.type] = reading.fault
            return
        known, unknown = derive(self._before.get(collector.type), reading)
        values.update(known)
        missing.update(unknown)
        self._before[collector.type] = reading

    def _run(self, stop: threading.Event) -> None:
        """Tick until told to stop."""
        self._begin()
        due = time.monotonic()
        first = True
        while not stop.is_set():
            self._vitals.late_ms = max(0.0, (time.monotonic() - due) * 1000)
            self.tick()
            interval = self._interval
            due, skipped = following(due, min(FIRST_INTERVAL, interval) if first else interval, time.monotonic())
            self._vitals.missed += 0 if first else skipped
            first = False
            while not stop.is_set() and (wait := due - time.monotonic()) > 0:
                if self._wake.wait(wait):
                    self._wake.clear()
                    if interval != self._interval:
                        interval = self._interval
                        due = min(due, time.monotonic() + interval)


def following(due: float, interval: float, now: float) -> tuple[float, int]:
    """When the tick after the one that was due is due, and how many are past already and are skipped, not made up for.

    All in seconds of one clock.
    """
    due += interval
    skipped = int((now - due) // interval) + 1 if now > due else 0
    return due + skipped * interval, skipped


def _since_boot() -> float:
    return time.clock_gettime(time.CLOCK_BOOTTIME)
