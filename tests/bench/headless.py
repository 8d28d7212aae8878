"""CPU and memory of `perfwatch --serve` with its PostgreSQL, beside the peers that are installed."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.bench.figure import Figure
from tests.bench.processes import cost, family

INTERVAL = 1.0
SECONDS = 60.0
SETTLE = 8.0
_SUBJECT = "Headless, a sample every second for a minute: the whole process tree, PostgreSQL included"
_SADC = ("/usr/lib/sysstat/sadc", "/usr/lib64/sa/sadc", "sadc")
_SCRAPED = "http://127.0.0.1:19100/metrics"


@dataclass(frozen=True, slots=True)
class Contender:
    """A program to measure: how to start it, its goals if it is ours, and what a reader should know."""

    name: str
    command: tuple[str, ...]
    note: str = ""
    scrape: str = ""
    cpu_goal: float | None = None
    pss_goal: float | None = None


@dataclass(frozen=True, slots=True)
class Result:
    """What it cost: CPU milliseconds for each sample, PSS bytes, processes."""

    ms_per_sample: float
    pss: int
    processes: int


def perfwatch(data: Path, interval: float) -> Contender:
    """PerfWatch itself, with a private database in `data`."""
    words = ("--serve", "--interval", f"{interval:g}", "--port", "0", "--data-dir", str(data))
    return Contender("PerfWatch", (sys.executable, "-m", "perfwatch_gui", *words), cpu_goal=5.0, pss_goal=80.0)


def peers(data: Path, interval: float) -> Iterator[Contender]:
    """What others would use for the same."""
    whole = str(max(1, round(interval)))
    sadc = next((path for path in _SADC if shutil.which(path)), _SADC[-1])
    yield Contender("sadc", (sadc, "-S", "DISK", whole, str(data / "sadc.bin")), "a C program, no history but a file")
    yield Contender(
        "node_exporter",
        ("prometheus-node-exporter", f"--web.listen-address={_SCRAPED.split('/')[2]}"),
        "one scrape a sample; keeps nothing",
        scrape=_SCRAPED,
    )
    csv = ("--export", "csv", "--export-csv-file", str(data / "glances.csv"))
    yield Contender("glances", ("glances", "--quiet", *csv, "-t", whole), "into a CSV file")


def measure(contender: Contender, data: Path, interval: float = INTERVAL, seconds: float = SECONDS) -> Result | None:
    """Run one contender until it is warm and then for `seconds`; None where it is not installed or does not run."""
    if not shutil.which(contender.command[0]):
        return None
    process = subprocess.Popen(
        contender.command, cwd=data, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=dict(os.environ)
    )
    try:
        _wait(contender, interval, SETTLE)
        before = cost(family(process.pid, data), with_memory=False)
        began = time.monotonic()
        _wait(contender, interval, seconds)
        after = cost(family(process.pid, data))
        samples = (time.monotonic() - began) / interval
        if process.poll() is not None:
            return None
        return Result((after.cpu - before.cpu) / samples * 1000, after.pss, after.processes)
    finally:
        process.terminate()
        process.wait(15)


def _wait(contender: Contender, interval: float, seconds: float) -> None:
    """Let time pass; whoever only answers is asked once an interval."""
    end = time.monotonic() + seconds
    while (left := end - time.monotonic()) > 0:
        if contender.scrape:
            # it may not listen yet
            with contextlib.suppress(OSError), urllib.request.urlopen(contender.scrape, timeout=5) as answer:
                answer.read()
        time.sleep(min(interval, left))


def figures() -> Iterator[Figure]:
    """CPU and memory of each contender that is installed, and whether PerfWatch lost a tick."""
    with tempfile.TemporaryDirectory(prefix="perfwatch-bench-") as directory:
        data = Path(directory)
        for contender in (perfwatch(data, INTERVAL), *peers(data, INTERVAL)):
            result = measure(contender, data)
            if result is None:
                print(f"  {contender.name} is not installed or does not run", file=sys.stderr)
                continue
            name, note = contender.name, contender.note
            yield Figure(
                _SUBJECT, f"{name}: CPU for a sample", result.ms_per_sample, "ms", contender.cpu_goal, note=note
            )
            yield Figure(
                _SUBJECT,
                f"{name}: memory (PSS)",
                result.pss / 1e6,
                "MB",
                contender.pss_goal,
                note=f"{result.processes} processes",
            )
