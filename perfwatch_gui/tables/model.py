"""A declared table as a Qt model: rows of instances, columns of addresses, texts as the cards write them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt
from PySide6.QtGui import QColor

from perfwatch_core.layout import Column, Table
from perfwatch_core.metric import Catalogue, Series, Value
from perfwatch_core.units import NOT_AVAILABLE, Unit
from perfwatch_gui.cards.figures import Shown, Snapshot
from perfwatch_gui.hover import hover
from perfwatch_gui.theme import Theme

Index = QModelIndex | QPersistentModelIndex
# what Qt itself takes where nobody names a parent
_NO_PARENT = QModelIndex()
_EMPTY = Shown("")
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_TEXT_UNITS = (Unit.TEXT, Unit.FLAG)


def _key(value: Value | None) -> tuple[int, float | str]:
    return (1, value) if isinstance(value, str) else (0, -1.0 if value is None else float(value))


class TableModel(QAbstractTableModel):
    """The first column names the row; `take` brings a new sample and repaints only what differs.

    A cell is written when it is looked at, so that thousands of rows cost what those in view do.
    """

    def __init__(self, table: Table, catalogue: Catalogue, theme: Theme) -> None:
        super().__init__()
        self.table = table
        self._catalogue = catalogue
        self._theme = theme
        self._rows: tuple[str, ...] = ()
        self._snapshot: Snapshot | None = None
        self._cells: dict[tuple[str, int], Shown] = {}
        # the column that rows are sorted by, -1 for the order in which they come
        self._by, self._order = -1, Qt.SortOrder.AscendingOrder
        self._wordings = [dict(column.words) for column in table.columns]
        self._left = [self._is_text(column) for column in table.columns]

    def _is_text(self, column: Column) -> bool:
        address = column.address or column.each[0][1]
        key = address.partition("[")[0]
        return "*" not in key and self._catalogue.metric(key).unit in _TEXT_UNITS

    def take(self, snapshot: Snapshot) -> None:
        """Show the sample; rows come and go as instances do."""
        before, self._snapshot, self._cells = self._cells, snapshot, {}
        rows = self._sorted(snapshot)
        if rows.keys() != set(self._rows):
            self.beginResetModel()
            self._rows = tuple(rows)
            self.endResetModel()
            return
        self._arrange(tuple(rows))
        # only what was looked at can look different
        if any(self._cell(row, place) != shown for (row, place), shown in before.items()):
            self.dataChanged.emit(self.index(0, 0), self.index(len(rows) - 1, len(self.table.columns)))

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        """Sort by the numbers or words of a column now and at each sample; by none with a column of -1."""
        self._by, self._order = column, order
        if self._snapshot is not None:
            self._arrange(tuple(self._sorted(self._snapshot)))

    def _sorted(self, snapshot: Snapshot) -> dict[str, None]:
        """The rows in the order in which they are to stand."""
        rows = snapshot.rows(self.table, self._catalogue)
        if self._by < 0:
            return dict.fromkeys(rows)
        keys = {row: (1, row) for row in rows} if self._by == 0 else self._keys(snapshot, rows)
        down = self._order is Qt.SortOrder.DescendingOrder
        return dict.fromkeys(sorted(rows, key=keys.__getitem__, reverse=down))

    def _keys(self, snapshot: Snapshot, rows: Iterable[str]) -> dict[str, tuple[int, float | str]]:
        """What rows are sorted by: what is not known below all numbers, words above them."""
        column = self.table.columns[self._by - 1]
        if column.address.endswith("[*]") and not column.each:
            known = snapshot.instances(self._series(column.address).metric)
            return {row: _key(known.get(row)) for row in rows}
        values, addresses = snapshot.sample.values, {row: column.at(row) for row in rows}
        return {row: _key(values.get(self._series(at)) if at else None) for row, at in addresses.items()}

    def _arrange(self, rows: tuple[str, ...]) -> None:
        """Let the same rows stand in another order; who has selected some keeps them."""
        if rows == self._rows:
            return
        self.layoutAboutToBeChanged.emit()
        kept = self.persistentIndexList()
        named = [self._rows[index.row()] for index in kept]
        self._rows = rows
        if kept:
            place = {row: number for number, row in enumerate(rows)}
            moved = [self.index(place[row], index.column()) for row, index in zip(named, kept, strict=True)]
            self.changePersistentIndexList(kept, moved)
        self.layoutChanged.emit()

    def _series(self, address: str) -> Series:
        return self._catalogue.series(address)

    def _cell(self, row: str, place: int) -> Shown:
        """What a cell says."""
        shown = self._cells.get((row, place))
        if shown is None:
            shown = self._cells[row, place] = self._written(row, place)
        return shown

    def _written(self, row: str, place: int) -> Shown:
        snapshot, column = self._snapshot, self.table.columns[place]
        address = column.at(row)
        if not address or snapshot is None:
            return _EMPTY
        shown = snapshot.shown(self._series(address))
        words = self._wordings[place].get(shown.text)
        if words and shown.known:
            return Shown(words)
        if not self.table.doubtful:
            return shown
        also = dict(column.doubtful).get(row, ())
        addresses = (self.table.doubtful.replace("*", row), *also)
        return snapshot.doubted(shown, addresses, self.table.least, self._catalogue)

    def _is_doubtful(self, row: str) -> bool:
        if not self.table.doubtful or self._snapshot is None:
            return False
        number = self._snapshot.sample.number_of(self._series(self.table.doubtful.replace("*", row)))
        return number is not None and number < self.table.least

    def rowCount(self, parent: Index = _NO_PARENT) -> int:
        """The number of instances."""
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: Index = _NO_PARENT) -> int:
        """The name and the declared columns."""
        return 0 if parent.isValid() else 1 + len(self.table.columns)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Titles on top; their help on hover."""
        if orientation is not Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return self.table.first if section == 0 else self.table.columns[section - 1].label
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _LEFT if section == 0 or self._left[section - 1] else _RIGHT
        if role == Qt.ItemDataRole.ToolTipRole and section > 0:
            return hover(self._help(self.table.columns[section - 1].address))
        return None

    def _help(self, address: str) -> str:
        key = address.partition("[")[0]
        return "" if not key or "*" in key else self._catalogue.metric(key).help

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Text, alignment, colour and hover text."""
        row, column = self._rows[index.row()], index.column()
        if column == 0:
            return self._name(row, role)
        shown = self._cell(row, column - 1)
        if role == Qt.ItemDataRole.DisplayRole:
            return shown.text
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _LEFT if self._left[column - 1] else _RIGHT
        if role == Qt.ItemDataRole.ForegroundRole:
            return self._colour(row, shown)
        if role == Qt.ItemDataRole.ToolTipRole:
            return hover(self._hover(row, column, shown))
        return None

    def _name(self, row: str, role: int) -> Any:
        if role == Qt.ItemDataRole.DisplayRole:
            return row
        if role == Qt.ItemDataRole.ForegroundRole:
            # a row that has nothing but a name recedes as a whole
            first = self._cell(row, 0)
            known = first.known and first.text and not self._is_doubtful(row)
            return self._theme.colour("text" if known else "quiet")
        if role == Qt.ItemDataRole.ToolTipRole:
            address = self.table.columns[0].at(row)
            return hover(self._series(address).metric.help) if self.table.rows else None
        return None

    def _colour(self, row: str, shown: Shown) -> QColor:
        sure = shown.known and not shown.doubtful and not self._is_doubtful(row)
        return self._theme.colour("text" if sure else "quiet")

    def _hover(self, row: str, column: int, shown: Shown) -> str:
        if shown.text == NOT_AVAILABLE:
            return shown.why
        address = self.table.columns[column - 1].at(row)
        if not address:
            return ""
        said = self._series(address).metric.help
        return f"{shown.why}\n{said}" if shown.why else said

    def as_text(self) -> str:
        """The table with tabs between its columns, for the clipboard."""
        head = [self.table.first, *(column.label for column in self.table.columns)]
        places = range(len(self.table.columns))
        lines = [head, *([row, *(self._cell(row, place).text for place in places)] for row in self._rows)]
        return "\n".join("\t".join(line) for line in lines)
