"""A fake perf on the PATH, and waiting for a collector without sleeping blindly."""

import json
import os
import shutil
import sys
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
    """The fake, alone on the PATH with what it needs, and what it shall do next."""

    def __init__(self, directory: Path) -> None:
        self.path = directory / "bin"
        self.path.mkdir()
        for name in ("cat", "true"):
            (self.path / name).symlink_to(str(shutil.which(name)))
        self.binary = self.path / "perf"
        self.install()
        self.file = directory / "fake.json"
        self.does(run="vm.json")

    def install(self) -> None:
        """Put it where it is found, as a new file, run by the Python that runs the tests."""
        _, _, program = (TESTS / "fake_perf").read_text().partition("\n")
        self.binary.write_text(f"#!{sys.executable} -IS\n{program}")
        self.binary.chmod(0o755)

    def does(self, run: str = "vm.json", **state: Any) -> None:
        """From its next start on."""
        self.file.write_text(json.dumps({"run": str(RUNS / run), **state}))

    @property
    def starts(self) -> list[str]:
        """The arguments of each start so far."""
        log = Path(f"{self.file}.starts")
        return log.read_text().splitlines() if log.exists() else []

    @property
    def long_runs(self) -> list[str]:
        """The arguments of each start that was to last."""
        return [start for start in self.starts if " -I " in start]


@pytest.fixture
def fake(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> FakePerf:
    """A fake perf and no real one on the PATH."""
    perf = FakePerf(tmp_path)
    monkeypatch.setenv("PATH", str(perf.path))
    monkeypatch.setenv("FAKE_PERF", str(perf.file))
    return perf


class Tree:
    """A machine as files, which tests change as a person mends a machine."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.write("proc/sys/kernel/perf_event_paranoid", "2")
        self.write("proc/cpuinfo", "processor\t: 0\nflags\t\t: fpu hypervisor\n")
        self.write("sys/devices/system/cpu/online", "0-3")
        self.write("etc/os-release", 'ID=debian\nVERSION_ID="12"\n')
        self.machine = Machine(root)

    def write(self, path: str, text: str) -> None:
        """Make or change a file."""
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text + "\n")

    def forget(self, path: str) -> None:
        """Take a file away."""
        (self.root / path).unlink()


@pytest.fixture
def tree(tmp_path: Path) -> Iterator[Tree]:
    """A virtual machine of four processors that runs Debian."""
    tree = Tree(tmp_path / "machine")
    yield tree
    tree.machine.close()


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
def collector(fake: FakePerf, tree: Tree, clock: Clock) -> Iterator[PerfEventsCollector]:
    """A collector of the fake's counts with a sample every 0.4 s."""
    assert shutil.which("perf") == str(fake.binary)
    perf = PerfEventsCollector(tree.machine, Wish(sample_seconds=0.4), Session(tree.machine, clock=clock))
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


def alive(pid: int) -> bool:
    """Whether a process runs, a zombie not counted (proc_pid_stat(5))."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def counted(shape: dict[str, Any]) -> bool:
    """Whether a sample has counts."""
    return shape["events"].get("context-switches", {}).get("value") is not None


@pytest.fixture
def fuzz_lines() -> int:
    """How many lines the fuzz feeds: 30,000, or as many as PERFWATCH_FUZZ_LINES says; `make bench` feeds a million."""
    return int(os.environ.get("PERFWATCH_FUZZ_LINES", "30000"))
