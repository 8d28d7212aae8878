"""CPU of eight charts for each sample, hovering and resizing, beside pyqtgraph as its examples use it."""

from __future__ import annotations

import json
import math
import subprocess
import sys
import time
from collections.abc import Callable, Iterator

from tests.bench.display import display, platform
from tests.bench.figure import Figure

CHARTS, CURVES, POINTS = 8, 4, 300
WIDTH, HEIGHT = 1900, 1040
DESIGNS = ("ours", "lean PlotWidget", "naive")
_SUBJECT = f"{CHARTS} charts of {CURVES} curves of {POINTS} points at {WIDTH}×{HEIGHT}"
_ROUNDS = {"ours": 200, "lean PlotWidget": 100, "naive": 30}
_WARM = 20
_GOALS = {"sample": 15.0, "hover": 16.0, "resize": 16.0, "hidden": 0.3}
_WHAT = {
    "sample": "a sample",
    "hover": "p95 of a frame while hovering",
    "resize": "p95 of a frame while resizing",
    "hidden": "a sample while hidden",
}
COLOURS = ("blue", "green", "amber", "purple")


def value(curve: int, second: float) -> float:
    """Load as it looks on a busy machine, 0 to 100."""
    wave = 0.5 + 0.3 * math.sin(second / 9 + curve) + 0.2 * math.sin(second * 1.9 + 3 * curve)
    return 100 * min(1.0, max(0.0, wave))


def figures() -> Iterator[Figure]:
    """Without a screen, and on an X server where one can be started."""
    for where in dict.fromkeys(("offscreen", platform())):
        with display(where) as environ:
            measured = {design: _measure(design, environ) for design in DESIGNS}
        screen = "no screen" if where == "offscreen" else "Xvfb"
        for design, costs in measured.items():
            for what, cost in costs.items():
                goal = _GOALS[what] if design == "ours" else None
                ratio = measured["naive"]["sample"] / cost
                note = f"{ratio:.0f} times less than naive" if (design, what) == ("ours", "sample") else ""
                yield Figure(_SUBJECT, f"{design}, {_WHAT[what]}, {screen}", cost, "ms CPU", goal, note=note)


def _measure(design: str, environ: dict[str, str]) -> dict[str, float]:
    """One design in a process of its own: what a sample and the slowest frames cost, in ms of CPU."""
    command = [sys.executable, "-m", "tests.bench.charts", design]
    answer = subprocess.run(command, env=environ, check=True, capture_output=True, text=True)
    costs: dict[str, float] = json.loads(answer.stdout)
    return costs


def _costs(step: Callable[[int], None], rounds: int) -> list[float]:
    """Milliseconds of CPU, all threads, of each round after some to warm up."""
    costs = []
    for number in range(-_WARM, rounds):
        before = time.process_time()
        step(number)
        if number >= 0:
            costs.append(1000 * (time.process_time() - before))
    return sorted(costs)


def _run(design: str) -> dict[str, float]:
    """Build the window of one design and use it."""
    from tests.bench.charts_designs import DESIGN

    made = DESIGN[design]()
    rounds = _ROUNDS[design]
    costs = {"sample": sum(_costs(made.sample, rounds)) / rounds}
    if design == "ours":
        for what, step in (("hover", made.hover), ("resize", made.resize)):
            costs[what] = _costs(step, rounds)[rounds * 95 // 100]
        made.hide()
        costs["hidden"] = sum(_costs(made.sample, rounds)) / rounds
    return costs


if __name__ == "__main__":
    print(json.dumps(_run(sys.argv[1])))
