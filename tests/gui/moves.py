"""Wheel, drag and waiting, for tests that go through time in the window."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QToolButton
from pytestqt.qtbot import QtBot

from perfwatch_gui.charts.chart import TimeChart
from tests.gui.scene import NO_KEY, Scene, turn


def chart(shown: Scene, key: str = "cpu") -> TimeChart:
    """The first chart of a card."""
    return shown.card(key).charts[0]


def right_words(shown: Scene) -> str:
    """What the header says of time."""
    live = shown.window.header.findChild(QToolButton, "live")
    assert isinstance(live, QToolButton)
    return live.text()


def settle(qtbot: QtBot, shown: Scene) -> None:
    """Let the view rest."""
    times = shown.window.travel.times
    qtbot.waitUntil(lambda: not times.moving)
    turn()
    turn()


def turn_wheel(on: TimeChart, notches: int, modifier: Qt.KeyboardModifier = NO_KEY) -> None:
    """Turn the wheel over the middle of a chart."""
    middle = on.plot.center()
    event = QWheelEvent(
        middle, QPointF(on.mapToGlobal(middle.toPoint())), QPoint(), QPoint(0, 120 * notches),
        Qt.MouseButton.NoButton, modifier, Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(on, event)
    turn()


def drag(on: TimeChart, pixels: int, modifier: Qt.KeyboardModifier = NO_KEY) -> None:
    """Drag a chart to the right by so many pixels."""
    middle = on.plot.center().toPoint()
    QTest.mousePress(on, Qt.MouseButton.LeftButton, modifier, middle)
    for part in range(1, 5):
        QTest.mouseMove(on, middle + QPoint(pixels * part // 4, 0))
    turn()
    QTest.mouseRelease(on, Qt.MouseButton.LeftButton, modifier, middle + QPoint(pixels, 0))
    turn()
