"""One curve as Qt paints it: a polyline, and the area down to zero, in pieces between the gaps.

Pyqtgraph brings the points to Qt without a Python object for each; its `PlotCurveItem` does that too, but spends as
much again on what only a scene needs: signals, bounds, outlines for the mouse.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache, cached_property

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPolygonF

Floats = npt.NDArray[np.float64]


@cache
def _to_polygon() -> Callable[[Floats, Floats], QPolygonF]:
    """Pyqtgraph's way from arrays to a polygon: loaded by the first curve, since it takes as long as all the rest."""
    from pyqtgraph.functions import arrayToQPolygonF

    convert: Callable[[Floats, Floats], QPolygonF] = arrayToQPolygonF
    return convert


def prepare() -> None:
    """Load what the first curve will need, while the window waits for it."""
    _to_polygon()


class Trace:
    """Points that are joined where they are known; `x` must be known everywhere, `y` is NaN in a gap."""

    def __init__(self, x: Floats, y: Floats) -> None:
        self.x = x
        self.y = y

    @cached_property
    def _pieces(self) -> list[slice]:
        """Where neighbours are known: stretches of two points or more."""
        known = np.isfinite(self.y)
        if known.all():
            return [slice(0, known.size)] if known.size > 1 else []
        edges = np.flatnonzero(np.diff(known, prepend=False, append=False)).reshape(-1, 2).tolist()
        return [slice(first, last) for first, last in edges if last - first > 1]

    @cached_property
    def _lines(self) -> list[QPolygonF]:
        return [_to_polygon()(self.x[piece], self.y[piece]) for piece in self._pieces]

    @cached_property
    def _areas(self) -> list[QPolygonF]:
        return list(self._closed())

    def _closed(self) -> Iterator[QPolygonF]:
        for piece in self._pieces:
            x, y = self.x[piece], self.y[piece]
            yield _to_polygon()(np.concatenate((x[:1], x, x[-1:])), np.concatenate(((0.0,), y, (0.0,))))

    def paint_area(self, painter: QPainter, colour: QColor) -> None:
        """Fill down to zero. Without antialias: neighbours of one colour would show their seams."""
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colour)
        for area in self._areas:
            painter.drawPolygon(area)

    def paint_line(self, painter: QPainter, pen: QPen) -> None:
        """Draw the line. Antialias costs a quarter more at one pixel, and sixty times as much at a hair more."""
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(pen)
        for line in self._lines:
            painter.drawPolyline(line)
