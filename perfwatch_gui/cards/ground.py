"""The ground of a card: a filled rectangle with round corners and an edge, painted in the time of its corners.

Qt blends a round rectangle pixel by pixel: eight cards of a large window took 10 ms.
"""

from __future__ import annotations

import math
from functools import lru_cache

from PySide6.QtCore import QLineF, QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPen

_RADIUS = 8.0
# A corner with its edge, and all four of them.
_CORNER = 10.0
_ALL = 2 * _CORNER
# Qt counts angles in sixteenths of a degree, from three o'clock on to the left.
_QUARTER = 90 * 16


def paint_ground(painter: QPainter, area: QRectF, fill: QColor, edge: QPen) -> None:
    """Fill `area`, in whole pixels, with `edge` just within it."""
    radius, width = _RADIUS, edge.widthF()
    painter.fillRect(area.adjusted(0, radius, 0, -radius), fill)
    for top in (area.top(), area.bottom() - radius):
        painter.fillRect(QRectF(area.left() + radius, top, area.width() - 2 * radius, radius), fill)
    ratio = painter.device().devicePixelRatioF()
    corners = _corners(fill.rgba(), edge.color().rgba(), width, edge.style(), ratio)
    for x, left in ((0.0, area.left()), (_CORNER, area.right() - _CORNER)):
        for y, top in ((0.0, area.top()), (_CORNER, area.bottom() - _CORNER)):
            source = QRectF(x * ratio, y * ratio, _CORNER * ratio, _CORNER * ratio)
            painter.drawImage(QRectF(left, top, _CORNER, _CORNER), corners, source)
    if edge.style() is Qt.PenStyle.SolidLine:
        colour = edge.color()
        for left in (area.left(), area.right() - width):
            painter.fillRect(QRectF(left, area.top() + radius, width, area.height() - 2 * radius), colour)
        for top in (area.top(), area.bottom() - width):
            painter.fillRect(QRectF(area.left() + radius, top, area.width() - 2 * radius, width), colour)
    else:
        _paint_sides(painter, area, edge)


def _paint_sides(painter: QPainter, area: QRectF, edge: QPen) -> None:
    """The straight parts of an edge that is no plain line."""
    inset = edge.widthF() / 2
    inner = area.adjusted(inset, inset, -inset, -inset)
    upright = (inner.top() + _RADIUS, inner.bottom() - _RADIUS)
    level = (inner.left() + _RADIUS, inner.right() - _RADIUS)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(edge)
    painter.drawLines([QLineF(x, upright[0], x, upright[1]) for x in (inner.left(), inner.right())])
    painter.drawLines([QLineF(level[0], y, level[1], y) for y in (inner.top(), inner.bottom())])


@lru_cache(maxsize=16)
def _corners(fill: int, edge: int, width: float, style: Qt.PenStyle, ratio: float) -> QImage:
    """The four corners of one look, side by side as in a small card; drawn once, since all cards have the same."""
    size = math.ceil(_ALL * ratio)
    image = QImage(size, size, QImage.Format.Format_ARGB32_Premultiplied)
    image.fill(Qt.GlobalColor.transparent)
    painter = QPainter(image)
    painter.scale(ratio, ratio)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    inset, round_ = width / 2, 2 * _RADIUS
    far = _ALL - inset - round_
    places = ((far, inset), (inset, inset), (inset, far), (far, far))
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor.fromRgba(fill))
    for quarter, (left, top) in enumerate(places):
        painter.drawPie(QRectF(left, top, round_, round_), quarter * _QUARTER, _QUARTER)
    painter.setPen(QPen(QColor.fromRgba(edge), width, style))
    for quarter, (left, top) in enumerate(places):
        painter.drawArc(QRectF(left, top, round_, round_), quarter * _QUARTER, _QUARTER)
    painter.end()
    return image
