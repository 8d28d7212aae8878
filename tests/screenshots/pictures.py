"""Renders the window as it is, without a screen, from samples that are the same at every run."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtGui import QFont, QFontInfo, QImage
from PySide6.QtWidgets import QApplication

from perfwatch_gui.app import Look, make_window
from perfwatch_gui.preferences import Preferences
from perfwatch_gui.theme import Theme
from perfwatch_gui.window import Window
from tests.gui.engine import FakeEngine, FakeState
from tests.gui.machine import ComposedMachine

FONT, POINTS = "DejaVu Sans", 9
INTERVAL = 2.0
# five minutes that are full, and a little before them
_SAMPLES = 170
_TURNS = 4


@dataclass(frozen=True, slots=True)
class Shot:
    """One picture: its file's name, a page of the window, a theme, and a size in pixels."""

    name: str
    page: str
    theme: str
    size: tuple[int, int] = (1600, 1000)


SHOTS = (
    Shot("dashboard-dark", "dashboard", "dark"),
    Shot("dashboard-light", "dashboard", "light"),
    Shot("hardware", "hardware", "dark"),
)


class NoSuchFont(Exception):
    """The font of the pictures is not installed, in a sentence that says what to do."""


def use_the_font(application: QApplication) -> None:
    """Write as the pictures do, whatever the desktop is set to."""
    if QFontInfo(QFont(FONT)).family() != FONT:
        raise NoSuchFont(f"the pictures are set in {FONT}; install it with: apt-get install fonts-dejavu-core")
    application.setFont(QFont(FONT, POINTS))


@contextmanager
def opened(application: QApplication, shot: Shot, directory: Path) -> Iterator[Window]:
    """The window at one page, after some minutes of a composed machine."""
    preferences, theme = Preferences(directory / f"{shot.name}.ini"), Theme(shot.theme)
    look = Look(application, theme)
    engine = FakeEngine(told=FakeState(interval=INTERVAL))
    samples = ComposedMachine(engine.catalogue, interval=INTERVAL).samples(_SAMPLES)
    window = make_window(engine, preferences, theme, clock=lambda: samples[-1].time + 1)
    try:
        window.open()
        window.resize(*shot.size)
        window.show()
        _turn(application)
        for sample in samples:
            engine.bus.publish(sample)
        window.show_page(shot.page)
        _turn(application)
        yield window
    finally:
        window.close()
        window.deleteLater()
        look.deleteLater()
        _turn(application)


def _turn(application: QApplication) -> None:
    """Let everything that waits be done: layouts, pictures, samples."""
    for _ in range(_TURNS):
        application.processEvents()


def rendered(application: QApplication, shot: Shot) -> QImage:
    """The picture, in the pixels of the window."""
    with tempfile.TemporaryDirectory() as directory, opened(application, shot, Path(directory)) as window:
        return window.grab().toImage().convertToFormat(QImage.Format.Format_RGB32)
