"""Samples of a machine that is larger than most, taken from files as the collectors read them."""

from __future__ import annotations

import dataclasses
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from perfwatch_core.sample import Sample
from tests.core.collectors.conftest import Stage
from tests.machines.files import lay_out
from tests.torture import huge

WORDS = f"A machine of {huge.CORES} processors, {huge.INTERFACES:,} interfaces and {huge.DISKS} disks"


@contextmanager
def stage() -> Iterator[Stage]:
    """The machine; each `moved` of it shows another moment."""
    with tempfile.TemporaryDirectory(dir="/dev/shm", prefix="perfwatch-bench-") as memory:
        one = Stage(Path(memory) / "machine")
        mounts = [f"/srv/{number}" for number in range(100)]
        lay_out(huge.composed(huge.interface_names(), huge.disk_names(), mounts, ["coretemp"]), one.root)
        try:
            yield one
        finally:
            one.close()


def moved(machine: Stage, step: int) -> tuple[Sample, float]:
    """The sample of a moment, and the milliseconds of processor time that it took.

    The busier the later: no sample is like the one before.
    """
    lay_out(huge.at_step(step * step, huge.interface_names(), huge.disk_names()), machine.root)
    # it is taken with files open, as it is of a kernel
    machine.machine.close()
    began = time.process_time()
    sample = machine.sample()
    return sample, (time.process_time() - began) * 1000


def samples(count: int) -> list[Sample]:
    """So many that have every rate."""
    with stage() as machine:
        return [moved(machine, step)[0] for step in range(count + 1)][1:]


def at(sample: Sample, number: int, moment: float) -> Sample:
    """The same numbers as the sample of another moment (UTC seconds), a second after the one before."""
    return dataclasses.replace(sample, number=number, time=moment, interval=1.0)
