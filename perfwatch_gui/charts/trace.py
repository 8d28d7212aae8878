"""One curve as Qt paints it: a polyline, and the area down to zero, in pieces between the gaps.

Pyqtgraph brings the points to Qt without a Python object for each; its `PlotCurveItem` does that too, but spends as
much again on what only a scene needs: signals, bounds, outlines for the mouse.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator
from functools import cache, cached_property, partial
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPolygonF

Floats = npt.NDArray[np.float64]

# Points of an area that are filled at once: the time for a polygon grows with the square of its points.
_AREA_POINTS = 50
# Of a line it does not; what is out of sight is left out by such parts. Both divide what a soak repeats, so that it
# ends with as many parts as it began with.
_LINE_POINTS = 300
_FEW = 16
# Pixels: what is known for less is hardly seen as a line, and shown by a dot.
_NARROW, _DOT = 2.0, 3.0


@cache
def _to_polygon() -> Callable[[Floats, Floats], QPolygonF]:
    """Pyqtgraph's way from arrays to a polygon: loaded late, since it takes as long as all the rest."""
    from pyqtgraph.functions import arrayToQPolygonF

    convert: Callable[[Floats, Floats], QPolygonF] = arrayToQPolygonF
    return convert


def _polygon(x: Floats, y: Floats) -> QPolygonF:
    """The points as Qt has them; a few are brought one by one, so that the first picture waits for nothing."""
    if x.size <= _FEW and not _to_polygon.cache_info().currsize:
        return QPolygonF([QPointF(*point) for point in zip(x.tolist(), y.tolist(), strict=True)])
    return _to_polygon()(x, y)


def prepare() -> None:
    """Load what longer curves will need, while nobody waits for it."""
    _to_polygon()


Outline = Callable[[Floats, Floats], QPolygonF]


def _closed(x: Floats, y: Floats) -> QPolygonF:
    """The outline of the area between points and zero."""
    return _polygon(np.concatenate((x[:1], x, x[-1:])), np.concatenate(((0.0,), y, (0.0,))))


class _Part:
    """A stretch of a curve from one x to another; Qt gets it when it is in sight.

    `end` is the place of its last point, counted as its trace does.
    """

    def __init__(self, x: Floats, y: Floats, end: int, outline: Outline) -> None:
        self.first = float(x[0])
        self.last = float(x[-1])
        self.end = end
        self._points = x, y
        self._outline = outline

    @cached_property
    def polygon(self) -> QPolygonF:
        """Its points, or the outline of its area."""
        return self._outline(*self._points)


def _between(parts: Iterable[_Part], first: float, last: float) -> list[_Part]:
    """Those of which something is between two x."""
    return [part for part in parts if part.last >= first and part.first <= last]


