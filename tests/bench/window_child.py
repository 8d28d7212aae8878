"""A window in a process of its own for `tests.bench.window`: shown, minimised, timed from its start, or used."""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path

from perfwatch_core.command_line import parse
from perfwatch_core.engine import Engine

WIDTH, HEIGHT = 1920, 1080
_POINTS = 300
_MINIMISE_MS = 4000
_ROUNDS, _WARM = 200, 30


def since_start() -> float:
    """Seconds since this process was started (proc(5), starttime)."""
    fields = Path("/proc/self/stat").read_text().rpartition(")")[2].split()
    return time.clock_gettime(time.CLOCK_BOOTTIME) - int(fields[19]) / os.sysconf("SC_CLK_TCK")


def run(what: str, words: list[str]) -> None:
    """The program as `perfwatch` starts it, with one thing done to its window."""
    engine = Engine(parse(words)[1])
    engine.start()
    try:
        from perfwatch_gui.app import run_window
        from perfwatch_gui.window import Window

        def opened(window: Window) -> None:
            window.setGeometry(0, 0, WIDTH, HEIGHT)
            if what == "first":
                _tell_first(window)
            else:
                _fill(window, engine)
            if what == "minimised":
                _later(_MINIMISE_MS, window, window.showMinimized)

        run_window(engine, opened)
    finally:
        engine.stop()


def _later(milliseconds: int, window: object, action: Callable[[], object]) -> None:
    from PySide6.QtCore import QObject, QTimer

    assert isinstance(window, QObject)
    QTimer.singleShot(milliseconds, window, action)


def _fill(window: object, engine: Engine) -> None:
    """Five minutes of a composed machine before the real samples, so that every chart is as full as it gets."""
    from perfwatch_gui.window import Window
    from tests.gui.machine import ComposedMachine

    assert isinstance(window, Window)
    machine = ComposedMachine(engine.catalogue, interval=1.0, start=time.time() - _POINTS - 2)
    for sample in machine.samples(_POINTS):
        window.history.add(sample)


def _tell_first(window: object) -> None:
    """Say when the first numbers that move were painted, and close."""
    from perfwatch_gui.window import Window

    assert isinstance(window, Window)

    def look() -> None:
        sample = window.travel.sample
        if sample is not None and sample.interval is not None:
            window.repaint()
            print(json.dumps({"wall": since_start(), "cpu": time.process_time()}), flush=True)
            window.close()

    window.drawn.connect(look)


def use() -> dict[str, float]:
    """What a frame costs while samples come, the pointer moves and the window is resized: CPU ms, p95 of 200."""
    from PySide6.QtCore import QPoint
    from PySide6.QtTest import QTest
    from PySide6.QtWidgets import QApplication

    from perfwatch_gui.app import Look, make_window
    from perfwatch_gui.preferences import Preferences
    from perfwatch_gui.theme import Theme
    from tests.gui.engine import FakeEngine
    from tests.gui.machine import ComposedMachine

    application = QApplication(["perfwatch", "-style", "fusion"])
    preferences, theme = Preferences(), Theme("dark")
    Look(application, theme)
    engine = FakeEngine()
    machine = ComposedMachine(engine.catalogue, interval=1.0, start=time.time() - 1000)
    window = make_window(engine, preferences, theme)
    window.setGeometry(0, 0, WIDTH, HEIGHT)
    window.open()
    window.show()
    QTest.qWaitForWindowExposed(window)
    for sample in machine.samples(_POINTS):
        engine.bus.publish(sample)
    chart = window.pages["dashboard"].cards[0].charts[0]

    def sample_comes(_number: int) -> None:
        engine.bus.publish(machine.next())

    def hover(number: int) -> None:
        QTest.mouseMove(chart, QPoint(60 + 7 * number % (chart.width() - 70), 30 + number % 40))

    def resize(number: int) -> None:
        window.resize(WIDTH - 4 * (number % 100), HEIGHT - 2 * (number % 100))

    costs = {}
    for name, step in (("sample", sample_comes), ("hover", hover), ("resize", resize)):
        costs[name] = _p95(step, application.processEvents)
    window.close()
    return costs


def _p95(step: Callable[[int], None], paint: Callable[[], object]) -> float:
    costs = []
    for number in range(_WARM + _ROUNDS):
        before = time.process_time()
        step(number)
        paint()
        paint()
        if number >= _WARM:
            costs.append(1000 * (time.process_time() - before))
    return sorted(costs)[_ROUNDS * 95 // 100]


if __name__ == "__main__":
    if sys.argv[1] == "use":
        print(json.dumps(use()))
    else:
        run(sys.argv[1], sys.argv[2:])
