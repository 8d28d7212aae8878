"""Which series are drawn: a list that is searched by typing, narrowed to a type, and gone through by keys."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QItemSelectionModel, QSortFilterProxyModel, Qt, Signal
from PySide6.QtGui import QKeyEvent, QStandardItem, QStandardItemModel
from PySide6.QtWidgets import QAbstractItemView, QComboBox, QLabel, QLineEdit, QListView, QVBoxLayout, QWidget

from perfwatch_core.metric import Catalogue, Kind, Series
from perfwatch_gui.hover import hover

_ALL = "All types"
_SERIES_ROLE = Qt.ItemDataRole.UserRole
_TYPE_ROLE = Qt.ItemDataRole.UserRole + 1


class _Filtered(QSortFilterProxyModel):
    """Rows whose address has every typed word in it, and the chosen type."""

    def __init__(self) -> None:
        super().__init__()
        self._words: tuple[str, ...] = ()
        self._type = ""

    def narrow(self, text: str, type_: str) -> None:
        """Show what fits."""
        self._words, self._type = tuple(text.lower().split()), type_
        self.invalidate()

    def filterAcceptsRow(self, row: int, _parent: object) -> bool:
        """Whether a row fits."""
        index = self.sourceModel().index(row, 0)
        if self._type and index.data(_TYPE_ROLE) != self._type:
            return False
        address = str(index.data()).lower()
        return all(word in address for word in self._words)


class _Search(QLineEdit):
    """Down goes on into the list."""

    left = Signal()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """As always, but for Down."""
        if event.key() == Qt.Key.Key_Down:
            self.left.emit()
            return
        super().keyPressEvent(event)


class Picker(QWidget):
    """Says `picked` when other series are selected; `series` lists them in the order of the list."""

    picked = Signal()

    def __init__(self, catalogue: Catalogue) -> None:
        super().__init__()
        self._known: tuple[Series, ...] = ()
        self._wanted: tuple[Series, ...] = ()
        self._filling = False
        self.search = _Search()
        self.search.setPlaceholderText("Search (Ctrl+F)")
        self.search.setAccessibleName("Search series")
        self.search.setClearButtonEnabled(True)
        self.types = QComboBox()
        self.types.setAccessibleName("Metric type")
        self.types.addItem(_ALL, "")
        for type_ in catalogue.types:
            self.types.addItem(type_, type_)
        self._model = QStandardItemModel()
        self._filtered = _Filtered()
        self._filtered.setSourceModel(self._model)
        self.list = QListView()
        self.list.setAccessibleName("Series")
        self.list.setModel(self._filtered)
        self.list.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.list.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.list.setUniformItemSizes(True)
        self.count = QLabel()
        self.count.setObjectName("quiet")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        for widget in (self.search, self.types, self.list, self.count):
            column.addWidget(widget)
        self.search.textChanged.connect(self._narrow)
        self.search.returnPressed.connect(self._take_first)
        self.search.left.connect(self._enter_list)
        self.types.currentIndexChanged.connect(self._narrow)
        self.list.selectionModel().selectionChanged.connect(self._changed)

    @property
    def series(self) -> tuple[Series, ...]:
        """What is selected."""
        return self._wanted

    def offer(self, series: Sequence[Series]) -> None:
        """List these; what was selected stays so."""
        offered = tuple(one for one in series if one.metric.kind is not Kind.TEXT)
        if offered == self._known:
            return
        self._known = offered
        self._filling = True
        self._model.clear()
        for one in offered:
            item = QStandardItem(str(one))
            item.setData(one, _SERIES_ROLE)
            item.setData(one.metric.type, _TYPE_ROLE)
            item.setToolTip(hover(one.metric.help))
            self._model.appendRow(item)
        self._filling = False
        self._select(self._wanted)
        self._count()

    def pick(self, series: Sequence[Series]) -> None:
        """Select these, whatever is searched for."""
        if tuple(series) == self._wanted:
            return
        self.search.clear()
        self.types.setCurrentIndex(0)
        self._wanted = tuple(series)
        self._select(self._wanted)
        self.picked.emit()

    def _select(self, wanted: Sequence[Series]) -> None:
        selection = self.list.selectionModel()
        self._filling = True
        selection.clearSelection()
        for row in range(self._filtered.rowCount()):
            index = self._filtered.index(row, 0)
            if index.data(_SERIES_ROLE) in wanted:
                selection.setCurrentIndex(index, QItemSelectionModel.SelectionFlag.Select)
                self.list.scrollTo(index)
        self._filling = False

    def _changed(self) -> None:
        """Another selection; one that only the search has hidden still counts."""
        if self._filling:
            return
        rows = sorted(self.list.selectionModel().selectedIndexes(), key=lambda index: index.row())
        chosen = tuple(index.data(_SERIES_ROLE) for index in rows)
        if chosen and chosen != self._wanted:
            self._wanted = chosen
            self.picked.emit()

    def _narrow(self) -> None:
        self._filling = True
        self._filtered.narrow(self.search.text(), self.types.currentData())
        self._filling = False
        self._select(self._wanted)
        self._count()

    def _count(self) -> None:
        shown = self._filtered.rowCount()
        self.count.setText(f"{shown} of {len(self._known)} series" if shown else "No series fits; search for less.")

    def _take_first(self) -> None:
        """Return in the search picks the first that fits."""
        if self._filtered.rowCount():
            first = self._filtered.index(0, 0)
            self.list.selectionModel().setCurrentIndex(first, QItemSelectionModel.SelectionFlag.ClearAndSelect)

    def _enter_list(self) -> None:
        if self._filtered.rowCount() and not self.list.currentIndex().isValid():
            self._take_first()
        self.list.setFocus(Qt.FocusReason.TabFocusReason)
