"""CPU and memory of `perfwatch --serve` with its PostgreSQL, beside the peers that are installed."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.bench.processes import Cost, cost, family


@dataclass(frozen=True, slots=True)
class Contender:
    """A program to measure: how to start it for one sample each `interval` seconds, how to install it."""

    name: str
    command: tuple[str, ...]
    install: str = ""
    belongings: Path | None = None
    environ: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Result:
    """What it cost: CPU milliseconds for each sample, PSS bytes, processes."""

    name: str
    ms_per_sample: float
    pss: int
    processes: int


def contenders(interval: float, data: Path) -> Iterator[Contender]:
    """PerfWatch first, then the peers."""
    whole = str(max(1, round(interval)))
    yield Contender(
        "perfwatch --serve",
        (
            sys.executable,
            "-m",
            "perfwatch_gui",
            "--serve",
            "--interval",
            f"{interval:g}",
            "--data-dir",
            str(data),
        ),
        belongings=data,
    )
    sadc = next(
        (path for path in ("/usr/lib/sysstat/sadc", "/usr/lib64/sa/sadc") if Path(path).exists()), "sadc"
    )
    yield Contender("sadc", (sadc, "-S", "DISK", whole, str(data / "sadc.bin")), "apt install sysstat")
    yield Contender(
        "glances (csv)",
        ("glances", "--quiet", "--export", "csv", "--export-csv-file", str(data / "g.csv"), "-t", whole),
        "apt install glances",
    )
    yield Contender("vmstat", ("vmstat", whole), "apt install procps")


def measure(contender: Contender, interval: float, seconds: float, settle: float) -> Result | None:
    """Run one contender for `settle` and then `seconds`; None where it is not installed."""
    if not shutil.which(contender.command[0]):
        return None
    process = subprocess.Popen(
        contender.command,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env={**os.environ, **dict(contender.environ)},
    )
    try:
        time.sleep(settle)
        before = cost(family(process.pid, contender.belongings), with_memory=False)
        began = time.monotonic()
        time.sleep(seconds)
        after: Cost = cost(family(process.pid, contender.belongings))
        samples = (time.monotonic() - began) / interval
        if process.poll() is not None:
            return None
        return Result(contender.name, (after.cpu - before.cpu) / samples * 1000, after.pss, after.processes)
    finally:
        process.terminate()
        process.wait(15)


def table(interval: float = 1.0, seconds: float = 60.0, settle: float = 8.0) -> Iterator[str]:
    """One line for each contender."""
    yield f"every {interval:g} s, {seconds:g} s each:  CPU ms/sample   PSS MB   processes"
    with tempfile.TemporaryDirectory(prefix="perfwatch-bench-") as directory:
        for contender in contenders(interval, Path(directory)):
            result = measure(contender, interval, seconds, settle)
            if result is None:
                yield f"  {contender.name:<24} not installed: {contender.install}"
            else:
                yield (
                    f"  {result.name:<24} {result.ms_per_sample:>12.2f} {result.pss / 1e6:>10.1f}"
                    f" {result.processes:>8}"
                )


if __name__ == "__main__":
    for line in table(*(float(word) for word in sys.argv[1:])):
        print(line, flush=True)
