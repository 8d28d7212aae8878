"""A card: title, the numbers that matter, charts of the last five minutes, a line of details."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QSize, Qt, Signal
from PySide6.QtGui import (
    QContextMenuEvent,
    QGuiApplication,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
)
from PySide6.QtWidgets import QFrame, QHBoxLayout, QMenu, QToolButton, QVBoxLayout

from perfwatch_core.layout import Card
from perfwatch_gui.cards.busiest import Busiest
from perfwatch_gui.cards.context import Context
from perfwatch_gui.cards.field import Field
from perfwatch_gui.cards.figures import Snapshot
from perfwatch_gui.cards.ground import Edge, paint_ground
from perfwatch_gui.cards.head import Head, headline, help_of
from perfwatch_gui.cards.notice import Notice, explanation
from perfwatch_gui.cards.plot import Plot, Strip
from perfwatch_gui.cards.row import FieldRow
from perfwatch_gui.charts.chart import TimeChart
from perfwatch_gui.charts.source import PointSource
from perfwatch_gui.clock import moment_text
from perfwatch_gui.tables.model import TableModel
from perfwatch_gui.tables.view import TableView
from perfwatch_gui.theme import tabular

_SMALL = 0.85
_FOCUSED = 2
_LEAST_CHART = 54
_LEAST_WIDTH = 260
_LEAST_WITH_BUSIEST = 440


class CardWidget(QFrame):
    """One subject. `fill_asked` says that it wants the whole window, or, when it has it, its place again."""

    fill_asked = Signal(object)

    def __init__(self, card: Card, context: Context) -> None:
        super().__init__()
        self.card = card
        self._context = context
        self._tables: list[tuple[TableModel, TableView]] = []
        self._snapshot: Snapshot | None = None
        self._past = False
        self.filling = False
        self.setObjectName("card")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(card.title)
        theme = context.theme
        self._headline = list(headline(card, context))
        self._details = [Field(theme, f.label, f.widest, help_=help_of(f, context)) for f in card.details]
        self.notice = Notice()
        self.plots = [Plot(chart, card, context) for chart in card.charts]
        self._strip = Strip(card.strip, context) if card.strip else None
        self._busiest: Busiest | None = None
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(14, 8, 14, 8)
        self._column.setSpacing(4)
        self._column.addWidget(Head(card.title, self._details_button(), self._headline, theme))
        self._column.addWidget(self.notice)
        self._column.addLayout(self._middle(), 3)
        if self._strip is not None:
            self._column.addWidget(self._strip)
        if self._details:
            self._column.addWidget(FieldRow(self._details, theme))
        for field in (*self._headline, *self._details):
            field.setAccessibleName(f"{card.title} {field.label}".strip())

    def _details_button(self) -> QToolButton | None:
        """What brings the tables; None where there are none."""
        if not self.card.tables:
            return None
        button = QToolButton()
        button.setObjectName("link")
        button.setText("details")
        button.setFont(tabular(button.font(), _SMALL))
        button.setToolTip(f"Let {self.card.title} fill the window, with its tables (double click)")
        button.setAccessibleName(f"{self.card.title} details")
        button.clicked.connect(self.ask_to_fill)
        return button

    def _middle(self) -> QHBoxLayout:
        """Charts side by side, the busiest at their right."""
        row = QHBoxLayout()
        row.setSpacing(14)
        for plot in self.plots:
            row.addWidget(plot, 1)
        for table in self.card.tables:
            if table.key == self.card.busiest:
                context = self._context
                self._busiest = Busiest(table, self.card.most, context.theme, context.catalogue)
                self._busiest.asked.connect(self.ask_to_fill)
                row.addWidget(self._busiest)
        return row

    def _show_busiest(self) -> None:
        """Beside the chart while there is room, and the whole table does not stand below."""
        if self._busiest is not None:
            self._busiest.setVisible(not self.filling and self.width() >= _LEAST_WITH_BUSIEST)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """A narrow card keeps its chart and lets the list go."""
        self._show_busiest()
        super().resizeEvent(event)

    def minimumSizeHint(self) -> QSize:
        """Room for title, details and a chart that can still be read."""
        least = super().minimumSizeHint()
        return QSize(_LEAST_WIDTH, max(least.height(), _LEAST_CHART + 80))

    def show_sample(self, snapshot: Snapshot) -> None:
        """Show the newest sample; the whole of what a card does for it."""
        self._snapshot = snapshot
        catalogue = self._context.catalogue
        for figure, field in zip(self.card.headline, self._headline, strict=True):
            field.show_value(snapshot.figure(figure, catalogue))
        for figure, field in zip(self.card.details, self._details, strict=True):
            field.show_value(snapshot.figure(figure, catalogue))
        self.notice.say(*explanation(snapshot.sample, self.card.type, self.card.reason, catalogue))
        for plot in self.plots:
            plot.show_sample(snapshot)
        if self._strip is not None:
            self._strip.show_sample(snapshot)
        if self._busiest is not None:
            self._busiest.show_sample(snapshot)
        for model, _ in self._tables if self.filling else ():
            model.take(snapshot)

    @property
    def charts(self) -> list[TimeChart]:
        """The charts over time."""
        return [plot.chart for plot in self.plots]

    def draw(self, source: PointSource, more: bool = True) -> None:
        """Show the page's stretch of time in the charts; `more` says that the source knows more than before."""
        if self._past == self._context.times.live:
            self._past = not self._context.times.live
            self.update()
        for plot in self.plots:
            plot.draw(source, more)

    def ask_to_fill(self) -> None:
        """Ask the page for the whole window, or give it back."""
        self.fill_asked.emit(None if self.filling else self)

    def set_filling(self, filling: bool) -> None:
        """Show the tables while the card has the whole window."""
        self.filling = filling
        if filling and not self._tables:
            self._make_tables()
        for _, view in self._tables:
            view.setVisible(filling)
        self._show_busiest()

    def _make_tables(self) -> None:
        """Made when first asked for: most are never looked at."""
        for table in self.card.tables:
            model = TableModel(table, self._context.catalogue, self._context.theme)
            view = TableView(model, self)
            self._column.insertWidget(self._column.count() - 1, view, 2)
            self._tables.append((model, view))
            if self._snapshot is not None:
                model.take(self._snapshot)

    def values_text(self) -> str:
        """What the card says, one line for each number, for the clipboard."""
        fields = (*self._headline, *self._details)
        lines = [self.card.title, *(f"{field.label}\t{field.shown.text}".strip() for field in fields if field.shown)]
        if self._past and self._snapshot is not None:
            lines.insert(1, moment_text(self._snapshot.sample.time))
        for plot in self.plots:
            lines += plot.values_text()
        lines += [model.as_text() for model, _ in self._tables if self.filling]
        return "\n".join(lines)

    def copy_values(self) -> None:
        """Put what the card says on the clipboard."""
        QGuiApplication.clipboard().setText(self.values_text())

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Offer what can be done with a card."""
        menu = QMenu(self)
        copy = menu.addAction("Copy values")
        copy.triggered.connect(self.copy_values)
        fill = menu.addAction("Back to the page" if self.filling else "Fill the window")
        fill.triggered.connect(self.ask_to_fill)
        pin = menu.addAction("Take the pin away" if self._context.times.pinned is not None else "Pin this moment")
        pin.triggered.connect(self._pin)
        for plot in self.plots:
            named = f"Save {plot.title or 'chart'} as picture …" if len(self.plots) > 1 else "Save chart as picture …"
            menu.addAction(named).triggered.connect(plot.save_picture)
        menu.exec(event.globalPos())
        menu.deleteLater()

    def _pin(self) -> None:
        """Pin the right edge, or take the pin away."""
        times = self._context.times
        times.pin(times.right if times.pinned is None and times.newest is not None else None)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Fill the window, and back."""
        if event.button() is Qt.MouseButton.LeftButton:
            self.ask_to_fill()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Return does what a double click does."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.ask_to_fill()
            return
        super().keyPressEvent(event)

    def changeEvent(self, event: QEvent) -> None:
        """A new palette means new colours for what paints itself."""
        if event.type() is QEvent.Type.PaletteChange:
            self.update()
        super().changeEvent(event)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw the ground and the border, in blue while it has the focus, dashed while it shows the past."""
        colour, focused = self._context.theme.colour, self.hasFocus()
        edge = Edge(
            colour("blue" if focused else "cyan" if self._past else "border"), _FOCUSED if focused else 1, self._past
        )
        painter = QPainter(self)
        paint_ground(painter, self.rect(), colour("card"), edge)
        painter.end()
