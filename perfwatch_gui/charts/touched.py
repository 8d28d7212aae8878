"""What the mouse does on a chart: it moves the shared cursor, and the hand moves the shared time."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QRectF
from PySide6.QtGui import QMouseEvent, QWheelEvent
from PySide6.QtWidgets import QWidget

from perfwatch_gui.charts.cursor import Cursor
from perfwatch_gui.charts.frame import Frame
from perfwatch_gui.charts.hand import Hand
from perfwatch_gui.charts.timeview import TimeView


class TouchedChart(QWidget):
    """A widget with a frame, below the shared cursor; with `times` time can be taken hold of and pinned."""

    def __init__(self, frame: Frame, span: float, cursor: Cursor | None, times: TimeView | None) -> None:
        super().__init__()
        self.span = span
        self.time_cursor = cursor or Cursor()
        self._now = 0.0
        self._frame = frame
        self._hand = Hand(self, times) if times is not None else None
        self._times = times
        self.setMouseTracking(True)

    @property
    def now(self) -> float:
        """The right edge, in UTC seconds."""
        return self._now

    @property
    def plot(self) -> QRectF:
        """Where the curves are, in pixels of the widget."""
        return self._frame.plot

    def moment_at(self, x: float) -> float | None:
        """The moment (UTC seconds) at a pixel; None beside the curves."""
        age = self.age_under(x)
        return None if age is None else self._now - age

    def age_under(self, x: float) -> float | None:
        """Seconds before the right edge at a pixel; None beside the curves."""
        return self._frame.age_at(x) if self._frame.plot.left() <= x <= self._frame.plot.right() else None

    def _pinned_age(self) -> float | None:
        """How far before the right edge the pinned moment is; None where none is in sight."""
        if self._times is None or self._times.pinned is None:
            return None
        age = self._now - self._times.pinned
        return age if 0 <= age <= self.span else None

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Take hold of time; the card gets the event too, and with it the focus."""
        if self._hand is not None:
            self._hand.press(event)
        event.ignore()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Move time while it is held, else the shared cursor to the pointer; the card gets the event too."""
        if self._hand is not None and self._hand.drag(event):
            event.accept()
            return
        self.time_cursor.move(self.age_under(event.position().x()))
        event.ignore()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Let go of time, or pin the moment that was clicked."""
        if self._hand is not None:
            self._hand.release(event)
        event.ignore()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Leave the view as it was before the first click; the card fills the window."""
        if self._hand is not None:
            self._hand.undo()
        event.ignore()

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Back and forth in time, with Ctrl nearer and farther; the page scrolls by what cannot be used."""
        if self._hand is None or not self._hand.turn(event):
            event.ignore()

    def leaveEvent(self, event: QEvent) -> None:
        """Take the cursor away."""
        self.time_cursor.move(None)
        super().leaveEvent(event)
