"""What the cursor reads in one chart: a clock time, and each line's value, in a small box beside the cursor."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QFont, QFontMetricsF, QPainter

from perfwatch_gui.theme import Theme

_PADDING = 6.0
_SWATCH = 8.0
_GAP = 5.0
_COLUMN_GAP = 12.0
_FROM_CURSOR = 8.0
_DOT = 2.5


@dataclass(frozen=True, slots=True)
class Row:
    """One line: label, value as text, colour token, and the height of its curve in pixels where it has one."""

    label: str
    text: str
    colour: str
    y: float | None


@dataclass(frozen=True, slots=True)
class ReadOut:
    """The clock time at the cursor as HH:MM:SS, where it stands in pixels, and a row for each line shown."""

    clock: str
    x: float
    rows: tuple[Row, ...]

    def __str__(self) -> str:
        return "\n".join([self.clock, *(f"{row.label} {row.text}" for row in self.rows)])


class Box:
    """Places and paints a read-out; in a low chart its rows go into several columns."""

    def __init__(self, font: QFont) -> None:
        self._font = font
        self._metrics = QFontMetricsF(font)
        self._line = self._metrics.height() + 1

    def area(self, out: ReadOut, plot: QRectF) -> QRectF:
        """Where the box goes: right of the cursor while there is room, else left of it."""
        columns, per_column = self._columns(out, plot)
        labels, texts = self._widths(out)
        width = columns * (_SWATCH + labels + texts + 2 * _GAP) + (columns - 1) * _COLUMN_GAP + 2 * _PADDING
        width = max(width, self._metrics.horizontalAdvance(out.clock) + 2 * _PADDING)
        height = (per_column + 1) * self._line + _PADDING
        left = out.x + _FROM_CURSOR
        if left + width > plot.right():
            left = max(plot.left(), out.x - _FROM_CURSOR - width)
        return QRectF(round(left), plot.top() + 2, round(width), round(height))

    def _columns(self, out: ReadOut, plot: QRectF) -> tuple[int, int]:
        rows = max(1, len(out.rows))
        fits = max(1, int((plot.height() - _PADDING - 4) / self._line) - 1)
        columns = -(-rows // fits)
        return columns, -(-rows // columns)

    def _widths(self, out: ReadOut) -> tuple[float, float]:
        advance = self._metrics.horizontalAdvance
        return (
            max((advance(row.label) for row in out.rows), default=0.0),
            max((advance(row.text) for row in out.rows), default=0.0),
        )

    def paint(self, painter: QPainter, out: ReadOut, plot: QRectF, theme: Theme) -> None:
        """Paint the cursor's line, a dot on each curve, and the box."""
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        painter.setPen(theme.colour("quiet"))
        painter.drawLine(QPointF(out.x, plot.top()), QPointF(out.x, plot.bottom()))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        for row in out.rows:
            if row.y is not None:
                painter.setBrush(theme.colour(row.colour))
                painter.drawEllipse(QPointF(out.x + 0.5, row.y), _DOT, _DOT)
        area = self.area(out, plot)
        painter.setPen(theme.colour("border"))
        painter.setBrush(theme.colour("background"))
        painter.drawRoundedRect(area.adjusted(0.5, 0.5, -0.5, -0.5), 4.0, 4.0)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        self._paint_rows(painter, out, area, plot, theme)

    def _paint_rows(self, painter: QPainter, out: ReadOut, area: QRectF, plot: QRectF, theme: Theme) -> None:
        painter.setFont(self._font)
        painter.setPen(theme.colour("quiet"))
        base = area.top() + _PADDING / 2 + self._metrics.ascent()
        painter.drawText(QPointF(area.left() + _PADDING, base), out.clock)
        labels, texts = self._widths(out)
        _, per_column = self._columns(out, plot)
        wide = _SWATCH + labels + texts + 2 * _GAP + _COLUMN_GAP
        for number, row in enumerate(out.rows):
            left = area.left() + _PADDING + wide * (number // per_column)
            y = base + self._line * (number % per_column + 1)
            middle = y - self._metrics.ascent() / 2 + 1
            painter.fillRect(QRectF(left, middle - 1, _SWATCH, 2), theme.colour(row.colour))
            painter.setPen(theme.colour("quiet"))
            painter.drawText(QPointF(left + _SWATCH + _GAP, y), row.label)
            painter.setPen(theme.colour("text"))
            right = left + _SWATCH + 2 * _GAP + labels + texts
            painter.drawText(QPointF(right - self._metrics.horizontalAdvance(row.text), y), row.text)
