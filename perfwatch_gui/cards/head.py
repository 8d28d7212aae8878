"""The first line of a card: its title on the left, the numbers that matter on the right."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QFontMetrics, QResizeEvent
from PySide6.QtWidgets import QLabel, QSizePolicy, QToolButton, QWidget

from perfwatch_core.layout import Card, Figure
from perfwatch_gui.cards.context import Context
from perfwatch_gui.cards.field import Field
from perfwatch_gui.cards.row import FieldRow
from perfwatch_gui.theme import Theme

_GAP = 8
_LARGE, _MEDIUM = 1.5, 1.1


def headline(card: Card, context: Context) -> Iterator[Field]:
    """The numbers that matter: all large where they are equals with labels, else the first."""
    equal = all(figure.label for figure in card.headline)
    for place, figure in enumerate(card.headline):
        large = equal or place == 0
        factor = _LARGE if large else _MEDIUM
        help_ = help_of(figure, context)
        yield Field(context.theme, figure.label, figure.widest, factor, strong=large, right=True, help_=help_)


def help_of(figure: Figure, context: Context) -> str:
    """What the number means, in the words of its declaration."""
    return context.catalogue.series(figure.address).metric.help


class Head(QWidget):
    """Title, a button beside it where there is one, and fields; where room is short the title goes on as dots."""

    def __init__(self, title: str, button: QToolButton | None, fields: Sequence[Field], theme: Theme) -> None:
        super().__init__()
        self._title = title
        self._label = QLabel(title, self)
        self._label.setObjectName("title")
        self._label.ensurePolished()
        self._metrics = QFontMetrics(self._label.font())
        self._wanted = self._metrics.horizontalAdvance(title) + 2
        self._button = button
        if button is not None:
            button.setParent(self)
        self._row = FieldRow(fields, theme, from_right=True)
        self._row.setParent(self)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        """As high as its highest part; takes what width there is."""
        parts = [self._label.sizeHint().height(), self._row.sizeHint().height()]
        if self._button is not None:
            parts.append(self._button.sizeHint().height())
        return QSize(0, max(parts))

    def resizeEvent(self, _event: QResizeEvent) -> None:
        """Numbers are left out before the title is shortened; the first number always stays whole."""
        high, width = self.height(), self.width()
        button = self._button.sizeHint() if self._button is not None else QSize()
        beside = button.width() + _GAP if self._button is not None else 0
        room = width - self._wanted - beside - _GAP
        row = min(self._row.sizeHint().width(), max(room, self._row.minimumSizeHint().width()))
        self._row.setGeometry(width - row, 0, row, high)
        title = min(self._wanted, width - row - beside - _GAP)
        if title != self._label.width():
            text = self._metrics.elidedText(self._title, Qt.TextElideMode.ElideRight, title)
            self._label.setText(text)
            self._label.setToolTip("" if text == self._title else self._title)
        self._label.setGeometry(0, 0, title, high)
        if self._button is not None:
            self._button.setGeometry(title + _GAP, (high - button.height()) // 2, button.width(), button.height())
