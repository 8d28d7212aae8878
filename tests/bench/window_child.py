"""A window in a process of its own for `tests.bench.window`: shown, minimised, timed from its start, or used."""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from perfwatch_core.command_line import parse
from perfwatch_core.engine import Engine

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication, QWidget

    from perfwatch_core.sample import Sample
    from perfwatch_gui.window import Window
    from tests.gui.engine import FakeEngine

WIDTH, HEIGHT = 1920, 1080
_POINTS = 300
_MINIMISE_MS = 4000
_ROUNDS, _WARM = 200, 30
# Events until so many of them have changed the picture.
_MOST = 3 * (_ROUNDS + _WARM)
_PATIENCE, _PAUSE = 0.05, 0.001


def since_start() -> float:
    """Seconds since this process was started (proc(5), starttime)."""
    fields = Path("/proc/self/stat").read_text().rpartition(")")[2].split()
    return time.clock_gettime(time.CLOCK_BOOTTIME) - int(fields[19]) / os.sysconf("SC_CLK_TCK")


def run(what: str, words: list[str]) -> None:
    """The program as `perfwatch` starts it, with one thing done to its window."""
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    engine = Engine(parse(words)[1])
    engine.start()
    try:
        from perfwatch_gui.app import run_window

        def opened(window: Window) -> None:
            window.setGeometry(0, 0, WIDTH, HEIGHT)
            if what == "first":
                _tell_first(window)
            else:
                _fill(window, engine)
            if what == "minimised":
                _later(_MINIMISE_MS, window, window.showMinimized)

        run_window(engine, opened=opened)
    finally:
        engine.stop()


def _later(milliseconds: int, window: Window, action: Callable[[], object]) -> None:
    from PySide6.QtCore import QTimer

    QTimer.singleShot(milliseconds, window, action)


def _fill(window: Window, engine: Engine) -> None:
    """Five minutes of a composed machine before the real samples, so that every chart is as full as it gets."""
    from tests.gui.machine import ComposedMachine

    machine = ComposedMachine(engine.catalogue, interval=1.0, start=time.time() - _POINTS - 2)
    for sample in machine.samples(_POINTS):
        window.live_history.add(sample)


def _tell_first(window: Window) -> None:
    """Say when the first numbers that move were painted, and close."""

    def look() -> None:
        sample = window.travel.sample
        if sample is not None and sample.interval is not None:
            window.repaint()
            print(json.dumps({"wall": since_start(), "cpu": time.process_time()}), flush=True)
            window.close()

    window.drawn.connect(look)


def use() -> dict[str, float]:
    """What a frame costs while samples come, the pointer moves and the window is resized: CPU ms, p95 of 200 events.

    A frame is timed from its event to the end of its picture. Making up a sample is not counted.
    """
    from PySide6.QtCore import QPoint
    from PySide6.QtTest import QTest
    from PySide6.QtWidgets import QApplication

    from tests.gui.engine import FakeEngine
    from tests.gui.machine import ComposedMachine

    application = QApplication(["perfwatch", "-style", "fusion"])
    engine = FakeEngine()
    machine = ComposedMachine(engine.catalogue, interval=1.0, start=time.time() - 1000)
    newest = machine.samples(_POINTS)
    # a picture that is not of now is covered by a veil
    window = filled(application, engine, newest, lambda: newest[-1].time)
    chart = window.pages["dashboard"].cards[0].charts[0]

    samples = machine.samples(_MOST)

    def sample_comes(number: int) -> None:
        newest.append(samples[number])
        engine.bus.publish(samples[number])

    def hover(number: int) -> None:
        QTest.mouseMove(chart, QPoint(60 + 7 * number % (chart.width() - 70), 30 + number % 40))

    def resize(number: int) -> None:
        window.resize(WIDTH - 4 * (number % 100), HEIGHT - 2 * (number % 100))

    frames = frames_of(window)
    costs = {}
    for name, step in (("sample", sample_comes), ("hover", hover), ("resize", resize)):
        costs[name] = p95(costs_of(step, frames, application.processEvents))
    window.close()
    return costs


def filled(
    application: QApplication, engine: FakeEngine, samples: Sequence[Sample], clock: Callable[[], float]
) -> Window:
    """The window on its screen, with all these samples in its charts, and garbage collected as the program does."""
    from PySide6.QtTest import QTest

    from perfwatch_gui.app import Garbage, Look, make_window, settle
    from perfwatch_gui.preferences import Preferences
    from perfwatch_gui.theme import Theme

    theme = Theme("dark")
    Look(application, theme)
    Garbage(application)
    window = make_window(engine, Preferences(), theme, clock)
    window.setGeometry(0, 0, WIDTH, HEIGHT)
    window.open()
    window.show()
    QTest.qWaitForWindowExposed(window)
    for sample in samples:
        engine.bus.publish(sample)
    settle()
    return window


def frames_of(window: QWidget) -> list[float]:
    """A list that grows by one whenever the window has painted what was asked for."""
    from PySide6.QtCore import QEvent, QObject

    frames: list[float] = []

    class Painted(QObject):
        """Hears that a picture is due; Qt makes it before the next event."""

        def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
            if event.type() is QEvent.Type.UpdateRequest:
                frames.append(time.monotonic())
            return False

    window.installEventFilter(Painted(window))
    return frames


def costs_of(
    step: Callable[[int], None], frames: list[float], turn: Callable[[], object], rounds: int = _ROUNDS
) -> list[float]:
    """CPU ms from each event to the end of its picture. Qt waits 5 ms for more events before it paints."""
    costs: list[float] = []
    for number in range(_MOST):
        painted, before, began = len(frames), time.process_time(), time.monotonic()
        step(number)
        while len(frames) == painted and time.monotonic() < began + _PATIENCE:
            turn()
            time.sleep(_PAUSE)
        # an event within the same pixel or second changes nothing, and costs next to nothing
        if len(frames) > painted:
            costs.append(1000 * (time.process_time() - before))
        if len(costs) == _WARM + rounds:
            return costs[_WARM:]
    raise AssertionError("most events changed nothing")


def p95(costs: list[float]) -> float:
    return sorted(costs)[len(costs) * 95 // 100]


if __name__ == "__main__":
    if sys.argv[1] == "use":
        print(json.dumps(use()))
    else:
        run(sys.argv[1], sys.argv[2:])
