"""The whole path of a process: samples to everyone, a role for each process, settings that reach the collector."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from perfwatch_core import engine
from perfwatch_core.bus import Inbox
from perfwatch_core.collector import Collector, Fact
from perfwatch_core.collectors import CATALOGUE
from perfwatch_core.engine import Engine
from perfwatch_core.sample import Sample
from perfwatch_core.setting import BadSetting
from perfwatch_core.settings import Settings
from perfwatch_core.store.state import Role
from tests.core.store.residents import Town
from tests.core.store.waiting import until

SECONDS = 10.0
TOTAL = CATALOGUE.metric("memory.total_bytes")
LOAD = CATALOGUE.metric("perf_events.interval_ms")


class One(Collector):
    """Says how often it was asked, and hangs when told to."""

    type = "memory"
    metrics = (TOTAL,)

    def __init__(self) -> None:
        self.free = threading.Event()
        self.free.set()
        self.hangs = threading.Event()
        self.asked = 0
        self.interval = 0.0
        self.closed = 0

    def collect(self) -> Iterator[Fact]:
        """One more."""
        if not self.free.is_set():
            self.hangs.set()
            self.free.wait()
        self.asked += 1
        yield TOTAL, "", self.asked

    def configure(self, settings: Settings) -> None:
        """Note it."""
        self.interval = settings.interval

    def close(self) -> None:
        """Note it."""
        self.closed += 1


class Counters(Collector):
    """Stands for those that perf counts, which have a switch of their own."""

    type = "perf_events"
    metrics = (LOAD,)

    def collect(self) -> Iterator[Fact]:
        """Always the same."""
        yield LOAD, "", 1000


class Rig:
    """An engine with these collectors."""

    def __init__(self, settings: Settings) -> None:
        self.one, self.counters = One(), Counters()
        self.engine = Engine(settings, self._collectors)
        self.samples: Inbox[Sample] = Inbox(None, lambda: None)
        self.engine.bus.join(self.samples)

    @property
    def role(self) -> Role:
        """What it is to its machine."""
        return self.engine.state().role

    def _collectors(self, *_: object) -> Sequence[Collector]:
        return [self.one, self.counters]


@pytest.fixture
def settings(town: Town, tmp_path: Path) -> Settings:
    """A database, and samples in quick succession."""
    url = f"postgresql:///{town.params['dbname']}?host={town.params['host']}&user={town.params['user']}"
    return Settings(database_url=url, data_dir=tmp_path, interval=0.5)


@pytest.fixture
def rig(settings: Settings) -> Iterator[Rig]:
    """Running."""
    one = Rig(settings)
    one.engine.start()
    yield one
    assert one.engine.stop() == []


def test_samples_go_to_whoever_looks_and_into_the_database(rig: Rig, town: Town) -> None:
    """What was taken last is there after the stop."""
    assert rig.engine.newest is None or rig.engine.newest.number == 1
    until(lambda: len(rig.samples) > 1 and rig.role is Role.COLLECTING)
    assert rig.engine.newest is not None
    state = rig.engine.state()
    assert (state.database.ok, state.interval, state.notices) == (True, 0.5, ())
    assert rig.engine.vitals.queued() > 0
    assert rig.engine.stop() == []
    taken = [sample.values[TOTAL.of()] for sample in rig.samples.take()]
    with_type = "SELECT count(*) FROM metrics_snapshot WHERE metric_type = 'memory'"
    assert town.count(with_type) == len(taken) == rig.one.asked
    assert rig.one.closed == 1


def test_a_follower_takes_no_samples_of_its_own(rig: Rig, settings: Settings) -> None:
    """It shows those of the collector, and its interval; when that goes, it takes over."""
    until(lambda: rig.role is Role.COLLECTING)
    other = Rig(replace(settings, interval=60.0))
    other.engine.start()
    until(lambda: other.role is Role.FOLLOWING)
    asked = other.one.asked
    other.samples.take()
    until(lambda: len(other.samples) > 1)
    assert other.one.asked == asked
    assert other.one.closed == 1
    assert other.engine.newest is not None
    assert other.engine.state().interval == 0.5
    assert other.engine.stop() == []


def test_a_follower_takes_over(settings: Settings) -> None:
    """And samples itself from then on."""
    first, second = Rig(settings), Rig(settings)
    first.engine.start()
    until(lambda: first.role is Role.COLLECTING)
    second.engine.start()
    until(lambda: second.role is Role.FOLLOWING)
    assert first.engine.stop() == []
    until(lambda: second.role is Role.COLLECTING)
    asked = second.one.asked
    until(lambda: second.one.asked > asked)
    assert second.engine.stop() == []


def test_a_setting_changed_in_a_window_reaches_the_collector(rig: Rig, settings: Settings) -> None:
    """Which is another process, such as the one that serves; and the next start."""
    until(lambda: rig.role is Role.COLLECTING)
    window = Rig(settings)
    window.engine.start()
    until(lambda: window.role is Role.FOLLOWING)
    window.engine.set_interval(0.75).result(SECONDS)
    until(lambda: rig.engine.settings.interval == rig.one.interval == 0.75)
    # what was once changed there gives way to what is changed here, and back
    rig.engine.set_interval(1.25).result(SECONDS)
    until(lambda: window.engine.settings.interval == 1.25)
    window.engine.set_enabled("memory", False).result(SECONDS)
    until(lambda: not rig.one.enabled)
    assert window.engine.stop() == []
    later = Rig(settings)
    later.engine.start()
    until(lambda: later.engine.settings.interval == 1.25 and not later.one.enabled)
    assert later.engine.stop() == []


def test_a_flag_is_stronger_than_what_is_changed_elsewhere(settings: Settings) -> None:
    """As the order of the sources says."""
    rig = Rig(replace(settings, sources={"interval": "--interval"}))
    rig.engine.start()
    until(lambda: rig.role is Role.COLLECTING)
    window = Rig(settings)
    window.engine.start()
    until(lambda: window.role is Role.FOLLOWING)
    window.engine.set_interval(0.75).result(SECONDS)
    window.engine.set_enabled("memory", False).result(SECONDS)
    until(lambda: not rig.one.enabled)
    assert rig.engine.settings.interval == 0.5
    assert window.engine.stop() == rig.engine.stop() == []


def test_collectors_are_switched_off_and_on_while_it_runs(rig: Rig) -> None:
    """Counters have their own setting; a value that is not accepted changes nothing."""
    until(lambda: len(rig.samples) > 0)
    rig.engine.set_enabled("memory", False)
    rig.engine.set_enabled("perf_events", False)
    assert (rig.one.enabled, rig.counters.enabled) == (False, False)
    assert (rig.engine.settings.collectors_off, rig.engine.settings.perf_events) == ("memory", False)
    rig.engine.set_enabled("memory", True)
    rig.engine.set_enabled("perf_events", True)
    assert (rig.one.enabled, rig.counters.enabled) == (True, True)
    with pytest.raises(BadSetting, match="interval: '0' is not accepted; it takes a number of seconds"):
        rig.engine.set_interval(0)
    with pytest.raises(BadSetting, match="set DATABASE_URL and start it again"):
        rig.engine.change("database_url", "")
    assert rig.engine.settings.interval == 0.5


def test_it_stops_whatever_hangs(settings: Settings, town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    """A reading of the kernel and the database at once; the sentence says so, and nothing is lost."""
    assert engine.SAMPLER_SECONDS + engine.STORE_SECONDS < 2
    # the journal goes to a disk and by a processor that others may keep busy
    monkeypatch.setattr(engine, "STORE_SECONDS", 4.0)
    rig = Rig(settings)
    rig.engine.start()
    until(lambda: rig.role is Role.COLLECTING and len(rig.samples) > 1)
    mine = "SELECT pid FROM pg_stat_activity WHERE datname = '{0}' AND application_name LIKE 'perfwatch %'"
    backend = town.tell(mine)
    rig.one.free.clear()
    assert rig.one.hangs.wait(SECONDS)
    asked = rig.one.asked
    os.kill(backend, signal.SIGSTOP)
    try:
        said = rig.engine.stop()
    finally:
        os.kill(backend, signal.SIGCONT)
        rig.one.free.set()
    assert said == ["a reading of the kernel still hangs; it ends with the process"]
    assert list((settings.data_dir / "journal").glob("*.spool"))
    again = Rig(settings)
    again.engine.start()
    until(lambda: again.role is Role.COLLECTING)
    assert again.engine.stop() == []
    assert town.count("SELECT count(*) FROM metrics_snapshot WHERE metric_type = 'memory'") >= asked
