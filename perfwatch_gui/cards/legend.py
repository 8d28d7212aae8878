"""What each line of a chart is, with its value; a click switches the line off and on."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate

from PySide6.QtCore import QRect, QSize, Qt, Signal
from PySide6.QtGui import QFocusEvent, QFontMetrics, QPainter, QPaintEvent, QPen, QRegion, QResizeEvent
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QWidget

from perfwatch_core.layout import Line, Style
from perfwatch_gui.cards.figures import Shown
from perfwatch_gui.cards.kept import Kept, repaint_in_row
from perfwatch_gui.hover import hover
from perfwatch_gui.theme import Theme, tabular

_SWATCH = 10
_GAP = 5
_SPACING = 12


class LegendEntry(QAbstractButton):
    """A swatch in the line's colour and style, its label, and its value where there is room."""

    switched = Signal(str, bool)

    def __init__(self, line: Line, theme: Theme, widest: str) -> None:
        super().__init__()
        self.line = line
        self._theme = theme
        self.valued = bool(widest)
        self.shown: Shown | None = None
        self.with_value = True
        self.setCheckable(True)
        self.setChecked(True)
        self.setText(line.label)
        self.setAccessibleName(f"Line {line.label}")
        self.setToolTip(hover(f"Show or hide {line.label}"))
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFont(tabular(self.font(), 0.85))
        metrics = QFontMetrics(self.font())
        self._label_width = metrics.horizontalAdvance(line.label)
        self._value_width = metrics.horizontalAdvance(widest)
        self._value_left = _SWATCH + 2 * _GAP + self._label_width
        self._height = metrics.height() + 2
        self._ascent = metrics.ascent() + 1
        # nothing to paint: Qt passes over it, which counts where there are twenty
        self.setUpdatesEnabled(False)
        self.toggled.connect(self._tell)

    def _tell(self, on: bool) -> None:
        repaint_in_row(self, self.rect())
        self.switched.emit(self.line.address, on)

    def width_with(self, value: bool) -> int:
        """Pixels it needs, with or without the value."""
        return _SWATCH + _GAP + self._label_width + (_GAP + self._value_width if value and self.valued else 0) + 2

    def sizeHint(self) -> QSize:
        """As it is shown now."""
        return QSize(self.width_with(self.with_value), self._height)

    def show_value(self, shown: Shown) -> None:
        """Show another value."""
        if shown == self.shown:
            return
        self.shown = shown
        self.setToolTip(hover(shown.why or f"Show or hide {self.line.label}"))
        if self.with_value and self.valued:
            repaint_in_row(self, self.rect().adjusted(self._value_left, 0, 0, 0))

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Show a frame."""
        super().focusInEvent(event)
        repaint_in_row(self, self.rect())

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Show none."""
        super().focusOutEvent(event)
        repaint_in_row(self, self.rect())

    @property
    def looks(self) -> tuple[object, ...]:
        """All that its picture depends on, besides its place and the theme."""
        return self.shown, self.isChecked(), self.hasFocus()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Nothing: the legend paints all of its entries at once."""

    def paint(self, painter: QPainter, region: QRegion) -> None:
        """Draw swatch, label, value, as far as they are in a region; struck out when the line is off.

        Both are in the pixels of the legend.
        """
        left, width = self.x(), self.width()
        font, on = self.font(), self.isChecked()
        if region.intersects(QRect(left, 0, self._value_left, self._height)):
            self._paint_swatch(painter, left, on)
            font.setStrikeOut(not on)
            painter.setFont(font)
            painter.setPen(self._theme.colour("quiet"))
            painter.drawText(left + _SWATCH + _GAP, self._ascent, self.text())
        if self.with_value and self.valued and self.shown is not None and on:
            painter.setFont(font)
            painter.setPen(self._theme.colour("text" if self.shown.known else "quiet"))
            painter.drawText(left + self._value_left, self._ascent, self.shown.text)
        if self.hasFocus():
            painter.setPen(self._theme.colour("blue"))
            painter.drawRect(left, 0, width - 1, self.height() - 1)

    def _paint_swatch(self, painter: QPainter, left: int, on: bool) -> None:
        """Draw a piece of the line as it is drawn."""
        colour = self._theme.colour(self.line.colour if on else "border")
        middle = self.height() // 2
        if self.line.style is Style.DASHED:
            painter.setPen(QPen(colour, 2, Qt.PenStyle.DotLine))
            painter.drawLine(left + 1, middle, left + _SWATCH, middle)
        elif self.line.style is Style.LINE:
            painter.fillRect(left, middle - 1, _SWATCH + 1, 2, colour)
        else:
            painter.fillRect(left, middle - _SWATCH // 2, _SWATCH, _SWATCH, colour)


class Legend(QWidget):
    """The entries of one chart in a row; the values go first when room is short. It paints all of them at once."""

    switched = Signal(str, bool)

    def __init__(self, lines: Sequence[tuple[Line, str]], theme: Theme) -> None:
        """`lines` with the widest text of their values; empty: the value is shown elsewhere."""
        super().__init__()
        self._theme = theme
        self.entries = [LegendEntry(line, theme, widest) for line, widest in lines]
        for entry in self.entries:
            entry.setParent(self)
            entry.switched.connect(self.switched)
        # where each entry ends, without and with values
        self._ends = {value: self._ends_of(value) for value in (False, True)}
        # whether values are shown, and how many entries are
        self._placed = (False, -1)
        # it paints its own ground, so that a new value does not repaint the card below it
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self._kept = Kept(self, self._paint)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)

    def _ends_of(self, value: bool) -> list[int]:
        widths = [entry.width_with(value) + _SPACING for entry in self.entries]
        return [end - _SPACING for end in accumulate(widths)]

    def sizeHint(self) -> QSize:
        """One line high; takes what width there is."""
        return QSize(0, max(entry.sizeHint().height() for entry in self.entries))

    def resizeEvent(self, _event: QResizeEvent) -> None:
        """Place the entries, with values if all have room for them."""
        width = self.width()
        values = self._ends[True][-1] <= width
        placed = values, sum(end <= width for end in self._ends[values])
        if placed != self._placed:
            self._placed = placed
            self._place(*placed)

    def _place(self, values: bool, count: int) -> None:
        left = 0
        for place, (entry, end) in enumerate(zip(self.entries, self._ends[values], strict=True)):
            entry.with_value = values
            entry.setGeometry(left, 0, end - left, entry.sizeHint().height())
            entry.setVisible(place < count)
            left = end + _SPACING

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the entries that have room."""
        values, count = self._placed
        end = self._ends[values][count - 1] if count else 0
        looks = [entry.looks for entry in self.entries[:count]]
        self._kept.paint(event, self._theme.colour("card"), QSize(end, self.height()), values, looks)

    def _paint(self, painter: QPainter, region: QRegion) -> None:
        for entry in self.entries[: self._placed[1]]:
            if region.intersects(entry.geometry()):
                entry.paint(painter, region)
