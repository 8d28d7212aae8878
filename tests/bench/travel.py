"""CPU of a frame while the whole dashboard is panned through a stored month, its store read meanwhile."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from PySide6.QtCore import QEventLoop, QObject, QTimer
from PySide6.QtWidgets import QApplication

from perfwatch_core.engine import Engine
from perfwatch_core.sources import load
from perfwatch_gui.app import Look, make_window
from perfwatch_gui.charts.timeview import TimeView
from perfwatch_gui.preferences import Preferences
from perfwatch_gui.theme import Theme
from tests.bench.figure import Figure

SUBJECT = "Time travel: the dashboard at 1280×800 panned over 30 stored days"
SPANS = {"5 min": 300, "1 h": 3600, "6 h": 6 * 3600, "24 h": 86400, "7 d": 7 * 86400}
_FRAMES = 150
_STEP = 0.02
_FRAME = 1 / 60
_GOAL = 16.0


def figures() -> Iterator[Figure]:
    """Each span in turn: CPU of the window's thread in its slowest frames, loading included."""
    with tempfile.TemporaryDirectory() as place:
        fill = [sys.executable, "-m", "tests.simulated_store", "--data-dir", place, "--days", "30"]
        subprocess.run(fill, check=True, stdout=subprocess.DEVNULL)
        environ = os.environ | {"QT_QPA_PLATFORM": "offscreen", "QT_LOGGING_RULES": "*.warning=false"}
        command = [sys.executable, "-m", "tests.bench.travel", place]
        answer = subprocess.run(command, env=environ, check=True, stdout=subprocess.PIPE, text=True)
    for span, (middle, slow) in json.loads(answer.stdout).items():
        yield Figure(SUBJECT, f"a frame, {span} in view, median", middle, "ms CPU")
        yield Figure(SUBJECT, f"a frame, {span} in view, p95", slow, "ms CPU", _GOAL)


def _run(place: str) -> dict[str, tuple[float, float]]:
    """Open the window over the store and pan it."""
    application = QApplication(["bench", "-style", "fusion"])
    engine = Engine(load({"data_dir": place}))
    theme = Theme("dark")
    look = Look(application, theme)
    window = make_window(engine, Preferences(Path(place) / "window.ini"), theme)
    window.resize(1280, 800)
    window.show()
    engine.start()
    window.open()
    times = window.travel.times
    while times.newest is None or engine.store.machine_id is None:
        _wait(look, 50)
    costs = {name: _panned(application, times, float(span)) for name, span in SPANS.items()}
    window.close()
    engine.stop()
    return costs


def _panned(application: QApplication, times: TimeView, span: float) -> tuple[float, float]:
    """Milliseconds of CPU a frame, the median and the 95th percentile, while going back from now."""
    times.go_live()
    times.span = span
    _wait(application, 500)
    taken = []
    for _ in range(_FRAMES):
        began = time.thread_time()
        times.pan(-span * _STEP)
        for _ in range(3):
            application.processEvents()
        taken.append(1000 * (time.thread_time() - began))
        _wait(application, max(1, round(1000 * _FRAME - taken[-1])))
    order = sorted(taken)
    return order[len(order) // 2], order[len(order) * 95 // 100]


def _wait(parent: QObject, milliseconds: int) -> None:
    """In an event loop that lets the other threads run, unlike QTest.qWait."""
    loop = QEventLoop(parent)
    QTimer.singleShot(milliseconds, loop.quit)
    loop.exec()


if __name__ == "__main__":
    print(json.dumps(_run(sys.argv[1])))
