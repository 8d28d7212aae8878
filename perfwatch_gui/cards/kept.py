"""How a widget paints itself by a picture that is kept, and how its parts ask it to."""

from __future__ import annotations

from PySide6.QtCore import QRect, QSize
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from perfwatch_gui.kept_picture import KeptPicture, Paint


class Kept:
    """Paints by `paint`, and from the third time on without it, as often as a window is resized."""

    def __init__(self, widget: QWidget, paint: Paint) -> None:
        """`paint` gets the painter and what of the widget is asked for, which has its ground already."""
        self._widget = widget
        self._paint = paint
        self._picture = KeptPicture()

    def paint(self, event: QPaintEvent, ground: QColor, size: QSize, *looks: object) -> None:
        """Paint what is asked for: something of a size in the upper left, and ground at its right and below.

        All that it looks like is in `looks`, besides size, ground and screen.
        """
        widget = self._widget
        picture = self._picture.of(self._paint, size, widget.devicePixelRatioF(), ground, *looks)
        painter = QPainter(widget)
        if picture is None:
            painter.fillRect(event.rect(), ground)
            self._paint(painter, event.region())
        else:
            painter.drawPixmap(0, 0, picture)
            beside, below = widget.width() - size.width(), widget.height() - size.height()
            if beside > 0:
                painter.fillRect(size.width(), 0, beside, widget.height(), ground)
            if below > 0:
                painter.fillRect(0, size.height(), widget.width(), below, ground)
        painter.end()


def repaint_in_row(part: QWidget, area: QRect) -> None:
    """Let the widget that paints a part of it do so, in an area in pixels of the part."""
    row = part.parentWidget()
    if row is not None:
        row.update(area.translated(part.pos()))
