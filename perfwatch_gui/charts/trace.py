"""One curve as Qt paints it: a polyline, and the area down to zero, in pieces between the gaps.

Pyqtgraph brings the points to Qt without a Python object for each; its `PlotCurveItem` does that too, but spends as
much again on what only a scene needs: signals, bounds, outlines for the mouse.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import cache, cached_property
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPolygonF

Floats = npt.NDArray[np.float64]

# Points of an area that are filled at once: the time for a polygon grows with the square of its points.
_AREA_POINTS = 48
# Of a line it does not; what is out of sight is left out by such parts.
_LINE_POINTS = 256
_FEW = 16


class _Part(NamedTuple):
    """A stretch of a curve from one x to another."""

    first: float
    last: float
    polygon: QPolygonF


@cache
def _to_polygon() -> Callable[[Floats, Floats], QPolygonF]:
    """Pyqtgraph's way from arrays to a polygon: loaded late, since it takes as long as all the rest."""
    from pyqtgraph.functions import arrayToQPolygonF

    convert: Callable[[Floats, Floats], QPolygonF] = arrayToQPolygonF
    return convert


def _polygon(x: Floats, y: Floats) -> QPolygonF:
    """The points as Qt has them; a few are brought one by one, so that the first picture waits for nothing."""
    if x.size <= _FEW:
        return QPolygonF([QPointF(*point) for point in zip(x.tolist(), y.tolist(), strict=True)])
    return _to_polygon()(x, y)


def prepare() -> None:
    """Load what longer curves will need, while nobody waits for it."""
    _to_polygon()


def _pieces_of(y: Floats) -> list[slice]:
    """Where neighbours are known: stretches of two points or more."""
    known = np.isfinite(y)
    if known.all():
        return [slice(0, known.size)] if known.size > 1 else []
    edges = np.flatnonzero(np.diff(known, prepend=False, append=False)).reshape(-1, 2).tolist()
    return [slice(first, last) for first, last in edges if last - first > 1]


def _parts(pieces: Iterable[slice], most: int) -> Iterator[slice]:
    """The pieces in parts of so many steps, each beginning with the point the one before ends with."""
    for piece in pieces:
        for first in range(piece.start, piece.stop - 1, most):
            yield slice(first, min(first + most + 1, piece.stop))


class Band:
    """The area between the least and the greatest of each bin, in pieces between the gaps."""

    def __init__(self, x: Floats, low: Floats, high: Floats) -> None:
        self.x = x
        self.low = low
        self.high = high

    @cached_property
    def _areas(self) -> list[_Part]:
        found = []
        for part in _parts(_pieces_of(self.low), _AREA_POINTS):
            x, low, high = self.x[part], self.low[part], self.high[part]
            outline = _polygon(np.concatenate((x, x[::-1])), np.concatenate((high, low[::-1])))
            found.append(_Part(float(x[0]), float(x[-1]), outline))
        return found

    def paint(self, painter: QPainter, colour: QColor, first: float, last: float) -> None:
        """Fill what is between two x."""
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colour)
        for area in self._areas:
            if area.last >= first and area.first <= last:
                painter.drawPolygon(area.polygon)


class Trace:
    """Points that are joined where they are known; `x` must be known everywhere, `y` is NaN in a gap."""

    def __init__(self, x: Floats, y: Floats) -> None:
        self.x = x
        self.y = y

    @cached_property
    def _pieces(self) -> list[slice]:
        return _pieces_of(self.y)

    @cached_property
    def _lines(self) -> list[_Part]:
        return [
            _Part(float(self.x[part.start]), float(self.x[part.stop - 1]), _polygon(self.x[part], self.y[part]))
            for part in _parts(self._pieces, _LINE_POINTS)
        ]

    @cached_property
    def _areas(self) -> list[_Part]:
        found = []
        for part in _parts(self._pieces, _AREA_POINTS):
            x, y = self.x[part], self.y[part]
            closed = _polygon(np.concatenate((x[:1], x, x[-1:])), np.concatenate(((0.0,), y, (0.0,))))
            found.append(_Part(float(x[0]), float(x[-1]), closed))
        return found

    def paint_area(self, painter: QPainter, colour: QColor, first: float, last: float) -> None:
        """Fill down to zero what is between two x. Without antialias, which would show the seams between parts."""
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colour)
        for area in self._areas:
            if area.last >= first and area.first <= last:
                painter.drawPolygon(area.polygon)

    def paint_line(self, painter: QPainter, pen: QPen, first: float, last: float) -> None:
        """Draw what is between two x. Antialias costs a quarter more at one pixel, and sixty times as much above."""
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(pen)
        for line in self._lines:
            if line.last >= first and line.first <= last:
                painter.drawPolyline(line.polygon)
