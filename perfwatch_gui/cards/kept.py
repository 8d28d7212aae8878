"""The picture of what a widget paints itself, kept while nothing in it changes: only its place does."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QPoint, QRect, QSize
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPixmap, QRegion
from PySide6.QtWidgets import QWidget


class Kept:
    """Paints by `paint`, and from the third time on without it, as often as a window is resized.

    What changes with each sample is painted once, and costs no more than before.
    """

    def __init__(self, widget: QWidget, paint: Callable[[QPainter, QRegion], None]) -> None:
        """`paint` gets the painter and what of the widget is asked for, which has its ground already."""
        self._widget = widget
        self._paint = paint
        self._key: tuple[object, ...] = ()
        self._picture = QPixmap()
        self._good = False

    def paint(self, event: QPaintEvent, ground: QColor, size: QSize, *looks: object) -> None:
        """Paint what is asked for: something of a size in the upper left, and ground at its right and below.

        All that it looks like is in `looks`, besides size, ground and screen.
        """
        widget = self._widget
        ratio = widget.devicePixelRatioF()
        key = (size, ratio, ground.rgb(), *looks)
        painter = QPainter(widget)
        # between two pixels of the screen a picture would be blurred
        if key != self._key or not ratio.is_integer():
            self._key, self._good = key, False
            painter.fillRect(event.rect(), ground)
            self._paint(painter, event.region())
        else:
            if not self._good:
                self._keep(size, ground, ratio)
            painter.drawPixmap(0, 0, self._picture)
            width, height = size.width(), size.height()
            painter.fillRect(width, 0, widget.width() - width, height, ground)
            painter.fillRect(0, height, widget.width(), widget.height() - height, ground)
        painter.end()

    def _keep(self, size: QSize, ground: QColor, ratio: float) -> None:
        # PySide 6.10 loses five references to None with each new picture that is painted on
        if self._picture.size() != size * ratio:
            self._picture = QPixmap(size * ratio)
        self._picture.setDevicePixelRatio(ratio)
        whole = QRect(QPoint(), size)
        painter = QPainter(self._picture)
        painter.setFont(self._widget.font())
        painter.fillRect(whole, ground)
        self._paint(painter, QRegion(whole))
        painter.end()
        self._good = True
