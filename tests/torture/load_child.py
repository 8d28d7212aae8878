"""A window in a process of its own, whose ticks and answers to posted events are timed until it is told to end."""

from __future__ import annotations

import json
import sys
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, Signal

from perfwatch_core import session
from perfwatch_core.bus import Inbox
from perfwatch_core.command_line import parse
from perfwatch_core.engine import Engine
from perfwatch_core.sample import Sample
from perfwatch_gui.app import run_window

if TYPE_CHECKING:
    from perfwatch_gui.window import Window

_PAUSE = 0.1


class Caller(QObject):
    """Posts an event to the window's loop, again and again, from a thread; `answers` are (posted, seconds)."""

    _posted = Signal(float)

    def __init__(self) -> None:
        super().__init__()
        self.answers: list[tuple[float, float]] = []
        self._answered = threading.Event()
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, name="caller", daemon=True)
        self._posted.connect(self._answer, Qt.ConnectionType.QueuedConnection)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """End the thread."""
        self._ended.set()
        self._answered.set()
        if self._thread.ident is not None:
            self._thread.join()

    def _answer(self, at: float) -> None:
        self.answers.append((at, time.monotonic() - at))
        self._answered.set()

    def _run(self) -> None:
        while not self._ended.wait(_PAUSE):
            self._answered.clear()
            self._posted.emit(time.monotonic())
            self._answered.wait()


def run(answer: Path, words: list[str]) -> None:
    """The program as `perfwatch` starts it; writes what was timed as JSON when it ends."""
    session.own()
    engine = Engine(parse(words)[1], urgent=True)
    ticks: list[tuple[float, float]] = []

    def note() -> None:
        ticks.extend((time.monotonic(), _late(sample)) for sample in inbox.take())

    inbox: Inbox[Sample] = Inbox(None, note)
    engine.bus.join(inbox)
    engine.start()
    caller = Caller()

    def opened(window: Window) -> None:
        window.setGeometry(0, 0, 1600, 900)
        caller.start()
        print("the window is timed", flush=True)

    try:
        run_window(engine, opened=opened)
    finally:
        caller.stop()
        engine.stop()
    answer.write_text(json.dumps({"ticks": ticks, "answers": caller.answers}))


def _late(sample: Sample) -> float:
    """Milliseconds, of the sample's own tick."""
    return float(next(value for series, value in sample.values.items() if str(series) == "self.late_ms"))


if __name__ == "__main__":
    run(Path(sys.argv[1]), sys.argv[2:])
