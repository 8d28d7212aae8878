"""What each line of a chart is, with its value; a click switches the line off and on."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QRect, QSize, Qt, Signal
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent, QPen, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QWidget

from perfwatch_core.layout import Line, Style
from perfwatch_gui.cards.figures import Shown
from perfwatch_gui.cards.kept import Kept
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
        self._kept = Kept(self, self._paint)
        self.toggled.connect(self._tell)

    def _tell(self, on: bool) -> None:
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
            self.update(self.rect().adjusted(self._value_left, 0, 0, 0))

    def showEvent(self, event: QShowEvent) -> None:
        """It paints its whole ground, which a style sheet does not believe of a button."""
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        super().showEvent(event)

    def changeEvent(self, event: QEvent) -> None:
        """A new style sheet forgets that, too."""
        super().changeEvent(event)
        if event.type() is QEvent.Type.StyleChange:
            self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw swatch, label, value; struck out when the line is off."""
        looks = self.shown, self.with_value, self.isChecked(), self.hasFocus(), self._theme.scheme
        self._kept.paint(event.rect(), *looks)

    def _paint(self, painter: QPainter, area: QRect) -> None:
        painter.fillRect(area, self._theme.colour("card"))
        font = self.font()
        font.setStrikeOut(not self.isChecked())
        painter.setFont(font)
        if area.left() < self._value_left:
            self._paint_label(painter)
        if self.with_value and self.valued and self.shown is not None and self.isChecked():
            painter.setPen(self._theme.colour("text" if self.shown.known else "quiet"))
            painter.drawText(self._value_left, self._ascent, self.shown.text)
        if self.hasFocus():
            painter.setPen(self._theme.colour("blue"))
            painter.drawRect(self.rect().adjusted(0, 0, -1, -1))

    def _paint_label(self, painter: QPainter) -> None:
        """Draw the swatch as the line is drawn, and what the line is."""
        colour = self._theme.colour(self.line.colour if self.isChecked() else "border")
        middle = self.height() // 2
        if self.line.style in (Style.LINE, Style.DASHED):
            pen = QPen(colour, 2, Qt.PenStyle.DotLine if self.line.style is Style.DASHED else Qt.PenStyle.SolidLine)
            painter.setPen(pen)
            painter.drawLine(0, middle, _SWATCH, middle)
        else:
            painter.fillRect(0, middle - _SWATCH // 2, _SWATCH, _SWATCH, colour)
        painter.setPen(self._theme.colour("quiet"))
        painter.drawText(_SWATCH + _GAP, self._ascent, self.text())


class Legend(QWidget):
    """The entries of one chart in a row; the values go first when room is short."""

    switched = Signal(str, bool)

    def __init__(self, lines: Sequence[tuple[Line, str]], theme: Theme) -> None:
        """`lines` with the widest text of their values; empty: the value is shown elsewhere."""
        super().__init__()
        self.entries = [LegendEntry(line, theme, widest) for line, widest in lines]
        for entry in self.entries:
            entry.setParent(self)
            entry.switched.connect(self.switched)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        """One line high; takes what width there is."""
        return QSize(0, max(entry.sizeHint().height() for entry in self.entries))

    def resizeEvent(self, _event: QResizeEvent) -> None:
        """Place the entries, with values if all have room for them."""
        gaps = _SPACING * (len(self.entries) - 1)
        values = sum(entry.width_with(True) for entry in self.entries) + gaps <= self.width()
        left = 0
        for entry in self.entries:
            entry.with_value = values
            size = entry.sizeHint()
            entry.setGeometry(left, 0, size.width(), size.height())
            entry.setVisible(left + size.width() <= self.width())
            left += size.width() + _SPACING
