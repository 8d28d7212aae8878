"""What the real perf counts here, against what the kernel counts itself in /proc/stat and /proc/vmstat."""

from __future__ import annotations

import mmap
import os
import threading
import time
from dataclasses import dataclass
from pathlib import Path

import pytest

from perfwatch_core.collectors.machine import Machine
from perfwatch_core.collectors.perf.child import Child
from perfwatch_core.collectors.perf.counts import total
from perfwatch_core.collectors.perf.lines import State
from perfwatch_core.collectors.perf.names import SOFTWARE
from perfwatch_core.collectors.perf.output import Parser
from perfwatch_core.collectors.perf.session import Wish
from perfwatch_core.collectors.perf_events import PerfEventsCollector

from .conftest import until

PERF = "/usr/bin/perf"
TICK = os.sysconf("SC_CLK_TCK")
Counts = dict[str, float]


@dataclass
class Watch:
    """Perf's sums over some work, and what the kernel said for a time just inside and just outside that of perf.

    `moves` is how often a thread was moved to another processor at least.
    """

    perf: Counts
    inside: Counts
    outside: Counts
    moves: int


def said_by_the_kernel() -> Counts:
    """Switches, faults, and milliseconds of processor time, idle time included, since boot (proc_stat(5))."""
    stat = dict(line.split(" ", 1) for line in Path("/proc/stat").read_text().splitlines())
    vmstat = dict(line.split(" ", 1) for line in Path("/proc/vmstat").read_text().splitlines())
    # guest time, in the last two fields, is in user time already
    ticks = sum(map(int, stat["cpu"].split()[:8]))
    return {
        "cpu-clock": ticks * 1000 / TICK,
        "context-switches": int(stat["ctxt"]),
        "page-faults": int(vmstat["pgfault"]),
    }


def difference(later: Counts, earlier: Counts) -> Counts:
    return {event: later[event] - earlier[event] for event in earlier}


def work() -> int:
    """Some of everything that is counted; how often this thread has moved to another processor."""
    for _ in range(20):
        with mmap.mmap(-1, 500 * mmap.PAGESIZE) as memory:
            for at in range(0, len(memory), mmap.PAGESIZE):
                memory[at] = 1
        threading.Event().wait(0.001)
    allowed = sorted(os.sched_getaffinity(0))
    for _ in range(20):
        for processor in allowed:
            os.sched_setaffinity(0, {processor})
    os.sched_setaffinity(0, allowed)
    return 20 * len(allowed) - 1 if len(allowed) > 1 else 0


def listen(child: Child, parser: Parser, sums: Counts, intervals: int) -> None:
    """Add up what perf has counted until so many intervals have come, those that are there already left out."""
    deadline = time.monotonic() + 20
    coming = -1
    while coming < intervals:
        done = parser.feed(child.read())
        for interval in done:
            for event, count in total(interval.rows).items():
                assert count.state is State.OK
                sums[event] += count.value or 0.0
        coming += len(done) if coming >= 0 else 1
        assert time.monotonic() < deadline
        threading.Event().wait(0.01)


@pytest.fixture(name="watch", scope="module")
def _watch() -> Watch:
    sums = dict.fromkeys(SOFTWARE, 0.0)
    parser = Parser(SOFTWARE, len(SOFTWARE))
    before = said_by_the_kernel()
    child = Child(PERF, ("-a", "-I", "50", "-x", ";", "-e", ",".join(SOFTWARE)))
    listen(child, parser, sums, 1)
    first = said_by_the_kernel()
    moves = work()
    inside = difference(said_by_the_kernel(), first)
    # the first of these may have been counted before the work was done
    listen(child, parser, sums, 2)
    outside = difference(said_by_the_kernel(), before)
    child.end()
    return Watch(sums, inside, outside, moves)


def test_context_switches_are_those_of_proc_stat(watch: Watch) -> None:
    event = "context-switches"
    assert watch.inside[event] <= watch.perf[event] <= watch.outside[event]


def test_page_faults_are_those_of_proc_vmstat(watch: Watch) -> None:
    event = "page-faults"
    # the kernel also counts the faults it takes on behalf of others, as for the arguments of exec: a few in a hundred
    assert 0.9 * watch.inside[event] <= watch.perf[event] <= 1.02 * watch.outside[event]
    assert watch.inside[event] > 100


def test_processor_time_is_that_of_proc_stat(watch: Watch) -> None:
    event = "cpu-clock"
    # each of the eight times of each processor is cut to a tick
    slack = 8 * (os.cpu_count() or 1) * 1000 / TICK
    assert watch.inside[event] - slack <= watch.perf[event] <= watch.outside[event] + slack


def test_moves_to_another_processor_are_counted(watch: Watch) -> None:
    assert watch.perf["cpu-migrations"] >= watch.moves


def test_here_the_software_events_are_counted_and_the_rest_says_why_not() -> None:
    machine = Machine()
    collector = PerfEventsCollector(machine, Wish(sample_seconds=0.2))
    shape = until(collector, lambda shape: shape["events"]["cpu-clock"]["value"] is not None)
    collector.close()
    machine.close()
    for event in SOFTWARE:
        assert shape["events"][event]["state"] == "ok"
        assert shape["events"][event]["running_percent"] == 100
        assert shape["events"][event]["value"] is not None
    # all processors that are there, whatever they do
    assert shape["events"]["cpu-clock"]["value"] == pytest.approx(os.cpu_count(), rel=0.25)
    for event, said in shape["events"].items():
        if said["value"] is None:
            assert said["state"] in ("not_supported", "not_counted")
            assert shape["_missing"][f"perf_events.{event}"]
