"""The charts of the History page: picked series with their bands, what they are compared with, the difference."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QColor, QContextMenuEvent, QPainter, QResizeEvent
from PySide6.QtWidgets import QFrame, QLabel, QStackedLayout, QVBoxLayout, QWidget

from perfwatch_core.layout import Line as LegendLine
from perfwatch_core.layout import Style
from perfwatch_core.metric import Series
from perfwatch_gui.cards.context import Context
from perfwatch_gui.cards.legend import Legend
from perfwatch_gui.charts.chart import TimeChart
from perfwatch_gui.charts.line import Line
from perfwatch_gui.charts.timeview import TimeView
from perfwatch_gui.history.difference import Difference
from perfwatch_gui.past.source import Past

# How much of the ground lies over the picture of what was picked before, of 255.
_FADED = 140
COLOURS = ("blue", "amber", "green", "purple", "cyan", "red")


class Panel(QFrame):
    """Shows charts, or a sentence that says what to do where there is nothing to draw."""

    menu_asked = Signal(object)
    resized = Signal()

    def __init__(self, context: Context, times: TimeView, past: Past) -> None:
        super().__init__()
        self.setObjectName("section")
        self._context = context
        self._times = times
        self._past = past
        self._shift: float | None = None
        self.chart: TimeChart | None = None
        self.difference: TimeChart | None = None
        self.lines: tuple[Line, ...] = ()
        self.words = QLabel()
        self.words.setObjectName("quiet")
        self.words.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.words.setWordWrap(True)
        self.words.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._charts = QWidget()
        self._column = QVBoxLayout(self._charts)
        self._column.setContentsMargins(12, 8, 12, 8)
        self._column.setSpacing(4)
        self._stack = QStackedLayout(self)
        self._stack.addWidget(self.words)
        self._stack.addWidget(self._charts)
        self._before = QLabel(self)
        self._before.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._before.hide()

    @property
    def waiting(self) -> bool:
        """Whether the picture of what was picked before is still there."""
        return self._before.isVisibleTo(self)

    def keep(self) -> None:
        """Let the present picture stand, faded, until `give_up`: what is drawn next may not be there yet."""
        if self.chart is None or not self._charts.isVisible() or self.waiting:
            return
        picture = self._charts.grab()
        ground = QColor(self._context.theme.colour("card"))
        ground.setAlpha(_FADED)
        painter = QPainter(picture)
        painter.fillRect(self._charts.rect(), ground)
        painter.end()
        self._before.setPixmap(picture)
        self._before.setGeometry(self._charts.geometry())
        self._before.show()
        self._before.raise_()

    def give_up(self) -> None:
        """Show what is drawn now."""
        self._before.hide()
        self._before.clear()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """A kept picture fits one size."""
        super().resizeEvent(event)
        self.give_up()

    def say(self, words: str) -> None:
        """Show a sentence in place of the charts; an empty one brings them back."""
        if words:
            self.give_up()
        self.words.setText(words)
        self._stack.setCurrentWidget(self.words if words or self.chart is None else self._charts)

    def build(self, series: Sequence[Series], shift: float | None) -> None:
        """Make the charts for these series of one unit, laid upon what they were `shift` seconds before."""
        self._shift = shift
        while (item := self._column.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()
        self.chart = self.difference = None
        if not series:
            self.lines = ()
            return
        pairs = list(zip(series, COLOURS, strict=False))
        self.lines = tuple(Line(one, str(one), colour) for one, colour in pairs)
        if shift is not None:
            self.lines += tuple(Line(one, f"{one} before", colour, Style.DASHED, shift) for one, colour in pairs)
        legend = [LegendLine(str(line.series), line.label, line.colour, line.style) for line in self.lines]
        shown = Legend([(line, "") for line in legend], self._context.theme)
        shown.setEnabled(False)
        self.chart = self._chart(self.lines, "History", banded=True)
        self.chart.resized.connect(self.resized)
        self._column.addWidget(shown)
        self._column.addWidget(self.chart, 3)
        if shift is not None:
            caption = QLabel("Difference: now less before")
            caption.setObjectName("quiet")
            lines = [Line(one, f"{one}, now less before", colour, Style.AREA) for one, colour in pairs]
            self.difference = self._chart(lines, "Difference", signed=True)
            self._column.addWidget(caption)
            self._column.addWidget(self.difference, 1)

    def _chart(self, lines: Sequence[Line], name: str, *, banded: bool = False, signed: bool = False) -> TimeChart:
        return TimeChart(
            self._context.theme,
            lines,
            self._context.cursor,
            times=self._times,
            name=name,
            style=self._context.preferences.byte_style,
            banded=banded,
            signed=signed,
        )

    def draw(self, more: bool) -> None:
        """Show the view; `more` says that the past knows more than before."""
        if self.chart is None:
            return
        times = self._times
        style = self._context.preferences.byte_style
        self.chart.set_byte_style(style)
        self.chart.draw(self._past, times.right, times.span, live=False, more=more)
        if self.difference is not None and self._shift is not None:
            if more or not isinstance(self._differing, Difference):
                self._differing = Difference(self._past, self._shift)
            self.difference.set_byte_style(style)
            self.difference.draw(self._differing, times.right, times.span, live=False, more=more)

    _differing: Difference | None = None

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """What can be done with the charts."""
        self.menu_asked.emit(event.globalPos())
