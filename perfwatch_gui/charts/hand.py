"""The hand on a chart: dragging and the wheel move the time of all charts, a click pins a moment.

With Shift a drag chooses the stretch that is to fill the picture.
"""

from __future__ import annotations

from typing import Protocol

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QMouseEvent, QWheelEvent
from PySide6.QtWidgets import QApplication

from perfwatch_gui.charts.cursor import Cursor
from perfwatch_gui.charts.timeview import STEP, ZOOM, TimeView

# A notch of a wheel, in eighths of a degree (QWheelEvent.angleDelta).
_NOTCH = 120.0
# A notch zooms by half of what a key does: it comes in numbers.
_NOTCH_ZOOM = ZOOM**0.5
# Clicking this near to a pin takes it away, in pixels.
_NEAR = 5.0


class Held(Protocol):
    """The chart below the hand."""

    span: float
    time_cursor: Cursor

    @property
    def plot(self) -> QRectF:
        """Where its curves are, in pixels."""

    def moment_at(self, x: float) -> float | None:
        """The moment at a pixel."""

    def update(self) -> None:
        """Paint anew."""

    def setCursor(self, cursor: Qt.CursorShape, /) -> None:
        """Give the pointer another shape."""

    def unsetCursor(self) -> None:
        """Give it back its own."""


class Hand:
    """Turns one chart's mouse events into movements of the shared time."""

    def __init__(self, chart: Held, times: TimeView) -> None:
        self._chart = chart
        self._times = times
        self._grip: tuple[float, float] | None = None
        self._dragging = self._choosing = False
        self.chosen: tuple[float, float] | None = None
        self._before: tuple[float | None, float | None] = (None, None)

    def press(self, event: QMouseEvent) -> None:
        """Take hold at a pixel."""
        if event.button() is Qt.MouseButton.LeftButton and self._chart.plot.contains(event.position()):
            self._grip = event.position().x(), self._times.right
            self._dragging = False
            self._choosing = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
            self._before = self._times.end, self._times.pinned

    def drag(self, event: QMouseEvent) -> bool:
        """Move time with the pointer; False while nothing is held or it has hardly moved."""
        if self._grip is None:
            return False
        x, right = self._grip
        way = event.position().x() - x
        if not self._dragging and abs(way) < QApplication.startDragDistance():
            return False
        if not self._dragging:
            self._dragging = True
            choosing, holding = Qt.CursorShape.SizeHorCursor, Qt.CursorShape.ClosedHandCursor
            self._chart.setCursor(choosing if self._choosing else holding)
            self._chart.time_cursor.move(None)
        if self._choosing:
            plot = self._chart.plot
            self.chosen = x, min(max(event.position().x(), plot.left()), plot.right())
            self._chart.update()
            return True
        self._times.move_to(right - way / self._chart.plot.width() * self._chart.span)
        return True

    def release(self, event: QMouseEvent) -> None:
        """Let go; what was only clicked is pinned, and a pin that was clicked is gone."""
        if self._grip is None or event.button() is not Qt.MouseButton.LeftButton:
            return
        self._grip = None
        if self._dragging:
            self._dragging = False
            self._chart.unsetCursor()
            if self.chosen is not None:
                start, end = (self._times.right - self._age(x) for x in sorted(self.chosen))
                self.chosen = None
                self._times.show(start, end)
            return
        moment, pinned = self._chart.moment_at(event.position().x()), self._times.pinned
        near = self._chart.span / self._chart.plot.width() * _NEAR
        if moment is not None and pinned is not None and abs(moment - pinned) <= near:
            moment = None
        self._times.pin(moment)

    def undo(self) -> None:
        """Take back what the first click of a double click did."""
        self._grip = None
        self._times.restore(*self._before)

    def turn(self, event: QWheelEvent) -> bool:
        """Move or zoom by the wheel or by two fingers; False where that changes nothing."""
        pixels, angle = event.pixelDelta(), event.angleDelta()
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            age = self._age(event.position().x())
            span = self._times.span
            self._times.zoom(_NOTCH_ZOOM ** (-angle.y() / _NOTCH), age)
            if self._chart.time_cursor.age is not None:
                # the pointer rests, so what it is on is now another age
                self._chart.time_cursor.move(self._chart.time_cursor.age * self._times.span / span)
            return True
        if pixels.x() and abs(pixels.x()) > abs(pixels.y()):
            seconds = -pixels.x() / self._chart.plot.width() * self._times.span
        else:
            # up is back, as in any document
            seconds = -(angle.y() or angle.x()) / _NOTCH * STEP / 2 * self._times.span
        if self._times.live and seconds >= 0:
            return False
        self._times.pan(seconds)
        return True

    def _age(self, x: float) -> float:
        plot = self._chart.plot
        return (plot.right() - min(max(x, plot.left()), plot.right())) / plot.width() * self._times.span
