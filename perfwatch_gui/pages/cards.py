"""A page of cards, as the layout declares it, with a table below where there is one."""

from __future__ import annotations

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QFrame, QScrollArea, QVBoxLayout, QWidget

from perfwatch_core.layout import Page
from perfwatch_gui.cards.card import CardWidget
from perfwatch_gui.cards.context import Context
from perfwatch_gui.cards.figures import Snapshot
from perfwatch_gui.cards.notice import Notice, explanation
from perfwatch_gui.pages.grid import GAP, CardGrid
from perfwatch_gui.past.source import Past
from perfwatch_gui.tables.model import TableModel
from perfwatch_gui.tables.view import TableView


class CardsPage(QScrollArea):
    """Scrolls only when the window is too small for its cards."""

    def __init__(self, page: Page, context: Context) -> None:
        super().__init__()
        self.page = page
        self._context = context
        self._snapshot: Snapshot | None = None
        series = [context.catalogue.series(address) for address in page.addresses()]
        self.past = Past(context.archive, series, context.history, context.clock)
        self.past.arrived.connect(self._take_more)
        self._behind: list[CardWidget] = []
        self._catching_up = QTimer(self)
        self._catching_up.timeout.connect(self._catch_up)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setWidgetResizable(True)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAsNeeded)
        self.cards = [CardWidget(card, context) for card in page.cards]
        self._grid = CardGrid(self.cards, page.columns)
        for card in self.cards:
            card.fill_asked.connect(self.fill)
            for chart in card.charts:
                chart.resized.connect(self._widen)
        self._notice = Notice()
        inside = QWidget()
        inside.setObjectName("page")
        column = QVBoxLayout(inside)
        column.setContentsMargins(GAP + 4, GAP, GAP + 4, GAP)
        column.setSpacing(GAP)
        column.addWidget(self._notice)
        column.addWidget(self._grid, 2)
        self._table: tuple[TableModel, TableView] | None = None
        if page.table is not None:
            model = TableModel(page.table, context.catalogue, context.theme)
            view = TableView(model)
            self._table = model, view
            column.addWidget(view, 3)
        self.setWidget(inside)

    @property
    def filling(self) -> CardWidget | None:
        """The card that fills the page, None where all are shown."""
        return self._grid.filling

    @property
    def table(self) -> TableModel | None:
        """What stands below the cards."""
        return self._table[0] if self._table else None

    def fill(self, card: CardWidget | None) -> None:
        """Let one card have the whole page; None gives all their places again."""
        self._grid.fill(card)
        if self._table is not None:
            self._table[1].setVisible(card is None)
        # cards that were out of sight have missed what came meanwhile
        if self._snapshot is not None:
            self.show_sample(self._snapshot)
            self.draw()

    def show_sample(self, snapshot: Snapshot) -> None:
        """Show the newest sample on every card that can be seen."""
        self._snapshot = snapshot
        if self.page.reason:
            said = explanation(snapshot.sample, self.page.cards[0].type, self.page.reason, self._context.catalogue)
            self._notice.say(*said)
        for card in self.cards:
            if self._grid.filling is None or card is self._grid.filling:
                card.show_sample(snapshot)
        if self._table is not None and self._grid.filling is None:
            self._table[0].take(snapshot)

    def draw(self) -> None:
        """Show the shared stretch of time in every chart that can be seen, and ask for what of it is not at hand."""
        times = self._context.times
        if self.past.oldest is not None:
            times.oldest = self.past.oldest
        cards = self._seen_cards()
        points = max((chart.points for card in cards for chart in card.charts), default=1)
        self.past.look([(times.start, times.right)], points, ahead=not times.live)
        for card in cards:
            card.draw(self.past, more=times.live)

    def _widen(self) -> None:
        """A chart has another width and may want other points; what is live, or unseen, is drawn anew soon enough."""
        if self.isVisible() and not self._context.times.live:
            self.draw()

    def _seen_cards(self) -> list[CardWidget]:
        return [card for card in self.cards if self._grid.filling is None or card is self._grid.filling]

    def _take_more(self) -> None:
        """More of the past is at hand: one card after another takes it, so that no frame has to wait for all."""
        if self.isVisible() and self._context.times.newest is not None:
            self._behind = self._seen_cards()
            self._catching_up.start()

    def _catch_up(self) -> None:
        if not self._behind:
            self._catching_up.stop()
            return
        self._behind.pop(0).draw(self.past, more=True)

    def copy_values(self) -> None:
        """Copy the card that has the focus, or else all that are shown."""
        one = self.focused_card()
        cards = [one] if one is not None else self.cards
        QGuiApplication.clipboard().setText("\n\n".join(card.values_text() for card in cards))

    def focused_card(self) -> CardWidget | None:
        """The card that has the focus or fills the page."""
        focus = QApplication.focusWidget()
        for card in self.cards:
            if card is self._grid.filling or card is focus or (focus is not None and card.isAncestorOf(focus)):
                return card
        return None
