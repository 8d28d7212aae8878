"""The picture of a small widget that paints itself, kept while nothing in it changes: only its place does."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QRect
from PySide6.QtGui import QPainter, QPixmap
from PySide6.QtWidgets import QWidget


class Kept:
    """Paints by `paint`, and from the third time on without it, as often as a window is resized.

    What changes with each sample is painted once, and costs no more than before.
    """

    def __init__(self, widget: QWidget, paint: Callable[[QPainter, QRect], None]) -> None:
        """`paint` gets the painter and the area that is asked for, which it fills wholly."""
        self._widget = widget
        self._paint = paint
        self._key: tuple[object, ...] = ()
        self._picture = QPixmap()
        self._good = False

    def paint(self, area: QRect, *looks: object) -> None:
        """Paint an area of the widget; all that it looks like is in `looks`, besides its size and the screen."""
        whole, ratio = self._widget.rect(), self._widget.devicePixelRatioF()
        key = (*looks, whole, ratio)
        painter = QPainter(self._widget)
        # between two pixels of the screen a picture would be blurred
        if key != self._key or not ratio.is_integer():
            self._key, self._good = key, False
            self._paint(painter, area)
        else:
            if not self._good:
                self._keep(whole, ratio)
            painter.drawPixmap(0, 0, self._picture)
        painter.end()

    def _keep(self, whole: QRect, ratio: float) -> None:
        size = whole.size() * ratio
        # PySide 6.10 loses five references to None with each new picture that is painted on
        if self._picture.size() != size:
            self._picture = QPixmap(size)
        self._picture.setDevicePixelRatio(ratio)
        painter = QPainter(self._picture)
        self._paint(painter, whole)
        painter.end()
        self._good = True
