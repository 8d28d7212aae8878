"""How long the bundle takes to start beside the checkout, where `make bundle` has made one."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from tests.bench.figure import Figure

SUBJECT = "Starts: the bundle beside the checkout"
_BUNDLE = Path(__file__).parents[2] / "dist/perfwatch/perfwatch"
_COMMANDS = {("--version",): 21, ("doctor",): 5}


def figures() -> Iterator[Figure]:
    """A command that loads next to nothing, and one that loads the collectors; nothing without a bundle."""
    if not _BUNDLE.exists():
        print("  there is no bundle; make one with: make bundle", file=sys.stderr)
        return
    programs = {"checkout": (sys.executable, "-m", "perfwatch_gui"), "bundle": (str(_BUNDLE),)}
    for words, rounds in _COMMANDS.items():
        name = f"perfwatch {' '.join(words)}"
        best = _best({whose: (*program, *words) for whose, program in programs.items()}, rounds)
        for whose, (wall, cpu) in best.items():
            yield Figure(SUBJECT, f"{name}, {whose}", wall, "ms", note=f"best of {rounds}; {cpu:.0f} ms CPU")
        ratio = best["bundle"][1] / best["checkout"][1]
        yield Figure(SUBJECT, f"{name}, CPU, bundle / checkout", ratio, "times", 1.1)


def _best(commands: Mapping[str, Sequence[str]], rounds: int) -> dict[str, tuple[float, float]]:
    """Milliseconds by the clock and of CPU, in turns: what else goes on here hits all commands alike."""
    taken: dict[str, list[tuple[float, float]]] = {whose: [] for whose in commands}
    # a checkout keeps its compiled modules, as it does for its users
    environ = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    for _ in range(rounds):
        for whose, command in commands.items():
            began, before = time.monotonic(), _cpu_of_children()
            subprocess.run(command, check=False, capture_output=True, env=environ)
            taken[whose].append((1000 * (time.monotonic() - began), 1000 * (_cpu_of_children() - before)))
    return {whose: (min(wall for wall, _ in found), min(cpu for _, cpu in found)) for whose, found in taken.items()}


def _cpu_of_children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
