"""The small box beside the cursor: a clock time, and each line's value."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter

from perfwatch_core.layout import Style
from perfwatch_gui.charts.line import Line
from perfwatch_gui.charts.reading import ReadOut, Row
from perfwatch_gui.kept_picture import KeptPicture
from perfwatch_gui.theme import Theme

_PADDING = 6.0
_SWATCH = 8.0
_GAP = 5.0
_COLUMN_GAP = 12.0
_FROM_CURSOR = 8.0
_DOT = 2.5
_MOST_WIDTHS = 60


@dataclass(frozen=True, slots=True)
class _Column:
    """Rows below one another; the widest label and text in pixels."""

    rows: tuple[Row, ...]
    label: float
    text: float

    @property
    def width(self) -> float:
        return _SWATCH + _GAP + self.label + _GAP + self.text


class Box:
    """Places and paints a read-out; in a low chart its rows go into several columns.

    What has no room at all is only counted: `12:04:31  +2`. The clock and the first rows are always there.
    """

    def __init__(self, font: QFont) -> None:
        self._font = font
        self._metrics = QFontMetricsF(font)
        self._line = self._metrics.height() + 1
        self._widths: dict[str, float] = {}
        self._picture = KeptPicture()
        self._newest: list[tuple[ReadOut, QRectF, tuple[QRectF, list[_Column]]]] = []

    def area(self, out: ReadOut, plot: QRectF) -> QRectF:
        """Where the box goes: right of the cursor while there is room, else left of it."""
        return self._laid_out(out, plot)[0]

    def _laid_out(self, out: ReadOut, plot: QRectF) -> tuple[QRectF, list[_Column]]:
        """Place and contents; the newest two are kept: each is asked for when it comes, is painted, and goes."""
        for known, where, laid in self._newest:
            if known is out and where == plot:
                return laid
        columns = self._columns(out, plot)
        laid = self._place(out, plot, columns), columns
        self._newest = [(out, QRectF(plot), laid), *self._newest[:1]]
        return laid

    def _width(self, words: str) -> float:
        """The width of words in pixels; most come again with the next picture."""
        width = self._widths.get(words)
        if width is None:
            if len(self._widths) > _MOST_WIDTHS:
                self._widths.clear()
            width = self._widths[words] = self._metrics.horizontalAdvance(words)
        return width

    def _place(self, out: ReadOut, plot: QRectF, columns: Sequence[_Column]) -> QRectF:
        width = sum(column.width for column in columns) + _COLUMN_GAP * max(0, len(columns) - 1)
        width = max(width, self._width(self._head(out, columns))) + 2 * _PADDING
        height = (max((len(column.rows) for column in columns), default=0) + 1) * self._line + _PADDING
        left = out.x + _FROM_CURSOR
        if left + width > plot.right():
            left = max(plot.left(), out.x - _FROM_CURSOR - width)
        return QRectF(round(left), plot.top() + 2, round(width), round(height))

    @staticmethod
    def _head(out: ReadOut, columns: Sequence[_Column]) -> str:
        left_out = len(out.rows) - sum(len(column.rows) for column in columns)
        return f"{out.clock}  +{left_out}" if left_out else out.clock

    def _columns(self, out: ReadOut, plot: QRectF) -> list[_Column]:
        """As few columns as the height allows, of about equal length, as far as there is width."""
        fits = max(1, int((plot.height() - _PADDING - 4) / self._line) - 1)
        count = max(1, -(-len(out.rows) // fits))
        length = max(1, -(-len(out.rows) // count))
        room = plot.width() - 2 * _PADDING
        columns: list[_Column] = []
        for first in range(0, len(out.rows), length):
            rows = out.rows[first : first + length]
            label, value = (
                max(map(self._width, words)) for words in zip(*((r.line.label, r.text) for r in rows), strict=True)
            )
            column = _Column(rows, label, value)
            room -= column.width
            if columns and room < 0:
                break
            columns.append(column)
            room -= _COLUMN_GAP
        return columns

    def paint(self, painter: QPainter, out: ReadOut, plot: QRectF, theme: Theme) -> None:
        """Paint the cursor's line, a dot on each curve, and the box."""
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        painter.setPen(theme.colour("quiet"))
        painter.drawLine(QPointF(out.x, plot.top()), QPointF(out.x, plot.bottom()))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        for row, y in zip(out.rows, out.ys, strict=True):
            if y is not None:
                painter.setBrush(theme.colour(row.line.colour))
                painter.drawEllipse(QPointF(out.x + 0.5, y), _DOT, _DOT)
        area, columns = self._laid_out(out, plot)
        size, head = area.size().toSize(), self._head(out, columns)

        def paint(painter: QPainter, _region: object) -> None:
            self._paint_box(painter, size, head, columns, theme)

        looks = head, [column.rows for column in columns], theme.scheme
        ratio = painter.device().devicePixelRatioF()
        picture = self._picture.of(paint, size, ratio, QColor(Qt.GlobalColor.transparent), *looks)
        if picture is not None:
            painter.drawPixmap(area.topLeft(), picture)
            return
        painter.translate(area.topLeft())
        paint(painter, None)
        painter.translate(-area.topLeft())

    def _paint_box(self, painter: QPainter, size: QSize, head: str, columns: Sequence[_Column], theme: Theme) -> None:
        """Its ground, the clock, and the columns below it."""
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(theme.colour("border"))
        painter.setBrush(theme.colour("background"))
        painter.drawRoundedRect(QRectF(0.5, 0.5, size.width() - 1.0, size.height() - 1.0), 4.0, 4.0)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        painter.setFont(self._font)
        painter.setPen(theme.colour("quiet"))
        left, base = _PADDING, _PADDING / 2 + self._metrics.ascent()
        painter.drawText(QPointF(left, base), head)
        for column in columns:
            self._paint_column(painter, column, QPointF(left, base), theme)
            left += column.width + _COLUMN_GAP

    def _paint_column(self, painter: QPainter, column: _Column, head: QPointF, theme: Theme) -> None:
        """Swatches, labels, and texts set to the right, from the line after `head` on."""
        for number, row in enumerate(column.rows, 1):
            y = head.y() + self._line * number
            middle = y - self._metrics.ascent() / 2 + 1
            ground = theme.colour("background")
            swatch = QRectF(head.x(), middle - _SWATCH / 2, _SWATCH, _SWATCH)
            paint_swatch(painter, swatch, row.line, theme, ground)
            painter.setPen(theme.colour("quiet"))
            painter.drawText(QPointF(head.x() + _SWATCH + _GAP, y), row.line.label)
            painter.setPen(theme.colour("text"))
            right = head.x() + column.width
            painter.drawText(QPointF(right - self._width(row.text), y), row.text)


def paint_swatch(painter: QPainter, area: QRectF, line: Line, theme: Theme, ground: QColor) -> None:
    """A stroke, two dashes, or a square, as the line is drawn in the chart."""
    colour = theme.colour(line.colour)
    if line.style not in (Style.LINE, Style.DASHED):
        painter.fillRect(area, colour)
        return
    third = area.width() / 3
    stroke = QRectF(area.left(), area.center().y() - 1, area.width(), 2)
    painter.fillRect(stroke, colour)
    if line.style is Style.DASHED:
        painter.fillRect(stroke.adjusted(third, 0, -third, 0), ground)
