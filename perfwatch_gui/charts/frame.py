"""What stands around and behind the curves: the grid, the numbers on the left, minutes or clock times below."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from PySide6.QtCore import QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QFont, QFontMetricsF, QPainter, QStaticText, QTransform

from perfwatch_gui import clock
from perfwatch_gui.charts.scale import Scale, Tick
from perfwatch_gui.theme import Theme

# The same on every chart, so that charts in one column stand exactly below one another.
_WIDEST = "k pages/s"
_PADDING = 6.0
# Seconds between two labels, and the width that one needs, in widths of its text.
_STEPS = (5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 43200, 86400, 172800, 432000, 604800)
_SPREAD = 1.6
_CLOCK_SPREAD = 1.35
_MOST_STEPS = 6
_MOST_TEXTS = 400
# as many as two axes have at a time, and some; each takes kilobytes
_MOST_LAID_OUT = 40
_SHORT = 2
# A line through the middle of its pixels is as bright as it is meant, one between two rows half as bright.
_HALF_PIXEL = 0.5


def age_text(seconds: float) -> str:
    """How long ago, as on the time axis: `now`, `−30 s`, `−5 min`, `−2 h`, `−3 d`."""
    if seconds == 0:
        return "now"
    for size, word in ((86400, "d"), (3600, "h"), (60, "min")):
        if seconds % size == 0:
            return f"−{seconds / size:g} {word}"
    return f"−{seconds:g} s"


class Label(NamedTuple):
    """A text with the point where its base line begins."""

    text: str
    x: float
    y: float


class Frame:
    """Places grid and labels for one size, scale and stretch of time; nothing is laid out until one of them changes."""

    def __init__(self, font: QFont, span: float) -> None:
        self.font = font
        self.plot = QRectF()
        # its left and its right, which are asked for too often to ask Qt
        self._sides = 0.0, 0.0
        self._metrics = metrics = QFontMetricsF(font)
        self._text_height, self._ascent, self._descent = metrics.height(), metrics.ascent(), metrics.descent()
        self._span = span
        self._end: float | None = None
        self._height = 0.0
        self._value_labels: list[Label] = []
        self._time_labels: list[Label] = []
        self._rows: list[float] = []
        self._columns: list[float] = []
        self._zero = 0.0
        # the grid as it is filled, made when it is painted; 0: not yet
        self._grid: list[QRectF] = []
        self._thin = 0.0
        # texts that come again and again are measured and laid out once
        self._advances: dict[str, float] = {}
        self._texts: dict[str, QStaticText] = {}

    @property
    def labels(self) -> list[Label]:
        """All texts, those of the values first."""
        return self._value_labels + self._time_labels

    @property
    def gutter(self) -> float:
        """Pixels left of the plot."""
        return round(self._advance(_WIDEST) + _PADDING)

    def _advance(self, text: str) -> float:
        """The width of a text in pixels."""
        advance = self._advances.get(text)
        if advance is None:
            if len(self._advances) > _MOST_TEXTS:
                self._advances.clear()
            advance = self._advances[text] = self._metrics.horizontalAdvance(text)
        return advance

    def _laid_out(self, text: str) -> QStaticText:
        """A text as it is painted."""
        laid_out = self._texts.get(text)
        if laid_out is None:
            if len(self._texts) > _MOST_LAID_OUT:
                self._texts.clear()
            laid_out = self._texts[text] = QStaticText(text)
            laid_out.setTextFormat(Qt.TextFormat.PlainText)
            laid_out.prepare(font=self.font)
        return laid_out

    def arrange(self, width: float, height: float, scale: Scale) -> None:
        """Find the places for a chart of this size in pixels."""
        below = round(self._text_height + 2)
        self.plot = QRectF(self.gutter, 1.0, max(1.0, width - self.gutter - 1.0), max(1.0, height - below - 2.0))
        self._sides = self.plot.left(), self.plot.right()
        self._height = height
        self._arrange_values(scale)
        self._arrange_times()

    def look(self, span: float, end: float | None) -> bool:
        """Show `span` seconds up to a moment (UTC seconds), or with None up to now; whether anything moved."""
        if (span, end) == (self._span, self._end):
            return False
        self._span, self._end = span, end
        self._arrange_times()
        return True

    def _arrange_values(self, scale: Scale) -> None:
        plot, high = self.plot, self._ascent
        self._value_labels, self._rows, self._thin = [], [], 0.0
        per_value, zero = self._upright(scale)
        ticks, bases = scale.ticks(plot.height(), self._text_height), []
        highest, lowest = plot.top() + high - 2, plot.bottom() + 1
        for tick in ticks:
            y = round(zero - per_value * tick.value - _HALF_PIXEL)
            self._rows.append(y)
            bases.append(min(max(y + high / 2 - 1, highest), lowest))
        self._write_values(ticks, bases, scale.symbol)
        self._zero = zero - _HALF_PIXEL

    def _write_values(self, ticks: Sequence[Tick], bases: Sequence[float], symbol: str) -> None:
        """The digits at their heights and the unit: behind the highest ones, or below them instead of what is there."""
        beside = f" {symbol}" if symbol and len(symbol) <= _SHORT else ""
        below = bases[-1] + self._text_height - 1
        for tick, base in zip(ticks[:-1], bases[:-1], strict=True):
            if beside or not symbol or base - self._ascent >= below - 2:
                self._right(tick.text, base)
        if symbol and not beside:
            self._right(symbol, below)
        self._right(ticks[-1].text + beside, bases[-1])

    def _right(self, text: str, base: float) -> None:
        """A label that ends at the plot."""
        x = self.gutter - _PADDING - self._advance(text)
        self._value_labels.append(Label(text, x, base))

    def _arrange_times(self) -> None:
        self._time_labels, self._columns, self._thin = [], [], 0.0
        if self.plot.isEmpty():
            # not laid out yet
            return
        if self._end is None:
            self._arrange_ages()
        else:
            self._arrange_clock(self._end)

    def _arrange_ages(self) -> None:
        widest = self._advance("−88 min") * _SPREAD
        least = max(self._span / _MOST_STEPS, widest / self.plot.width() * self._span)
        step = next((step for step in _STEPS if step >= least), _STEPS[-1])
        for part in range(int(self._span // step) + 1):
            self._mark(part * step, age_text(part * step), held=True)

    def _arrange_clock(self, end: float) -> None:
        sample = "88:88:88" if self._span < clock.DAY else "88 Mmm"
        widest = self._advance(sample) * _CLOCK_SPREAD
        step = clock.step_for(max(self._span / _MOST_STEPS, widest / self.plot.width() * self._span))
        for moment, text in clock.ticks(end - self._span, end, step):
            self._mark(end - moment, text, held=False)

    def _mark(self, age: float, text: str, held: bool) -> None:
        """A line and its label; `held` keeps labels inside at the edges, else those that would be cut are left out."""
        first, last = self._sides
        x = round(last - age / self._span * (last - first))
        room = self._advance(text)
        left = x - room / 2
        if held:
            left = min(max(left, first), last - room)
        self._columns.append(x)
        if first <= left and left + room <= last:
            self._time_labels.append(Label(text, left, self._height - self._descent - 1))

    def x_of(self, age: float) -> float:
        """The pixel of a moment `age` seconds before the right edge."""
        return self.plot.right() - age / self._span * self.plot.width()

    def age_at(self, x: float) -> float:
        """The inverse of `x_of`."""
        return (self.plot.right() - x) / self.plot.width() * self._span

    def _upright(self, scale: Scale) -> tuple[float, float]:
        """Pixels for each unit of value, and where zero is: both ends are rows within the plot, or 100 % is unseen."""
        per_value = (self.plot.height() - 1.0) / scale.reach
        return per_value, round(self.plot.top() + per_value * scale.top) + _HALF_PIXEL

    def transform(self, scale: Scale) -> QTransform:
        """From seconds before the right edge and values to pixels; what lies on a grid line is in the middle of it."""
        plot = self.plot
        per_value, zero = self._upright(scale)
        return QTransform(plot.width() / self._span, 0, 0, -per_value, plot.right() - _HALF_PIXEL, zero)

    @property
    def moving(self) -> QRect:
        """What changes as time goes on: all but the numbers on the left."""
        plot = self.plot.toRect()
        return QRect(plot.left(), 0, plot.width() + 1, round(self._height))

    def paint_labels(self, painter: QPainter, theme: Theme, area: QRect) -> None:
        """Paint the numbers and the times, as far as they are in an area."""
        painter.setFont(self.font)
        painter.setPen(theme.colour("quiet"))
        labels = self._value_labels if area.left() < self.plot.left() else []
        if area.bottom() >= self.plot.bottom():
            labels = labels + self._time_labels
        for text, x, y in labels:
            painter.drawStaticText(QPointF(int(x), int(y) - self._ascent), self._laid_out(text))

    def paint_grid(self, painter: QPainter, theme: Theme, scale: Scale) -> None:
        """Paint the grid, and a line at zero where curves hang below it."""
        colour = theme.colour("grid")
        # Qt draws lines pixel by pixel, and fills rectangles row by row
        plot, thin = self.plot, 1.0 / painter.device().devicePixelRatioF()
        if self._thin != thin:
            self._thin = thin
            self._grid = [QRectF(plot.left(), y, plot.width(), thin) for y in self._rows]
            self._grid += [QRectF(x, plot.top(), thin, plot.height()) for x in self._columns]
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colour)
        painter.drawRects(self._grid)
        if scale.mirrored:
            painter.fillRect(QRectF(plot.left(), self._zero, plot.width(), thin), theme.colour("quiet"))
