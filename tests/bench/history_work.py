"""What work on history costs: packing beside a sampler, ranking thousands of series, exports in flat memory."""

from __future__ import annotations

import os
import random
import re
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from perfwatch_core.changes import changes
from perfwatch_core.collectors import CATALOGUE
from perfwatch_core.store.batch import microseconds
from perfwatch_core.store.chunks import Covered, Hour
from perfwatch_core.store.codec import encode
from perfwatch_core.store.compared import changed
from perfwatch_core.store.link import Link
from perfwatch_core.store.packer import due, pack_hour, store_hour
from perfwatch_core.store.series_ids import numbered
from perfwatch_core.store.writer import insert
from tests.bench.database import database, timed
from tests.bench.figure import Figure
from tests.simulated_store import Store, batched
from tests.simulator import Simulator

SUBJECT = "Work on history"
START = datetime(2026, 2, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)
_MONTH = 30
# A machine of so many cores has over two thousand series.
_CORES = 1024
_TICK = 0.01


def figures() -> Iterator[Figure]:
    """Each in a database of its own."""
    with database() as (_, link, machine_id):
        yield from _packing(link, machine_id)
    with database() as (_, link, machine_id):
        yield from _ranking(link, machine_id)
    with database() as (data_dir, link, machine_id):
        Store(link, machine_id).fill(START, _MONTH)
        yield from _two_days(link, machine_id)
        yield from _exports(data_dir)


def _packing(link: Link, machine_id: int) -> Iterator[Figure]:
    for batch in batched(Simulator(), microseconds(START), hours=4):
        insert(link, machine_id, [batch])
    cpu, late = [], []
    for hour in due(link, machine_id, START + 6 * HOUR):
        began = time.thread_time()
        with _timer() as found:
            assert pack_hour(link, machine_id, hour)
        cpu.append(time.thread_time() - began)
        late += found
    yield Figure(SUBJECT, "packing an hour at 5 s, once an hour", sum(cpu) / len(cpu), "s of CPU", 0.5)
    late.sort()
    what = "a timer's lateness in another thread meanwhile, p95"
    yield Figure(SUBJECT, what, late[int(0.95 * len(late))] * 1000, "ms", 10, note="a sample is due each 5,000 ms")


@contextmanager
def _timer() -> Iterator[list[float]]:
    """A thread that wants to run every 10 ms, as a sampler does, and by how many seconds it was late."""
    late: list[float] = []
    done = threading.Event()

    def run() -> None:
        due = time.monotonic()
        while not done.is_set():
            due += _TICK
            done.wait(max(0.0, due - time.monotonic()))
            late.append(max(0.0, time.monotonic() - due))

    thread = threading.Thread(target=run)
    thread.start()
    yield late
    done.set()
    thread.join()


def _ranking(link: Link, machine_id: int) -> Iterator[Figure]:
    for simulated in Simulator(cores=_CORES).hours(microseconds(START), 2):
        with link.transaction():
            ids = numbered(link, simulated.columns)
            entries = {ids[place]: encode(column) for place, column in simulated.columns.items()}
            store_hour(link, machine_id, Hour(simulated.at, simulated.intervals, entries, Covered([], [], [])))
    a, b = (START, START + HOUR), (START + HOUR, START + 2 * HOUR)
    count = len(changed(link, machine_id, CATALOGUE, a, b).ranked)
    taken = timed(lambda: changed(link, machine_id, CATALOGUE, a, b), 7)
    what = f"what changed between two hours of {count:,} series, p95"
    yield Figure(SUBJECT, what, taken.part(0.95), "ms", 1000, note=taken.note)
    draw = random.Random(1)
    spans = [{key: [draw.gauss(0, 1) for _ in range(60)] for key in range(3000)} for _ in range(2)]
    taken = timed(lambda: changes(*spans), 7)
    yield Figure(SUBJECT, "of that, ranking 3,000 series, p95", taken.part(0.95), "ms", note=taken.note)


def _two_days(link: Link, machine_id: int) -> Iterator[Figure]:
    """As the window asks it by default: a day and the day before."""
    middle = START + timedelta(days=2)
    a, b = (middle - timedelta(days=1), middle), (middle, middle + timedelta(days=1))
    count = len(changed(link, machine_id, CATALOGUE, a, b).ranked)
    taken = timed(lambda: changed(link, machine_id, CATALOGUE, a, b), 5)
    what = f"what changed between two days of {count:,} series, by sums of five minutes, p95"
    yield Figure(SUBJECT, what, taken.part(0.95), "ms", note=taken.note)


def _exports(data_dir: Path) -> Iterator[Figure]:
    peaks = {}
    for format_, days, goal in (("csv", 1, None), ("csv", _MONTH, 64), ("parquet", 1, None), ("parquet", _MONTH, 160)):
        cpu, peak = _exported(data_dir, format_, days)
        peaks[format_, days] = peak
        name = f"{days} d of type cpu as {format_}"
        yield Figure(SUBJECT, f"memory of exporting {name}, at most", peak, "MB", goal)
        yield Figure(SUBJECT, f"exporting {name}", cpu, "s of CPU")
    flat = peaks["csv", _MONTH] / peaks["csv", 1]
    yield Figure(SUBJECT, "memory of 30 days as CSV / of one day", flat, "times", 1.1)


def _exported(data_dir: Path, format_: str, days: int) -> tuple[float, float]:
    """CPU seconds and the largest resident megabytes of the command."""
    span = ("--from", START.isoformat(), "--to", (START + timedelta(days=days)).isoformat())
    command = [sys.executable, "-m", "perfwatch_core", "export", "--data-dir", str(data_dir), *span]
    words = ["--type", "cpu", "--format", format_, "-o", str(data_dir / f"out.{format_}")]
    peak = 0
    with subprocess.Popen([*command, *words], stderr=subprocess.DEVNULL) as process:
        status = Path(f"/proc/{process.pid}/status")
        # its highest water mark so far; what wait4(2) tells includes the size of whoever started it
        while os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT | os.WNOHANG) is None:
            found = re.search(r"VmHWM:\s*(\d+) kB", status.read_text())
            peak = int(found[1]) if found else peak
            time.sleep(0.02)
        _, ended, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(ended)
    assert process.returncode == 0
    return used.ru_utime + used.ru_stime, peak * 1024 / 1e6


if __name__ == "__main__":
    for one in figures():
        print(f"{one.what}: {one.value:.4g} {one.unit} {one.verdict} {one.note}", flush=True)