def _fill(painter: QPainter, colour: QColor, areas: Iterable[_Part]) -> None:
    """Fill areas. Without antialias, which would show the seams between parts."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(colour)
    for area in areas:
        painter.drawPolygon(area.polygon)


def _edges_of(y: Floats) -> npt.NDArray[np.intp]:
    """A row for each stretch of what is known: the places of its first point and behind its last."""
    known = np.isfinite(y)
    if known.size and known.all():
        return np.array([[0, known.size]])
    return np.flatnonzero(np.diff(known, prepend=False, append=False)).reshape(-1, 2)


def _pieces_of(edges: npt.NDArray[np.intp], begin: int = 0) -> list[slice]:
    """Where neighbours are known, from a place on: stretches of two points or more."""
    return [slice(max(first, begin), last) for first, last in edges.tolist() if last - max(first, begin) > 1]


def _parts(pieces: Iterable[slice], most: int) -> Iterator[slice]:
    """The pieces in parts of so many steps, each beginning with the point the one before ends with."""
    for piece in pieces:
        for first in range(piece.start, piece.stop - 1, most):
            yield slice(first, min(first + most + 1, piece.stop))


class Shared(NamedTuple):
    """How many points of an old axis lie before a new one, and how many from there on are in both."""

    gone: int
    common: int


def shared_of(before: Floats, after: Floats) -> Shared:
    """What two axes, each in the order of time, have in common from where the newer one begins."""
    if not before.size or not after.size:
        return Shared(0, 0)
    gone = int(np.searchsorted(before, after[0]))
    most = min(before.size - gone, after.size)
    same = before[gone : gone + most] == after[:most]
    return Shared(gone, most if same.all() else int(same.argmin()))


class Band:
    """The area between the least and the greatest of each bin, in pieces between the gaps."""

    def __init__(self, x: Floats, low: Floats, high: Floats) -> None:
        self.x = x
        self.low = low
        self.high = high

    @cached_property
    def _areas(self) -> list[_Part]:
        def outline(x: Floats, low: Floats, high: Floats) -> QPolygonF:
            return _polygon(np.concatenate((x, x[::-1])), np.concatenate((high, low[::-1])))

        return [
            _Part(self.x[cut], self.low[cut], cut.stop, partial(outline, high=self.high[cut]))
            for cut in _parts(_pieces_of(_edges_of(self.low)), _AREA_POINTS)
        ]

    def paint(self, painter: QPainter, colour: QColor, first: float, last: float) -> None:
        """Fill what is between two x."""
        _fill(painter, colour, _between(self._areas, first, last))


class Trace:
    """Points that are joined where they are known; `x` must be known everywhere, `y` is NaN in a gap."""

    def __init__(self, x: Floats, y: Floats) -> None:
        self.x = x
        self.y = y
        # the place of the first point, counted through all the traces that follow one another
        self._begin = 0
        self._old_lines: list[_Part] = []
        self._old_areas: list[_Part] = []

    def follow(self, before: Trace, shared: Shared) -> None:
        """Take over what an earlier trace has made of the same points: with a new sample that is nearly all."""
        gone, common = shared
        if not common:
            return
        old, new = before.y[gone : gone + common], self.y[:common]
        same = old == new
        if not same.all():
            same |= np.isnan(old) & np.isnan(new)
            common = common if same.all() else int(same.argmin())
        self._begin = before._begin + gone
        made, last = vars(before), self._begin + common - 1
        self._old_lines = [one for one in made.get("_lines", ()) if self._begin < one.end < last]
        self._old_areas = [one for one in made.get("_areas", ()) if self._begin < one.end < last]

    @cached_property
    def _edges(self) -> npt.NDArray[np.intp]:
        return _edges_of(self.y)

    @cached_property
    def _narrowest(self) -> float:
        """The seconds of the shortest stretch; infinite where there is none."""
        if len(self._edges) == 1:
            first, behind = self._edges[0]
            return float(self.x[behind - 1] - self.x[first])
        begins, ends = self._edges.T
        return float((self.x[ends - 1] - self.x[begins]).min(initial=math.inf))

    @cached_property
    def _lines(self) -> list[_Part]:
        return self._completed(self._old_lines, _LINE_POINTS, _polygon)

    @cached_property
    def _areas(self) -> list[_Part]:
        return self._completed(self._old_areas, _AREA_POINTS, _closed)

    def _completed(self, parts: list[_Part], most: int, outline: Outline) -> list[_Part]:
        """The parts that are there and those that come after them."""
        x, y, before = self.x, self.y, self._begin - 1
        pieces = _pieces_of(self._edges, parts[-1].end - self._begin if parts else 0)
        return parts + [_Part(x[cut], y[cut], before + cut.stop, outline) for cut in _parts(pieces, most)]

    def paint_area(self, painter: QPainter, colour: QColor, first: float, last: float) -> None:
        """Fill down to zero what is between two x."""
        _fill(painter, colour, _between(self._areas, first, last))

    def paint_line(self, painter: QPainter, pen: QPen, first: float, last: float) -> None:
        """Draw what is between two x. Antialias costs a quarter more at one pixel, and sixty times as much above."""
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(pen)
        for line in _between(self._lines, first, last):
            painter.drawPolyline(line.polygon)
        self._paint_dots(painter, pen, first, last)

    def _paint_dots(self, painter: QPainter, pen: QPen, first: float, last: float) -> None:
        """What was known for a moment only, between two gaps, is not to be overlooked."""
        pixel = 1 / painter.combinedTransform().m11()
        if self._narrowest >= _NARROW * pixel:
            return
        begins, ends = self._edges.T
        x = self.x[ends - 1]
        seen = (x - self.x[begins] < _NARROW * pixel) & (x >= first) & (x <= last)
        if seen.any():
            dot = QPen(pen.color(), _DOT, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap)
            dot.setCosmetic(True)
            painter.setPen(dot)
            painter.drawPoints(_polygon(x[seen], self.y[ends[seen] - 1]))
