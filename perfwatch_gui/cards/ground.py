"""The ground of a card: a filled rectangle with round corners and an edge, painted in the time of its corners.

Qt blends a round rectangle pixel by pixel: eight cards of a large window took 10 ms.
"""

from __future__ import annotations

from PySide6.QtCore import QLineF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

_RADIUS = 8.0
# Qt counts angles in sixteenths of a degree, from three o'clock on to the left.
_QUARTER = 90 * 16


def paint_ground(painter: QPainter, area: QRectF, fill: QColor, edge: QPen) -> None:
    """Fill `area`, in whole pixels, with `edge` just within it."""
    inset, size = edge.widthF() / 2, 2 * _RADIUS
    inner = area.adjusted(inset, inset, -inset, -inset)
    painter.fillRect(area.adjusted(_RADIUS, 0, -_RADIUS, 0), fill)
    painter.fillRect(area.adjusted(0, _RADIUS, 0, -_RADIUS), fill)
    corners = [
        QRectF(left, top, size, size)
        for left, top in (
            (inner.right() - size, inner.top()),
            (inner.left(), inner.top()),
            (inner.left(), inner.bottom() - size),
            (inner.right() - size, inner.bottom() - size),
        )
    ]
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(fill)
    for quarter, corner in enumerate(corners):
        painter.drawPie(corner, quarter * _QUARTER, _QUARTER)
    painter.setPen(edge)
    for quarter, corner in enumerate(corners):
        painter.drawArc(corner, quarter * _QUARTER, _QUARTER)
    upright = (inner.top() + _RADIUS, inner.bottom() - _RADIUS)
    level = (inner.left() + _RADIUS, inner.right() - _RADIUS)
    painter.drawLines([QLineF(x, upright[0], x, upright[1]) for x in (inner.left(), inner.right())])
    painter.drawLines([QLineF(level[0], y, level[1], y) for y in (inner.top(), inner.bottom())])
