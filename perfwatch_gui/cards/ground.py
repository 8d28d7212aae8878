"""The ground of a card: a filled rectangle with round corners and an edge, painted in the time of its corners.

Qt blends a round rectangle pixel by pixel: eight cards of a large window took 10 ms.
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

from PySide6.QtCore import QLineF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPen, QPixmap

_RADIUS = 8
# A corner with its edge.
_CORNER = 10
# Qt counts angles in sixteenths of a degree, from three o'clock on to the left.
_QUARTER = 90 * 16


class Edge(NamedTuple):
    """How a ground ends: colour, pixels, and whether it is dashed."""

    colour: QColor
    width: int
    dashed: bool


def paint_ground(painter: QPainter, area: QRect, fill: QColor, edge: Edge) -> None:
    """Fill `area` with `edge` just within it."""
    left, top, width, height = area.left(), area.top(), area.width(), area.height()
    right, bottom = left + width, top + height
    # with whole numbers, which reach Qt sooner than rectangles: a window that is resized paints all of its cards
    painter.fillRect(left, top + _RADIUS, width, height - 2 * _RADIUS, fill)
    painter.fillRect(left + _RADIUS, top, width - 2 * _RADIUS, _RADIUS, fill)
    painter.fillRect(left + _RADIUS, bottom - _RADIUS, width - 2 * _RADIUS, _RADIUS, fill)
    colour, line, dashed = edge
    corners = _corners(fill.rgba(), colour.rgba(), line, dashed, painter.device().devicePixelRatioF())
    painter.drawPixmap(left, top, corners[0])
    painter.drawPixmap(right - _CORNER, top, corners[1])
    painter.drawPixmap(left, bottom - _CORNER, corners[2])
    painter.drawPixmap(right - _CORNER, bottom - _CORNER, corners[3])
    if dashed:
        _paint_dashes(painter, area.toRectF(), colour, line)
        return
    painter.fillRect(left, top + _RADIUS, line, height - 2 * _RADIUS, colour)
    painter.fillRect(right - line, top + _RADIUS, line, height - 2 * _RADIUS, colour)
    painter.fillRect(left + _RADIUS, top, width - 2 * _RADIUS, line, colour)
    painter.fillRect(left + _RADIUS, bottom - line, width - 2 * _RADIUS, line, colour)


def _paint_dashes(painter: QPainter, area: QRectF, colour: QColor, width: int) -> None:
    """The straight parts of a dashed edge."""
    inset = width / 2
    inner = area.adjusted(inset, inset, -inset, -inset)
    upright = (inner.top() + _RADIUS, inner.bottom() - _RADIUS)
    level = (inner.left() + _RADIUS, inner.right() - _RADIUS)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(colour, width, Qt.PenStyle.DashLine))
    painter.drawLines([QLineF(x, upright[0], x, upright[1]) for x in (inner.left(), inner.right())])
    painter.drawLines([QLineF(level[0], y, level[1], y) for y in (inner.top(), inner.bottom())])


@lru_cache(maxsize=16)
def _corners(fill: int, edge: int, width: int, dashed: bool, ratio: float) -> list[QPixmap]:
    """The corners of one look, the two upper ones first; drawn once, since all cards have the same."""
    inset, round_ = width / 2, 2 * _RADIUS
    far = _CORNER - inset - round_
    pen = QPen(QColor.fromRgba(edge), width, Qt.PenStyle.DashLine if dashed else Qt.PenStyle.SolidLine)
    made = []
    for quarter, left, top in ((1, inset, inset), (0, far, inset), (2, inset, far), (3, far, far)):
        image = QImage(QSize(_CORNER, _CORNER) * ratio, QImage.Format.Format_ARGB32_Premultiplied)
        image.fill(Qt.GlobalColor.transparent)
        image.setDevicePixelRatio(ratio)
        painter = QPainter(image)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        circle = QRectF(left, top, round_, round_)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor.fromRgba(fill))
        painter.drawPie(circle, quarter * _QUARTER, _QUARTER)
        painter.setPen(pen)
        painter.drawArc(circle, quarter * _QUARTER, _QUARTER)
        painter.end()
        made.append(QPixmap.fromImage(image))
    return made
