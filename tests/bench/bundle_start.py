"""How long the bundle takes to start beside the checkout, where `make bundle` has made one."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from tests.bench.figure import Figure

SUBJECT = "Starts: the bundle beside the checkout"
_BUNDLE = Path(__file__).parents[2] / "dist/perfwatch/perfwatch"
_COMMANDS = (("--version",), ("doctor",))
_ROUNDS = 7


def figures() -> Iterator[Figure]:
    """A command that loads next to nothing, and one that loads the collectors; nothing without a bundle."""
    if not _BUNDLE.exists():
        print("  there is no bundle; make one with: make bundle", file=sys.stderr)
        return
    for words in _COMMANDS:
        taken = {}
        for whose, program in (("checkout", (sys.executable, "-m", "perfwatch_gui")), ("bundle", (str(_BUNDLE),))):
            taken[whose] = _best((*program, *words))
            yield Figure(
                SUBJECT, f"perfwatch {' '.join(words)}, {whose}", taken[whose], "ms", note=f"best of {_ROUNDS}"
            )
        ratio = taken["bundle"] / taken["checkout"]
        yield Figure(SUBJECT, f"perfwatch {' '.join(words)}, bundle / checkout", ratio, "times", 1.1)


def _best(command: Sequence[str]) -> float:
    """Milliseconds; others use this machine, too."""
    taken = []
    for _ in range(_ROUNDS):
        began = time.monotonic()
        subprocess.run(command, check=False, capture_output=True)
        taken.append((time.monotonic() - began) * 1000)
    return min(taken)
