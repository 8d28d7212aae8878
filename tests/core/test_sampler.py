"""The sampler's ticks: what one publishes, when they come, and what becomes of a collector that fails."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from perfwatch_core import sampler as module
from perfwatch_core.bus import Bus, Inbox
from perfwatch_core.collector import Collector, Fact, NotOnThisMachine
from perfwatch_core.metric import Metric, Rule
from perfwatch_core.sample import Sample
from perfwatch_core.sampler import Sampler
from perfwatch_core.units import Unit
from perfwatch_core.vitals import Vitals

LEVEL = Metric("one", "level", Unit.COUNT, "x")
RATE = Metric("one", "rate", Unit.COUNT, "x", rule=Rule.PER_SECOND)
OTHER = Metric("two", "other", Unit.COUNT, "x")


class Clock:
    """Time that goes when told to, and while someone waits."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.slept = 0.0
        self.wall = 1_763_980_200.0

    def monotonic(self) -> float:
        """Seconds, suspends left out."""
        return self.now

    def clock_gettime(self, _: int) -> float:
        """Seconds since boot, suspends included."""
        return self.now + self.slept

    CLOCK_BOOTTIME = 7

    def time(self) -> float:
        """UTC."""
        return self.wall


class One(Collector):
    """Counts on, and does what a test wants at each tick."""

    type = "one"
    metrics = (LEVEL, RATE)

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.count = 0
        self.fails: Exception | None = None
        self.takes = 0.0
        self.step = 10
        self.closed = 0

    def collect(self) -> Iterator[Fact]:
        """One more step."""
        self._clock.now += self.takes
        self._clock.wall += self.takes
        yield LEVEL, "", 5
        if self.fails:
            raise self.fails
        self.count += self.step
        yield RATE, "", self.count

    def close(self) -> None:
        """Counted."""
        self.closed += 1


class Two(Collector):
    """Never fails."""

    type = "two"
    metrics = (OTHER,)

    def collect(self) -> Iterator[Fact]:
        """Always the same."""
        yield OTHER, "", 2


class Play:
    """A sampler with its parts."""

    def __init__(self, clock: Clock, interval: float = 2.0) -> None:
        self.clock = clock
        self.one = One(clock)
        self.two = Two()
        self.vitals = Vitals()
        self.bus: Bus[Sample] = Bus()
        self.sampler = Sampler([self.one, self.two], self.bus, interval, self.vitals, clock.time)

    def tick(self, seconds: float = 2.0) -> Sample:
        """The sample so many seconds later."""
        self.clock.now += seconds
        self.clock.wall += seconds
        return self.sampler.tick()


@pytest.fixture
def play(monkeypatch: pytest.MonkeyPatch) -> Play:
    """One whose time is in the test's hand."""
    clock = Clock()
    monkeypatch.setattr(module, "time", clock)
    monkeypatch.setattr("perfwatch_core.collector.time", clock)
    return Play(clock)


def test_the_first_sample_has_levels_and_the_second_rates(play: Play) -> None:
    first = play.tick()
    assert (first.number, first.interval) == (1, None)
    assert first.values[LEVEL.of()] == 5
    assert RATE.of() in first.missing
    second = play.tick(2.5)
    assert (second.number, second.interval) == (2, 2.5)
    assert second.values[RATE.of()] == 4
    assert second.time == 1_763_980_204.5


def test_everyone_gets_what_is_published(play: Play) -> None:
    inbox: Inbox[Sample] = Inbox(None, lambda: None)
    play.bus.join(inbox)
    assert [play.tick(), play.tick()] == inbox.take()


def test_a_collector_that_fails_leaves_the_others(play: Play, caplog: pytest.LogCaptureFixture) -> None:
    play.tick()
    play.one.fails = RuntimeError("the sensor is gone")
    with caplog.at_level("DEBUG"):
        sample = play.tick()
    assert sample.faults["one"].reason == "RuntimeError: the sensor is gone"
    assert sample.faults["one"].here
    # half a reading is none
    assert LEVEL.of() not in sample.values
    assert sample.values[OTHER.of()] == 2
    play.one.fails = None
    assert RATE.of() in play.tick().missing
    assert play.tick().values[RATE.of()] == 5


