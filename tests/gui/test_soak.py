"""A short soak of the window; `make bench` runs ten times as many ticks."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

TICKS = 1800
MEMORY = 2 * 2**20
# What hovers over the charts at the moment is a hundred objects; one object for each tick would be a leak.
OBJECTS = TICKS // 10
REFERENCES = TICKS // 20


def test_thousands_of_ticks_leave_nothing_behind() -> None:
    command = [sys.executable, "-W", "error", "-m", "tests.gui.soak", str(TICKS)]
    answer = subprocess.run(
        command, cwd=Path(__file__).parents[2], capture_output=True, text=True, timeout=600, check=False
    )
    assert answer.returncode == 0, answer.stderr
    told = json.loads(answer.stdout)
    changes = told["changes"]
    assert changes["rss"] < MEMORY, changes
    assert changes["objects"] < OBJECTS, changes
    for name in ("None", "True", "False"):
        assert abs(changes[name]) < REFERENCES, changes
    assert told["threads"] == []
    assert told["children"] == []
