"""A fake perf on the PATH, and waiting for a collector without sleeping blindly."""

import json
import os
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from perfwatch_core.collector import Reading, collect_safely
from perfwatch_core.collectors.machine import Machine
from perfwatch_core.collectors.perf.session import Session, Wish
from perfwatch_core.collectors.perf_events import PerfEventsCollector
from perfwatch_core.rates import derive
from perfwatch_core.sample import Sample

TESTS = Path(__file__).parents[2]
RUNS = TESTS / "machines" / "perf"


class FakePerf:
    """The fake and what it shall do next."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory / "bin"
        self.directory.mkdir()
        self.binary = self.directory / "perf"
        self.binary.symlink_to(TESTS / "fake_perf")
        self.file = directory / "fake.json"
        self.does(run="vm.json")

    def does(self, run: str, **state: Any) -> None:
        """From its next start on."""
        self.file.write_text(json.dumps({"run": str(RUNS / run), **state}))

    @property
    def starts(self) -> list[str]:
        """The arguments of each start so far."""
        log = Path(f"{self.file}.starts")
        return log.read_text().splitlines() if log.exists() else []


@pytest.fixture
def fake(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> FakePerf:
    """A fake perf before any real one on the PATH."""
    perf = FakePerf(tmp_path)
    monkeypatch.setenv("PATH", f"{perf.directory}:{os.environ['PATH']}")
    monkeypatch.setenv("FAKE_PERF", str(perf.file))
    return perf


class Clock:
    """Seconds that pass when told to, on top of the real ones."""

    def __init__(self) -> None:
        self.ahead = 0.0

    def __call__(self) -> float:
        return time.monotonic() + self.ahead


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def machine() -> Iterator[Machine]:
    live = Machine()
    yield live
    live.close()


@pytest.fixture
def collector(machine: Machine, clock: Clock) -> Iterator[PerfEventsCollector]:
    """A collector with a sample every 0.4 s."""
    perf = PerfEventsCollector(machine, Wish(sample_seconds=0.4), Session(machine, clock=clock))
    yield perf
    perf.close()


def sample_of(reading: Reading | None) -> Sample:
    """One reading as a sample of its own."""
    assert reading is not None
    values, missing = derive(None, reading)
    faults = {reading.type: reading.fault} if reading.fault else {}
    return Sample(1, 0.0, None, values, missing, faults)


def until(
    collector: PerfEventsCollector,
    wanted: Callable[[dict[str, Any]], object],
    seconds: float = 20.0,
) -> dict[str, Any]:
    """Collect until the sample's `perf_events` object is as wanted; fails after so many seconds."""
    deadline = time.monotonic() + seconds
    pause = threading.Event()
    while True:
        sample = sample_of(collect_safely(collector))
        assert not sample.faults
        shape = sample.wire(collector.metrics)["perf_events"]
        if wanted(shape):
            return shape
        assert time.monotonic() < deadline, shape
        pause.wait(0.02)


def counted(shape: dict[str, Any]) -> bool:
    """Whether a sample has counts."""
    return shape["events"].get("context-switches", {}).get("value") is not None


@pytest.fixture
def million() -> int:
    """How many lines the fuzz feeds: 100,000, or as many as PERFWATCH_FUZZ_LINES says (the gate: a million)."""
    return int(os.environ.get("PERFWATCH_FUZZ_LINES", "100000"))
