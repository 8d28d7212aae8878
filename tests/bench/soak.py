"""20,400 accelerated ticks through the whole window, used all the while: what they leave behind."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from tests.bench.figure import Figure

TICKS = 20_400
_SUBJECT = f"A soak of {TICKS:,} ticks through the window"


def figures() -> Iterator[Figure]:
    """Changes from after the warm-up to the end."""
    command = [sys.executable, "-W", "error", "-m", "tests.gui.soak", str(TICKS)]
    root = Path(__file__).parents[2]
    answer = subprocess.run(command, cwd=root, check=True, capture_output=True, text=True)
    told = json.loads(answer.stdout)
    changes = told["changes"]
    yield Figure(_SUBJECT, "memory (RSS) after the warm-up", changes["rss"] / 2**20, "MiB", 2.0)
    yield Figure(_SUBJECT, "Python objects", changes["objects"], "", TICKS / 100)
    drift = max(abs(changes[name]) for name in ("None", "True", "False"))
    yield Figure(_SUBJECT, "references to None, True or False", drift, "", TICKS / 100, note="the largest drift")
    left = len(told["threads"]) + len(told["children"])
    yield Figure(_SUBJECT, "threads and children left", left, "", 0)
