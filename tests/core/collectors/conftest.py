"""Machines as files for the collectors, with a clock that goes when told to."""

from __future__ import annotations

import dataclasses
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from perfwatch_core.collector import Collector, Reading, collect_safely
from perfwatch_core.collectors.cpu import CpuCollector
from perfwatch_core.collectors.disk import DiskCollector
from perfwatch_core.collectors.machine import Machine
from perfwatch_core.collectors.memory import MemoryCollector
from perfwatch_core.collectors.memory_bandwidth import MemoryBandwidthCollector
from perfwatch_core.collectors.network import NetworkCollector
from perfwatch_core.collectors.pressure import PressureCollector
from perfwatch_core.metric import Series, Value
from perfwatch_core.rates import derive
from perfwatch_core.sample import Fault, Sample
from tests.machines.files import Files, lay_out

KINDS: tuple[Callable[[Machine], Collector], ...] = (
    CpuCollector, MemoryCollector, NetworkCollector, DiskCollector, MemoryBandwidthCollector, PressureCollector,
)  # fmt: skip
SECONDS = 5.0


class Stage:
    """A captured machine and its collectors; `show` puts other files in the place of those before."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.now = 1000.0
        self.machine = Machine(root, lambda: self.now)
        self.collectors = [kind(self.machine) for kind in KINDS]
        self._before: dict[str, Reading] = {}
        self._number = 0

    def show(self, files: Files) -> Sample:
        """The sample taken from these files alone, SECONDS after the one before."""
        shutil.rmtree(self.root, ignore_errors=True)
        lay_out(files, self.root)
        return self.sample()

    def sample(self) -> Sample:
        """The sample taken from what lies below `root` now, SECONDS after the one before."""
        # kept descriptors still hold the files that were there
        self.machine.close()
        values: dict[Series, Value] = {}
        missing: dict[Series, str] = {}
        faults: dict[str, Fault] = {}
        for collector in self.collectors:
            reading = collect_safely(collector)
            assert reading is not None
            if reading.fault:
                faults[collector.type] = reading.fault
                self._before.pop(collector.type, None)
                continue
            reading = dataclasses.replace(reading, at=self.now)
            known, unknown = derive(self._before.get(collector.type), reading)
            values.update(known)
            missing.update(unknown)
            self._before[collector.type] = reading
        self._number += 1
        self.now += SECONDS
        interval = SECONDS if self._number > 1 else None
        return Sample(self._number, self.now - SECONDS, interval, values, missing, faults)

    def close(self) -> None:
        """Let go of everything."""
        for collector in self.collectors:
            collector.close()
        self.machine.close()


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    """An empty stage."""
    stage = Stage(tmp_path / "machine")
    yield stage
    stage.close()


@pytest.fixture
def machine() -> Iterator[Machine]:
    """The live one."""
    machine = Machine()
    yield machine
    machine.close()
