"""The whole window over an engine without threads: what tests of it press, look at, and let happen."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

from PySide6.QtCore import QCoreApplication, QEvent, QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QToolButton, QWidget
from pytestqt.qtbot import QtBot

from perfwatch_core.sample import Sample
from perfwatch_gui.app import Look, make_window
from perfwatch_gui.cards.card import CardWidget
from perfwatch_gui.cards.field import Field
from perfwatch_gui.preferences import Preferences
from perfwatch_gui.theme import Theme
from perfwatch_gui.window import Window
from tests.gui.charts.pictures import colours
from tests.gui.engine import FakeEngine
from tests.gui.machine import START, ComposedMachine

Part = TypeVar("Part", bound=QWidget)
NO_KEY = Qt.KeyboardModifier.NoModifier
CTRL = Qt.KeyboardModifier.ControlModifier


class Scene:
    """A window that is open, its engine, the machine that it shows, and a clock that only `tick` and `wait` move."""

    def __init__(self, qtbot: QtBot, file: Path, engine: FakeEngine, machine: ComposedMachine) -> None:
        self.engine, self.machine = engine, machine
        self.now = START
        self.preferences = Preferences(file)
        self.theme = Theme(self.preferences.theme)
        application = QApplication.instance()
        assert isinstance(application, QApplication)
        self.look = Look(application, self.theme)
        self.window: Window = make_window(engine, self.preferences, self.theme, lambda: self.now)
        self.window.open()
        self.window.show()
        qtbot.waitExposed(self.window)
        turn()

    def tick(self, count: int = 1) -> Sample:
        """So many samples come, one after the other; returns the last."""
        for sample in self.machine.samples(count):
            self.publish(sample)
        return sample

    def publish(self, sample: Sample) -> None:
        """Let a sample come now."""
        self.now = sample.time
        self.engine.bus.publish(sample)
        turn()

    def wait(self, seconds: float) -> None:
        """Time passes and no sample comes; the window looks at its clock as its timer makes it do."""
        self.now += seconds
        self.window.status_timer.timeout.emit()
        turn()

    def press(self, key: Qt.Key, modifier: Qt.KeyboardModifier = NO_KEY) -> None:
        """Press a key, wherever the focus is."""
        QTest.keyClick(QApplication.focusWidget() or self.window, key, modifier)
        turn()

    def card(self, key: str) -> CardWidget:
        """A card of any page."""
        return next(card for page in self.window.pages.values() for card in page.cards if card.card.key == key)

    def said(self, key: str, label: str = "") -> str:
        """What a card's field says, '' for a skeleton."""
        return said(self.field(key, label))

    def field(self, key: str, label: str = "") -> Field:
        """A card's first field of that label."""
        return next(field for field in self.card(key).findChildren(Field) if field.label == label)

    def close(self) -> None:
        """End it; what is left of it would be styled anew with every later window."""
        self.window.close()
        self.look.deleteLater()
        self.window.deleteLater()
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


@contextmanager
def scene(
    qtbot: QtBot, file: Path, engine: FakeEngine | None = None, machine: ComposedMachine | None = None
) -> Iterator[Scene]:
    """A scene whose preferences are in `file`."""
    engine = engine or FakeEngine()
    made = Scene(qtbot, file, engine, machine or ComposedMachine(engine.catalogue))
    try:
        yield made
    finally:
        made.close()


def colours_of(field: Field) -> set[str]:
    """All colours in the picture of a field, which its row paints."""
    row = field.parentWidget()
    assert row is not None
    return colours(row, field.geometry())


def said(field: Field) -> str:
    """What a field says, '' for a skeleton."""
    return field.shown.text if field.shown else ""


def turn() -> None:
    """Let everything that waits be done: queued signals, layouts, pictures."""
    for _ in range(3):
        QApplication.processEvents()


def click(widget: QWidget, at: QPoint | None = None) -> None:
    """A click with the left button, by default into the middle."""
    QTest.mouseClick(widget, Qt.MouseButton.LeftButton, NO_KEY, at or widget.rect().center())
    turn()


def button(within: QWidget, name: str) -> QToolButton:
    """The button a screen reader knows by this name."""
    return next(one for one in within.findChildren(QToolButton) if one.accessibleName() == name)


def part(of: QWidget, kind: type[Part]) -> Part:
    """The first part of its kind."""
    found = of.findChild(kind)
    assert isinstance(found, kind)
    return found
