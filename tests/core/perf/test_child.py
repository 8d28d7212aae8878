"""The long-lived perf child with the real perf: it counts, ends when told to, and never outlives who started it."""

import os
import re
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from perfwatch_core.collectors.perf.child import Child
from perfwatch_core.collectors.perf.output import Interval, Parser

from .conftest import TESTS, alive

SOFTWARE = ("-a", "-I", "50", "-x", ";", "-e", "cpu-clock,context-switches")
PERF = "/usr/bin/perf"
OWNER = """
import sys
from perfwatch_core.collectors.perf.child import Child
child = Child(sys.argv[1], sys.argv[2:])
print(child.pid, flush=True)
sys.stdin.read()
"""


def gone(pids: list[int], seconds: float = 10.0) -> bool:
    """Whether all of them end before the time is up."""
    deadline = time.monotonic() + seconds
    while any(map(alive, pids)) and time.monotonic() < deadline:
        threading.Event().wait(0.01)
    return not any(map(alive, pids))


def family(pid: int) -> list[int]:
    """A process and its children (proc_pid_task(5), children)."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [pid, *map(int, children)]


def settled_family(pid: int) -> list[int]:
    """Perf with the command it waits for, once that runs."""
    deadline = time.monotonic() + 10
    while len(found := family(pid)) < 2:
        assert time.monotonic() < deadline
        threading.Event().wait(0.01)
    return found


@pytest.fixture(name="child")
def _child() -> Child:
    return Child(PERF, SOFTWARE)


def test_it_counts_and_reading_never_waits(child: Child) -> None:
    parser = Parser(("cpu-clock", "context-switches"), 2)
    deadline = time.monotonic() + 20
    intervals: list[Interval] = []
    while len(intervals) < 3:
        intervals += parser.feed(child.read())
        assert time.monotonic() < deadline
        threading.Event().wait(0.01)
    assert child.read() == b""
    assert {row.event for row in intervals[0].rows} == {"cpu-clock", "context-switches"}
    assert child.status is None
    pids = settled_family(child.pid)
    child.end()
    assert gone(pids)


def test_one_that_does_not_listen_is_killed(child: Child) -> None:
    pids = settled_family(child.pid)
    os.kill(child.pid, signal.SIGSTOP)
    child.end()
    assert gone(pids)


def test_one_that_ended_tells_why() -> None:
    child = Child(PERF, ("-a", "-I", "50", "-e", "no-such-event"))
    assert gone([child.pid])
    assert child.status == 129
    assert b"no-such-event" in child.said
    assert child.read() == b""
    child.end()


def test_what_cannot_be_started_leaves_nothing_open() -> None:
    before = len(list(Path("/proc/self/fd").iterdir()))
    with pytest.raises(FileNotFoundError):
        Child("/nowhere/perf", SOFTWARE)
    assert len(list(Path("/proc/self/fd").iterdir())) == before


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGSEGV], ids=lambda number: number.name)
def test_it_ends_with_who_started_it_however_that_ends(number: signal.Signals) -> None:
    owner = subprocess.Popen(
        [sys.executable, "-c", OWNER, PERF, *SOFTWARE],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(TESTS.parent)},
    )
    with owner:
        assert owner.stdout is not None
        found = re.fullmatch(rb"(\d+)\n", owner.stdout.readline())
        assert found is not None
        pids = settled_family(int(found[1]))
        owner.send_signal(number)
        assert owner.wait(10) == -number
    assert gone(pids)
