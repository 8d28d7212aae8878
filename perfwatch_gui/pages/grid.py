"""Cards in a grid of equal columns and weighted rows, one of which may fill it all."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRect, QSize
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QWidget

from perfwatch_gui.cards.card import CardWidget

GAP = 8


class CardGrid(QWidget):
    """Places its cards itself: no layout pass, and rows keep their proportions to the pixel."""

    def __init__(self, cards: Sequence[CardWidget], columns: int) -> None:
        super().__init__()
        self._cards = list(cards)
        self._columns = columns
        self._filling: CardWidget | None = None
        for card in self._cards:
            card.setParent(self)
        self._fit()

    @property
    def filling(self) -> CardWidget | None:
        """The card that fills the grid, None where all are shown."""
        return self._filling

    def fill(self, card: CardWidget | None) -> None:
        """Let one card have the whole room, or with None give each its place again."""
        before, self._filling = self._filling, card
        if before is not None and before is not card:
            before.set_filling(False)
        if card is not None:
            card.set_filling(True)
        for one in self._cards:
            one.setVisible(card is None or one is card)
        self._fit()
        self._place()

    def _rows(self) -> list[list[CardWidget]]:
        return [self._cards[at : at + self._columns] for at in range(0, len(self._cards), self._columns)]

    def _fit(self) -> None:
        """Ask for as much room as the cards need at least; a scroll area gives it."""
        if self._filling is not None:
            self.setMinimumSize(self._filling.minimumSizeHint())
            return
        rows = self._rows()
        height = sum(max(card.minimumSizeHint().height() for card in row) for row in rows) + GAP * (len(rows) - 1)
        width = max(card.minimumSizeHint().width() for card in self._cards) * self._columns
        self.setMinimumSize(width + GAP * (self._columns - 1), height)

    def sizeHint(self) -> QSize:
        """As little as the cards need."""
        return self.minimumSize()

    def resizeEvent(self, _event: QResizeEvent) -> None:
        """Share the new room out."""
        self._place()

    def _place(self) -> None:
        if self._filling is not None:
            self._filling.setGeometry(self.rect())
            return
        rows = self._rows()
        top = 0
        for row, height in zip(rows, self._heights(rows), strict=True):
            for place, card in enumerate(row):
                left = place * (self.width() + GAP) // self._columns
                right = (place + 1) * (self.width() + GAP) // self._columns - GAP
                card.setGeometry(QRect(left, top, right - left, height))
            top += height + GAP

    def _heights(self, rows: list[list[CardWidget]]) -> list[int]:
        """Each row's share by weight, never less than its cards need."""
        least = [max(card.minimumSizeHint().height() for card in row) for row in rows]
        weights = [max(card.card.weight for card in row) for row in rows]
        room = self.height() - GAP * (len(rows) - 1)
        heights = [0] * len(rows)
        open_rows = set(range(len(rows)))
        while open_rows:
            unit = (room - sum(heights)) / sum(weights[place] for place in open_rows)
            tight = {place for place in open_rows if unit * weights[place] < least[place]}
            if not tight:
                for place in open_rows:
                    heights[place] = int(unit * weights[place])
                break
            for place in tight:
                heights[place] = least[place]
            open_rows -= tight
        heights[-1] += max(0, room - sum(heights))
        return heights
