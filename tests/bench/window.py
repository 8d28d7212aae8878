"""The window on a screen of 1920×1080, all cards filled: CPU and memory on top of headless, its start, its frames."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from tests.bench.display import display, platform
from tests.bench.figure import Column, Figure
from tests.bench.headless import INTERVAL, measure, perfwatch
from tests.bench.peers import Contender

_SUBJECT = "The window at 1920×1080, all cards filled, a sample every second for a minute"
_CHILD = (sys.executable, "-m", "tests.bench.window_child")
_ROOT = Path(__file__).parents[2]
_STARTS = 3
_RUNS = 5
_VISIBLE = "PerfWatch, its window visible"
# What noise of the machine can look like.
_NOTHING_MS = 1.0


def _ours(what: str, data: Path, environ: dict[str, str]) -> Contender:
    words = ("--interval", f"{INTERVAL:g}", "--data-dir", str(data))
    return Contender(f"window, {what}", (*_with(environ, data), *_CHILD, what, *words))


def _with(environ: dict[str, str], data: Path) -> tuple[str, ...]:
    """The words that start a program on our display, with preferences of its own."""
    given: dict[str, str] = {
        name: environ[name] for name in ("DISPLAY", "QT_QPA_PLATFORM", "QT_LOGGING_RULES") if name in environ
    }
    given |= {"XDG_CONFIG_HOME": str(data / "config"), "PYTHONPATH": str(_ROOT)}
    return ("env", *(f"{name}={value}" for name, value in given.items()))


def figures() -> Iterator[Figure]:
    """Ours beside the windows of other desktops, where they are installed."""
    with tempfile.TemporaryDirectory(prefix="perfwatch-bench-") as directory, display(platform()) as environ:
        data = Path(directory)
        yield from _costs(data, environ)
        yield from _peers(data, environ)
        yield from _start(data, environ)
        yield from _frames(data, environ)


def _costs(data: Path, environ: dict[str, str]) -> Iterator[Figure]:
    """CPU of the whole tree less that of the same run without a window."""
    headless = measure(perfwatch(data, INTERVAL), data)
    assert headless is not None, "perfwatch --serve does not run"
    yield Figure(_SUBJECT, "headless, for comparison: CPU for a sample", headless.ms_per_sample, "ms")
    for what, goal in (("visible", 15.0), ("minimised", _NOTHING_MS)):
        result = measure(_ours(what, data, environ), data)
        assert result is not None, f"the window does not run {what}"
        more = max(0.0, result.ms_per_sample - headless.ms_per_sample)
        yield Figure(_SUBJECT, f"window {what}: CPU for a sample on top of headless", more, "ms", goal)
        row = f"PerfWatch, its window {what}"
        yield Figure(_SUBJECT, f"{row}: CPU for a sample", result.ms_per_sample, "ms", program=row, column=Column.CPU)
        if what == "visible":
            note = f"{result.processes} processes, PostgreSQL included"
            pss = result.pss / 1e6
            what = "window visible: memory (PSS)"
            yield Figure(_SUBJECT, what, pss, "MB", 190.0, note=note, program=_VISIBLE, column=Column.PSS)


def _start(data: Path, environ: dict[str, str]) -> Iterator[Figure]:
    """The best of a few warm starts: others use this machine, too."""
    command = [*_ours("first", data, environ).command]
    told = []
    for _ in range(_STARTS):
        answer = subprocess.run(command, cwd=data, check=True, capture_output=True, text=True, timeout=120)
        told.append(json.loads(answer.stdout.splitlines()[-1]))
    best = min(told, key=lambda one: one["wall"])
    note = f"of these {best['cpu']:.2f} s CPU; best of {_STARTS}"
    what = "first moving numbers after a warm start"
    yield Figure(_SUBJECT, what, best["wall"], "s", 1.5, note=note, program=_VISIBLE, column=Column.START)


def _frames(data: Path, environ: dict[str, str]) -> Iterator[Figure]:
    """The middle of a few runs: others use this machine, too, and its caches."""
    command = [*_with(environ, data), *_CHILD, "use"]
    told = []
    for _ in range(_RUNS):
        answer = subprocess.run(command, cwd=data, check=True, capture_output=True, text=True, timeout=300)
        told.append(json.loads(answer.stdout.splitlines()[-1]))
    for what, words in (("sample", "for a new sample"), ("hover", "while hovering"), ("resize", "while resizing")):
        costs = sorted(one[what] for one in told)
        note = f"of {_RUNS} runs from {costs[0]:.1f} to {costs[-1]:.1f}"
        yield Figure(_SUBJECT, f"p95 of a frame {words}", costs[_RUNS // 2], "ms CPU", 16.0, note=note)


def _peers(data: Path, environ: dict[str, str]) -> Iterator[Figure]:
    """What a desktop brings along; each with a session bus of its own."""
    for name in ("gnome-system-monitor", "plasma-systemmonitor"):
        if not shutil.which(name) or not shutil.which("dbus-run-session"):
            print(f"  {name} is not installed", file=sys.stderr)
            continue
        result = measure(Contender(name, (*_with(environ, data), "dbus-run-session", "--", name)), data)
        if result is not None:
            cpu, what = result.ms_per_sample, f"{name}: CPU for a second"
            yield Figure(_SUBJECT, what, cpu, "ms", note="as it opens", program=name, column=Column.CPU)
            what = f"{name}: memory (PSS)"
            yield Figure(_SUBJECT, what, result.pss / 1e6, "MB", program=name, column=Column.PSS)
