"""A machine at load 50, with most of its memory taken: ticks come in time, the window answers, nothing hangs."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from perfwatch_core import session
from perfwatch_core.priority import standing
from tests.torture.outcome import Outcome, Wish
from tests.whole.program import ROOT, environment, gone

SUBJECT = "A machine under load"
BUSY = 50
INTERVAL = 0.5
LATE_MS, ANSWER_SECONDS = 100.0, 1.0
# Of what is free; and never so much that others on the machine would be ended for it (oom_kill).
_MEMORY_SHARE = 0.6
_ENDED_SECONDS = 30.0
# each looks whether its parent is there still: none outlives a run that was killed
_BUSY = """
import os
parent = {parent}
for _ in range({count} - 1):
    if not os.fork():
        parent = os.getppid()
        break
while os.getppid() == parent:
    for _ in range(10**6):
        pass
"""
_EAT = (
    "import os, time\nheld = bytearray({size})\nheld[::4096] = b'x' * len(range(0, {size}, 4096))\n"
    "print('eaten', flush=True)\nwhile os.getppid() == {parent}: time.sleep(0.2)"
)


@dataclass(frozen=True, slots=True)
class _Case:
    """A load: whether `memory` is taken too, it is of `another` session, and the program `ordinary`."""

    name: str
    seconds: int
    memory: bool = False
    another: bool = False
    ordinary: bool = False


_BESIDE = f"{BUSY} busy processes of the session it was started in"
_CASES = (
    _Case(_BESIDE, 60),
    _Case(f"{_BESIDE}, little memory", 60, memory=True),
    _Case(f"{BUSY} busy processes of another session, as an ordinary user", 60, another=True, ordinary=True),
    _Case(f"{_BESIDE}, as an ordinary user", 60, ordinary=True),
)


def tried(wish: Wish, place: Path) -> Iterator[Outcome]:
    """The program with its window, timed from when the load is there until it goes."""
    raised = standing().raised
    for case in _CASES:
        if wish.short:
            # a check shares its machine with others, and what they do to the clock proves nothing
            yield Outcome.not_tried(SUBJECT, case.name, "times are judged by the whole torture only")
        elif not case.ordinary and not raised:
            yield Outcome.not_tried(SUBJECT, case.name, "it needs a raised priority: run it as root")
        elif case.ordinary and not session.counts():
            yield Outcome.not_tried(SUBJECT, case.name, "this kernel does not share processors among sessions")
        else:
            yield _again(case, place)


def _again(case: _Case, place: Path) -> Outcome:
    """Again where it does not hold: others on the machine may have had their part in it."""
    first = _loaded_outcome(case, place)
    if not first.failed:
        return first
    second = _loaded_outcome(case, place)
    return replace(second, note=f"{second.note}; tried again after: {first.note}")


def _loaded_outcome(case: _Case, place: Path) -> Outcome:
    with _window(place, case.ordinary) as (window, answer):
        with _loaded(case.memory, case.another):
            began = time.monotonic()
            time.sleep(case.seconds)
            ended = time.monotonic()
        window.terminate()
        status = _status(window)
    return _outcome(case, status, answer, (began, ended), gone(place / "data", _ENDED_SECONDS))


def _outcome(case: _Case, status: int | None, answer: Path, span: tuple[float, float], alone: bool) -> Outcome:
    if status is None or not answer.exists():
        return Outcome(
            SUBJECT, case.name, 1, holds=False, lost="unknown", note=f"it did not end as it should: {status}"
        )
    timed = json.loads(answer.read_text())
    late = [value for at, value in timed["ticks"] if span[0] <= at <= span[1]]
    answers = [value for at, value in timed["answers"] if span[0] <= at <= span[1]]
    expected = int((span[1] - span[0]) / INTERVAL)
    missed = max(0, expected - len(late))
    if not answers or not late:
        return Outcome(SUBJECT, case.name, expected, holds=False, note="it stood still under load")
    worst, slowest = _p99(late), max(answers)
    note = (
        f"ticks late by {worst:.1f} ms (p99), {_median(late):.1f} ms (median); {len(answers)} posted events answered"
        f" in {1000 * _median(answers):.0f} ms (median), {1000 * slowest:.0f} ms at most"
    )
    holds = worst < LATE_MS and slowest < ANSWER_SECONDS and missed <= 1 and alone and status == 0
    lost = "nothing" if missed <= 1 else f"{missed} ticks"
    return Outcome(SUBJECT, case.name, len(late), holds, lost, note)


def _p99(values: Sequence[float]) -> float:
    return sorted(values)[int(0.99 * len(values))]


def _median(values: Sequence[float]) -> float:
    return sorted(values)[len(values) // 2]


@contextmanager
def _window(place: Path, ordinary: bool) -> Iterator[tuple[subprocess.Popen[str], Path]]:
    """The program with an open window, and the file in which it says at its end how it was."""
    answer = place / "timed.json"
    answer.unlink(missing_ok=True)
    words = ["--interval", str(INTERVAL), "--data-dir", str(place / "data")]
    confined = ["setpriv", "--bounding-set=-sys_nice", "--inh-caps=-all"] if ordinary and os.geteuid() == 0 else []
    command = [*confined, sys.executable, "-m", "tests.torture.load_child", str(answer), *words]
    variables = environment({"QT_QPA_PLATFORM": "offscreen"})
    window = subprocess.Popen(command, env=variables, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    try:
        assert window.stdout is not None
        assert "timed" in window.stdout.readline(), "the window did not open"
        # until it collects and has its database
        time.sleep(5)
        yield window, answer
    finally:
        window.kill()
        window.communicate()


def _status(window: subprocess.Popen[str]) -> int | None:
    try:
        return window.wait(_ENDED_SECONDS)
    except subprocess.TimeoutExpired:
        return None


@contextmanager
def _loaded(memory: bool, another: bool) -> Iterator[None]:
    """Busy processes at the usual priority, with most of the free memory taken where wished."""
    running: list[subprocess.Popen[bytes]] = []
    try:
        if memory:
            size = int(_free() * _MEMORY_SHARE)
            eater = subprocess.Popen(_python(_EAT, size=size), stdout=subprocess.PIPE)
            running.append(eater)
            assert eater.stdout is not None
            eater.stdout.readline()
        running.append(subprocess.Popen(_python(_BUSY, count=BUSY), start_new_session=another))
        yield
    finally:
        for process in running:
            process.kill()
            process.communicate()


def _python(program: str, **words: int) -> list[str]:
    return [sys.executable, "-IS", "-c", program.format(parent=os.getpid(), **words)]


def _free() -> int:
    """Bytes that programs can have now (proc(5), MemAvailable)."""
    line = next(line for line in Path("/proc/meminfo").read_text().splitlines() if line.startswith("MemAvailable"))
    return int(line.split()[1]) * 1024
