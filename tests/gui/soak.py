"""Thousands of ticks through the whole window while somebody uses it: what stays behind of them, as JSON."""

from __future__ import annotations

import gc
import json
import os
import sys
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path

from PySide6.QtCore import QPoint
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from perfwatch_core.sample import Fault
from perfwatch_gui.app import Look, make_window
from perfwatch_gui.preferences import Preferences
from perfwatch_gui.theme import Theme
from perfwatch_gui.window import Window
from tests.gui.engine import FakeEngine
from tests.gui.machine import ComposedMachine

# Everything is done at ticks whose cycle divides this: a multiple comes back to the same state. Twice as many do all of
# it; what is kept by value, as texts of axes and pictures of boxes, has its bound after four times as many.
CYCLE = 600
WARM_UP = 4 * CYCLE
_PAGES = ("dashboard", "hardware", "settings", "dashboard")


def use(window: Window, machine: ComposedMachine, theme: Theme, tick: int) -> None:
    """What a restless person does at one tick, so that all of it was done within the warm-up."""
    if tick % 50 == 10:
        window.show_page(_PAGES[tick // 50 % len(_PAGES)])
    card = window.pages["dashboard"].cards[tick // 25 % 8]
    if tick % 5 == 0 and window.page == "dashboard":
        chart = card.charts[0]
        QTest.mouseMove(chart, QPoint(70 + tick % 90, 20))
    if tick % 100 == 20:
        window.travel.toggle_frozen()
        window.travel.toggle_frozen()
    if tick % 150 == 30:
        card.ask_to_fill()
    if tick % 150 == 45:
        window.go_back()
    if tick % 300 == 60:
        theme.choose("light" if theme.name == "dark" else "dark")
    if tick % 120 == 70:
        card.plots[0].legend.entries[0].click()
        card.plots[0].legend.entries[0].click()
    machine.interfaces = 3 + tick // 40 % 5
    machine.faults = {"pressure": Fault("the file is gone", remedy="reboot")} if tick % 100 < 10 else {}


def rss() -> int:
    """Bytes of memory that this process has now (proc(5))."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def children() -> list[str]:
    """The processes started from here that are still there."""
    return Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()


def measured() -> dict[str, int]:
    """What could drift: memory, objects, and references to what every call returns."""
    gc.collect()
    immortal = {name: sys.getrefcount(one) for name, one in (("None", None), ("True", True), ("False", False))}
    return {"rss": rss(), "objects": len(gc.get_objects()), **immortal}


def soak(ticks: int) -> Iterator[dict[str, int]]:
    """Measure after the warm-up, and after so many more ticks."""
    application = QApplication(["perfwatch", "-platform", "offscreen", "-style", "fusion"])
    with tempfile.TemporaryDirectory() as directory:
        preferences, theme = Preferences(Path(directory) / "window.ini"), Theme("dark")
        look = Look(application, theme)
        engine = FakeEngine()
        machine = ComposedMachine(engine.catalogue, interval=1.0)
        now = [machine.start]
        window = make_window(engine, preferences, theme, lambda: now[0])
        window.resize(1000, 700)
        window.open()
        window.show()
        for tick in range(WARM_UP + ticks):
            if tick == WARM_UP:
                yield measured()
            use(window, machine, theme, tick)
            sample = machine.next()
            now[0] = sample.time
            engine.bus.publish(sample)
            application.processEvents()
        yield measured()
        window.close()
        look.deleteLater()


def main(ticks: int) -> dict[str, object]:
    """The changes from the warm-up to the end, and who is still there."""
    assert ticks % CYCLE == 0, f"a multiple of {CYCLE} is compared like with like"
    before, after = soak(ticks)
    changes = {name: after[name] - before[name] for name in before}
    threads = [one.name for one in threading.enumerate() if one is not threading.main_thread()]
    return {"ticks": ticks, "changes": changes, "threads": threads, "children": children()}


if __name__ == "__main__":
    print(json.dumps(main(int(sys.argv[1]))))
