"""PerfWatch's own cost: its processor time and memory with those of the programs it runs."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator

import psutil
import pytest

from perfwatch_core.collector import Reading, collect_safely
from perfwatch_core.collectors import own_cost
from perfwatch_core.collectors.own_cost import OwnCostCollector
from perfwatch_core.collectors.process_tree import ProcessTree
from perfwatch_core.metric import Metric
from perfwatch_core.vitals import Vitals

BURN = "import time\nwhile time.process_time() < 0.3: pass\n"
# A child that burns and ends, and one that burns and stays, before the line that says so.
FAMILY = f"""
import subprocess, sys
subprocess.run([sys.executable, "-c", {BURN!r}])
child = subprocess.Popen([sys.executable, "-c", {BURN + "print(flush=True); input()"!r}],
                         stdin=subprocess.PIPE, stdout=subprocess.PIPE)
child.stdout.readline()
print(flush=True)
input()
child.communicate(b"\\n")
"""


def reading_of(collector: OwnCostCollector) -> Reading:
    """What it says now."""
    reading = collect_safely(collector)
    assert reading is not None
    assert reading.fault is None
    return reading


def number(reading: Reading, metric: Metric, instance: str = "") -> float:
    """One of its numbers."""
    raw = reading.facts[metric.of(instance)]
    assert isinstance(raw, int | float)
    return raw


@pytest.fixture
def family() -> Iterator[subprocess.Popen[bytes]]:
    """A program with one child that ended and one that lives, each of which took 0.3 s."""
    program = subprocess.Popen([sys.executable, "-c", FAMILY], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert program.stdout is not None
    program.stdout.readline()
    yield program
    program.communicate(b"\n")


def test_own_processor_time_is_that_of_the_process() -> None:
    collector = OwnCostCollector(Vitals())
    first, before = reading_of(collector), time.process_time()
    while time.process_time() - before < 0.1:
        sum(range(1000))
    last, after = reading_of(collector), time.process_time()
    spent = number(last, own_cost.CPU) - number(first, own_cost.CPU)
    assert 0.1 <= spent <= after - before + 0.05


def test_own_memory_is_that_of_the_process() -> None:
    held = bytes(50 << 20)
    ours = number(reading_of(OwnCostCollector(Vitals())), own_cost.RSS)
    theirs = psutil.Process().memory_info().rss
    assert abs(ours - theirs) < 16 << 20
    assert ours > len(held)


def test_a_program_counts_with_its_children_living_and_dead(family: subprocess.Popen[bytes]) -> None:
    tree = ProcessTree(family.pid)
    assert tree.processor_seconds() >= 0.6 - 2 / os.sysconf("SC_CLK_TCK")
    processes = [psutil.Process(family.pid), *psutil.Process(family.pid).children()]
    assert len(processes) == 2
    alone = processes[0].memory_info().rss
    assert alone < tree.rss() < sum(process.memory_info().rss for process in processes)


def test_a_program_that_comes_and_goes_is_no_spike(family: subprocess.Popen[bytes]) -> None:
    vitals = Vitals()
    collector = OwnCostCollector(vitals)
    first = number(reading_of(collector), own_cost.CPU)
    vitals.helpers = lambda: (family.pid,)
    second = number(reading_of(collector), own_cost.CPU)
    third = number(reading_of(collector), own_cost.CPU)
    vitals.helpers = tuple
    fourth = number(reading_of(collector), own_cost.CPU)
    assert first <= second <= third <= fourth < first + 0.3


def test_a_program_adds_its_memory_at_once(family: subprocess.Popen[bytes]) -> None:
    vitals = Vitals()
    collector = OwnCostCollector(vitals)
    alone = number(reading_of(collector), own_cost.RSS)
    vitals.helpers = lambda: (family.pid,)
    assert number(reading_of(collector), own_cost.RSS) > alone + (4 << 20)


def test_a_program_that_has_ended_costs_nothing() -> None:
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    tree = ProcessTree(ended.pid)
    assert tree.processor_seconds() == tree.rss() == 0


def test_vitals_come_through() -> None:
    vitals = Vitals(collect_ms={"cpu": 0.25, "disk": 1.5}, late_ms=3.5)
    vitals.dropped, vitals.queued, vitals.clients = (lambda: 1), (lambda: 2), (lambda: 3)
    reading = reading_of(OwnCostCollector(vitals))
    assert number(reading, own_cost.COLLECT, "disk") == 1.5
    assert number(reading, own_cost.LATE) == 3.5
    assert [number(reading, one) for one in (own_cost.DROPPED, own_cost.QUEUED, own_cost.CLIENTS)] == [1, 2, 3]


def test_samples_that_were_not_taken_are_counted() -> None:
    vitals = Vitals()
    vitals.missed = 3
    assert number(reading_of(OwnCostCollector(vitals)), own_cost.MISSED) == 3