def test_what_is_not_on_this_machine_has_not_failed(play: Play) -> None:
    play.one.fails = NotOnThisMachine("no such thing", "apt install it")
    fault = play.tick().faults["one"]
    assert (fault.reason, fault.here, fault.remedy) == ("no such thing", False, "apt install it")


def test_switched_off_and_on_again_is_a_gap(play: Play) -> None:
    play.tick()
    play.one.enabled = False
    sample = play.tick()
    assert sample.faults["one"].reason == "switched off"
    play.one.enabled = True
    assert RATE.of() in play.tick().missing
    assert play.tick().values[RATE.of()] == 5


def test_a_suspend_is_a_gap(play: Play) -> None:
    play.tick()
    play.clock.slept += 3600
    sample = play.tick()
    assert RATE.of() in sample.missing
    assert sample.values[LEVEL.of()] == 5
    assert play.tick().values[RATE.of()] == 5


def test_two_samples_never_share_a_moment(play: Play) -> None:
    times = [play.tick().time]
    for _ in range(5):
        # the wall clock stands still
        play.clock.wall -= 2.0
        times.append(play.tick().time)
    assert len(set(times)) == len(times)


def test_samples_are_as_far_apart_as_they_say_also_where_reading_takes_long(play: Play) -> None:
    before = play.tick()
    for play.one.takes in (0.4, 0.0):
        after = play.tick()
        assert after.interval == pytest.approx(after.time - before.time)
        before = after


def test_a_wall_clock_that_is_set_back_is_believed(play: Play) -> None:
    before = play.tick().time
    play.clock.wall -= 3600
    assert play.tick().time == before - 3598


def test_what_a_collector_took_is_known(play: Play) -> None:
    play.one.takes = 0.25
    play.tick()
    assert play.vitals.collect_ms == {"one": 250.0, "two": 0.0}


def test_the_thread_ticks_until_it_is_stopped_and_starts_again() -> None:
    play = Play(Clock(), 0.5)
    seen = threading.Semaphore(0)
    inbox: Inbox[Sample] = Inbox(None, seen.release)
    play.bus.join(inbox)
    for _ in range(2):
        play.sampler.start()
        samples: list[Sample] = []
        while len(samples) < 2:
            assert seen.acquire(timeout=10)
            samples += inbox.take()
        assert (play.sampler.running, play.sampler.stop(), play.sampler.running) == (True, True, False)
        assert samples[0].interval is None
        assert samples[1].interval is not None
    assert play.one.closed == 2


def test_a_shorter_interval_takes_effect_at_once() -> None:
    play = Play(Clock(), 60.0)
    seen = threading.Semaphore(0)
    inbox: Inbox[Sample] = Inbox(None, seen.release)
    play.bus.join(inbox)
    play.sampler.start()
    samples: list[Sample] = []
    while len(samples) < 2:
        assert seen.acquire(timeout=10)
        samples += inbox.take()
    play.sampler.interval = 0.5
    assert seen.acquire(timeout=10)
    assert play.sampler.stop()


def test_a_reading_that_hangs_is_left_behind() -> None:
    play = Play(Clock(), 0.5)
    inside, free = threading.Event(), threading.Event()

    class Hangs(Two):
        """Hangs until it is freed."""

        def collect(self) -> Iterator[Fact]:
            """One fact, some time."""
            inside.set()
            free.wait()
            yield OTHER, "", 2

    sampler = Sampler([Hangs()], play.bus, 0.5, play.vitals)
    sampler.start()
    assert inside.wait(10)
    assert not sampler.stop(timeout=0.05)
    free.set()
    assert sampler.stop(timeout=10)
