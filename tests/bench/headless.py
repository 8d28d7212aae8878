"""CPU and memory of `perfwatch --serve` with its PostgreSQL, beside the peers that are installed."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.bench.figure import Column, Figure
from tests.bench.first_output import answers, held, seconds_until
from tests.bench.peers import Contender, peers
from tests.bench.periods import period
from tests.bench.processes import cost, family
from tests.whole.kept import database, lost, samples
from tests.whole.strangers import free_port

INTERVAL = 1.0
SECONDS = period(60.0, 6.0)
# Longer than any of them needs to start; a first start makes the database and its tables.
SETTLE = period(20.0, 8.0)
CPU_GOAL_MS, PSS_GOAL_MB, STOP_GOAL_SECONDS = 5.0, 80.0, 2.0
_SUBJECT = "Headless, a sample every second for a minute: the whole process tree, PostgreSQL included"


@dataclass(frozen=True, slots=True)
class Result:
    """What it cost: CPU milliseconds for each sample, PSS bytes, processes; and the seconds its end took.

    `first` is the seconds from its start to its first output, `disk` what it put on the disk for each sample in bytes;
    None where it has none.
    """

    ms_per_sample: float
    pss: int
    processes: int
    stopped: float
    first: float | None = None
    disk: float | None = None


def perfwatch(data: Path, interval: float) -> Contender:
    """PerfWatch itself, with a private database in `data`."""
    port = free_port()
    words = ("--serve", "--interval", f"{interval:g}", "--port", str(port), "--data-dir", str(data), "--metrics-open")
    command = (sys.executable, "-m", "perfwatch_gui", *words)
    page = f"http://127.0.0.1:{port}/metrics"
    return Contender("PerfWatch", command, "PostgreSQL and perf included", there=lambda: answers(page))


def measure(contender: Contender, data: Path, interval: float = INTERVAL, seconds: float = SECONDS) -> Result | None:
    """Run one contender until it is warm and then for `seconds`; None where it is not installed or does not run."""
    if not shutil.which(contender.command[0]):
        return None
    started = time.monotonic()
    process = subprocess.Popen(
        contender.command, cwd=data, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=dict(os.environ)
    )
    try:
        first = seconds_until(contender.there, started) if contender.there else None
        _wait(contender, interval, SETTLE if contender.name == "PerfWatch" or contender.there is None else SETTLE / 2)
        kept = held(contender.keeps) if contender.keeps else 0
        before = cost(family(process.pid, data), with_memory=False)
        began = time.monotonic()
        _wait(contender, interval, seconds)
        taken = (time.monotonic() - began) / interval
        after = cost(family(process.pid, data))
        disk = (held(contender.keeps) - kept) / taken if contender.keeps else None
        if process.poll() is not None:
            return None
    finally:
        began = time.monotonic()
        process.send_signal(signal.SIGTERM)
        process.wait(15)
    ended = time.monotonic() - began
    return Result((after.cpu - before.cpu) / taken * 1000, after.pss, after.processes, ended, first, disk)


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
    """PerfWatch with its goals, then each contender that is installed."""
    with tempfile.TemporaryDirectory(prefix="perfwatch-bench-") as directory:
        data = Path(directory)
        yield from _ours(data)
        for contender in peers(data, INTERVAL):
            result = measure(contender, data)
            if result is None:
                print(f"  {contender.name} is not installed or does not run", file=sys.stderr)
                continue
            yield from _costs(contender, result)


def _costs(
    contender: Contender, result: Result, cpu: float | None = None, pss: float | None = None
) -> Iterator[Figure]:
    name, count = contender.name, f"{result.processes} process{'es' if result.processes > 1 else ''}"

    def told(what: str, value: float, unit: str, column: Column, goal: float | None = None, note: str = "") -> Figure:
        return Figure(_SUBJECT, f"{name}: {what}", value, unit, goal, note=note, program=name, column=column)

    yield told("CPU for a sample", result.ms_per_sample, "ms", Column.CPU, cpu, contender.note)
    yield told("memory (PSS)", result.pss / 1e6, "MB", Column.PSS, pss, count)
    if result.first is not None:
        yield told("first output after its start", result.first, "s", Column.START)
    if result.disk is not None:
        yield told("disk for a sample", result.disk, "B", Column.DISK, note="growth of its files over this minute")


def _ours(data: Path) -> Iterator[Figure]:
    """Also what is in the database afterwards: no tick may be missing there."""
    contender = perfwatch(data, INTERVAL)
    # the first start makes the database, which no later one does
    measure(contender, data, seconds=1.0)
    result = measure(contender, data)
    assert result, "PerfWatch does not run"
    yield from _costs(contender, result, CPU_GOAL_MS, PSS_GOAL_MB)
    with database(data) as params:
        kept = samples(params)
    # the ticks before the last start of a process, which has none, are none of this run's
    gaps = sum(round((after.at - one.at) / 1e6 / INTERVAL) - 1 for one, after in lost(kept))
    missing = max(gaps, sum(round(one.interval / 1e3 / INTERVAL) - 1 for one in kept[2:] if one.interval))
    yield Figure(
        _SUBJECT, "PerfWatch: ticks lost", missing, "ticks", 0, note=f"of {len(kept)}, as the database has them"
    )
    yield Figure(_SUBJECT, "PerfWatch: its end", result.stopped, "s", STOP_GOAL_SECONDS, note="after SIGTERM")
