"""The few busiest instances of a subject beside its chart, and how many others there are."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QFontMetrics, QMouseEvent, QPainter, QPaintEvent, QRegion
from PySide6.QtWidgets import QSizePolicy, QWidget

from perfwatch_core.layout import Table
from perfwatch_core.metric import Catalogue
from perfwatch_gui.cards.figures import Shown, Snapshot
from perfwatch_gui.cards.kept import Kept
from perfwatch_gui.spoken import describe
from perfwatch_gui.theme import Theme, tabular

_NUMBER = "888.8 MB/s"
_NAME = "nvme0n1xxxx"
_GAP = 8


class Busiest(QWidget):
    """Names with the first two columns of their table; a click asks for the whole table.

    Painted as one, since its rows change places.
    """

    asked = Signal()

    def __init__(self, table: Table, most: int, theme: Theme, catalogue: Catalogue) -> None:
        super().__init__()
        self._table = table
        self._most = most
        self._theme = theme
        self._catalogue = catalogue
        self._rows: list[tuple[str, Shown, Shown]] = []
        self._others = 0
        self.setFont(tabular(self.font(), 0.85))
        self._metrics = QFontMetrics(self.font())
        self._line = self._metrics.height() + 3
        self._number = self._metrics.horizontalAdvance(_NUMBER)
        self._name = self._metrics.horizontalAdvance(_NAME)
        self.setFixedWidth(self._name + 2 * self._number + 2 * _GAP)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Ignored)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self._kept = Kept(self, self._paint)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setToolTip(f"Show all: {table.title.lower()}")
        self.setAccessibleName(f"Busiest of {table.title.lower()}")

    @property
    def rows(self) -> list[str]:
        """The names shown, busiest first."""
        return [name for name, _, _ in self._rows]

    @property
    def others(self) -> int:
        """How many more there are."""
        return self._others

    def sizeHint(self) -> QSize:
        """Three lines at least; as high as the chart beside it."""
        return QSize(self.width(), 3 * self._line)

    def show_sample(self, snapshot: Snapshot) -> None:
        """Take the newest order and numbers."""
        names = snapshot.busiest(self._table, self._most, self._catalogue)
        first, second = self._table.columns[:2]
        rows = []
        for name in names:
            cells = [snapshot.shown(self._catalogue.series(column.at(name))) for column in (first, second)]
            rows.append((name, cells[0], cells[1]))
        others = len(snapshot.rows(self._table, self._catalogue)) - len(rows)
        if (rows, others) != (self._rows, self._others):
            self._rows, self._others = rows, others
            describe(self, self._said)
            self.update()

    def _said(self) -> str:
        return ", ".join(f"{name} {one.text} {two.text}" for name, one, two in self._rows)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Ask for the table."""
        if event.button() is Qt.MouseButton.LeftButton:
            self.asked.emit()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw head, rows and what is left out."""
        size = QSize(self.width(), (self._room() + 1) * self._line)
        self._kept.paint(event, self._theme.colour("card"), size, self._rows, self._others)

    def _room(self) -> int:
        """How many lines there may be below the head."""
        return max(1, self.height() // self._line - 1)

    def _paint(self, painter: QPainter, _region: QRegion) -> None:
        quiet, text = self._theme.colour("quiet"), self._theme.colour("text")
        base = self._metrics.ascent()
        painter.setFont(self.font())
        painter.setPen(quiet)
        self._cells(painter, base, *(column.label.lower() for column in self._table.columns[:2]))
        painter.drawText(0, base, self._table.first.lower())
        room = self._room()
        left_out = self._others + max(0, len(self._rows) - room)
        if left_out:
            room -= 1
            left_out = self._others + max(0, len(self._rows) - room)
        for name, one, two in self._rows[:room]:
            base += self._line
            painter.setPen(text if one.known or two.known else quiet)
            painter.drawText(0, base, self._metrics.elidedText(name, Qt.TextElideMode.ElideMiddle, self._name))
            self._cells(painter, base, one.text, two.text)
        if left_out:
            painter.setPen(quiet)
            painter.drawText(0, base + self._line, f"and {left_out} more …")

    def _cells(self, painter: QPainter, base: int, *texts: str) -> None:
        """Two numbers, set to the right of their columns."""
        right = self._name + _GAP + self._number
        for said in texts:
            painter.drawText(right - self._metrics.horizontalAdvance(said), base, said)
            right += _GAP + self._number
