"""A picture that is kept while what it shows stays: in a window that is resized only its place is another one."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QPoint, QRect, QSize
from PySide6.QtGui import QColor, QPainter, QPixmap, QRegion

# Pixels of the screen by which a picture grows.
_STEP = 64

Paint = Callable[[QPainter, QRegion], None]


class KeptPicture:
    """Made when it is asked for a second time with the same looks: what changes with each sample is painted once."""

    def __init__(self) -> None:
        self._key: tuple[object, ...] = ()
        self._pixmap = QPixmap()
        self._good = False

    def of(self, paint: Paint, size: QSize, ratio: float, ground: QColor, *looks: object) -> QPixmap | None:
        """What `paint` makes on `ground`, on a screen of `ratio` pixels for each of Qt's; None the first time.

        `paint` gets a painter, and the region that is wanted, which has its ground. All that the picture depends on is
        in `looks`, besides what is given here. It may be larger than `size`, with ground there.
        """
        key = (size, ratio, ground.rgba(), *looks)
        # between two pixels of the screen a picture would be blurred
        if key != self._key or not ratio.is_integer():
            self._key, self._good = key, False
            return None
        if not self._good:
            self._make(paint, size, ratio, ground)
        return self._pixmap

    def _make(self, paint: Paint, size: QSize, ratio: float, ground: QColor) -> None:
        # PySide 6.10 loses five references to None with each new picture that is painted on: one that has been
        # large enough once stays, and has ground at its right and below
        there, wanted = self._pixmap.size(), size * ratio
        if there.expandedTo(wanted) != there:
            steps = (-(-part // _STEP) * _STEP for part in (wanted.width(), wanted.height()))
            self._pixmap = QPixmap(there.expandedTo(QSize(*steps)))
        self._pixmap.setDevicePixelRatio(ratio)
        self._pixmap.fill(ground)
        painter = QPainter(self._pixmap)
        paint(painter, QRegion(QRect(QPoint(), size)))
        painter.end()
        self._good = True
