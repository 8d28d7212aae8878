"""What hardware counters cost: the perf child and the reading of what it prints; and a million damaged lines."""

from __future__ import annotations

import itertools
import os
import random
import statistics
import time
from collections.abc import Iterator
from pathlib import Path

from perfwatch_core.collector import collect_safely
from perfwatch_core.collectors import build
from perfwatch_core.collectors.machine import Machine
from perfwatch_core.collectors.perf.output import Parser
from perfwatch_core.collectors.perf.window import window_of
from perfwatch_core.collectors.perf_events import PerfEventsCollector
from perfwatch_core.rates import derive
from perfwatch_core.settings import Settings
from perfwatch_core.vitals import Vitals
from tests.bench.figure import Figure
from tests.core.perf.damage import CAPTURED_LINES, damaged

_SUBJECT = "Hardware counters: the perf child and the reading of what it prints"
_RUNS = Path(__file__).parents[1] / "machines" / "perf"
SAMPLES = 30
LINES = 1_000_000
GOAL_MS = 0.5


def run_time(pid: int) -> float:
    """Seconds of processor time a process has had, to the nanosecond (schedstats, /proc/PID/schedstat)."""
    return int(Path(f"/proc/{pid}/schedstat").read_text().split()[0]) / 1e9


def cost_of_a_sample(interval: float, samples: int) -> tuple[float, float]:
    """Milliseconds of processor time for a usual sample: perf's with its waiting `cat`, and ours.

    Taken as the sampler does, after the other collectors. The median of each: who else uses the caches at the time
    makes some samples dear.
    """
    machine = Machine()
    collectors = build(machine, Vitals(), Settings(interval=interval))
    collector = next(one for one in collectors if isinstance(one, PerfEventsCollector))
    others = collectors[: collectors.index(collector)]
    collector.prepare(10)
    time.sleep(interval)
    before = collect_safely(collector)
    (perf,) = collector.children()
    family = [perf, *map(int, Path(f"/proc/{perf}/task/{perf}/children").read_text().split())]
    theirs, ours = [sum(map(run_time, family))], []
    due = time.monotonic()
    for _ in range(samples):
        due += interval
        time.sleep(max(0.0, due - time.monotonic()))
        for other in others:
            collect_safely(other)
        began = time.thread_time()
        after = collect_safely(collector)
        assert after is not None
        derive(before, after)
        ours.append(time.thread_time() - began)
        theirs.append(sum(map(run_time, family)))
        before = after
    for one in collectors:
        one.close()
    machine.close()
    spent = [after - before for before, after in itertools.pairwise(theirs)]
    return statistics.median(spent) * 1000, statistics.median(ours) * 1000


def cost_of_reading(run: str, times: int = 300) -> float:
    """Milliseconds to read one replayed interval and make a window of it."""
    data = (_RUNS / run).read_bytes()
    intervals = len(Parser().feed(data)) + 1
    began = time.thread_time()
    for _ in range(times):
        parser = Parser()
        window_of(parser.feed(data) + parser.close())
    return (time.thread_time() - began) / times / intervals * 1000


def fuzz(lines: int) -> int:
    """Feed so many damaged lines; how many rows came of it. An exception ends the benchmark."""
    chance = random.Random(time.time_ns())
    parser = Parser()
    rows = 0
    for _ in range(lines // 500):
        chunk = b"".join(itertools.islice(damaged(chance, CAPTURED_LINES), 500))
        rows += sum(len(interval.rows) for interval in parser.feed(chunk))
    return rows


def figures() -> Iterator[Figure]:
    """Cost at a sample a second and at the default, of the largest outputs, and the fuzz."""
    for interval, samples, goal in ((1.0, SAMPLES, GOAL_MS), (5.0, SAMPLES // 5, None)):
        theirs, ours = cost_of_a_sample(interval, samples)
        times = "one report" if interval == 1.0 else f"{interval:g} reports"
        note = f"perf {theirs:.2f} ms in {times}, reading {ours:.2f} ms; {os.cpu_count()} processors"
        yield Figure(_SUBJECT, f"a sample each {interval:g} s", theirs + ours, "ms CPU", goal, note=note)
    for run, what in (("intel_hybrid.json", "two kinds of core"), ("amd.csv", "one kind, fields")):
        yield Figure(_SUBJECT, f"reading one interval, {what}", cost_of_reading(run), "ms CPU")
    began = time.thread_time()
    rows = fuzz(LINES)
    note = f"{(time.thread_time() - began) / LINES * 1e6:.1f} µs each; none raised"
    yield Figure(_SUBJECT, "rows read from a million damaged lines", rows, "rows", LINES / 10, at_least=True, note=note)
