"""A declared table as a Qt model: rows of instances, columns of addresses, texts as the cards write them."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt
from PySide6.QtGui import QColor

from perfwatch_core.layout import Column, Table
from perfwatch_core.metric import Catalogue, Series
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
NUMBER_ROLE = Qt.ItemDataRole.UserRole


class TableModel(QAbstractTableModel):
    """The first column names the row; `take` brings a new sample and repaints only what differs."""

    def __init__(self, table: Table, catalogue: Catalogue, theme: Theme) -> None:
        super().__init__()
        self.table = table
        self._catalogue = catalogue
        self._theme = theme
        self._rows: tuple[str, ...] = ()
        self._cells: list[list[Shown]] = []
        self._numbers: list[list[float | str]] = []
        self._doubtful: list[bool] = []
        self._wordings = [dict(column.words) for column in table.columns]
        self._left = [self._is_text(column) for column in table.columns]

    def _is_text(self, column: Column) -> bool:
        address = column.address or column.each[0][1]
        key = address.partition("[")[0]
        return "*" not in key and self._catalogue.metric(key).unit in _TEXT_UNITS

    def take(self, snapshot: Snapshot) -> None:
        """Show the sample; rows come and go as instances do."""
        rows = snapshot.rows(self.table, self._catalogue)
        cells, numbers = [], []
        for row in rows:
            shown = [self._cell(snapshot, place, row) for place in range(len(self.table.columns))]
            cells.append([one for one, _ in shown])
            numbers.append([number for _, number in shown])
        self._doubtful = [self._is_doubtful(snapshot, row) for row in rows]
        if rows != self._rows:
            self.beginResetModel()
            self._rows, self._cells, self._numbers = rows, cells, numbers
            self.endResetModel()
        elif cells != self._cells:
            self._cells, self._numbers = cells, numbers
            self.dataChanged.emit(self.index(0, 1), self.index(len(rows) - 1, len(self.table.columns)))

    def _series(self, address: str) -> Series:
        return self._catalogue.series(address)

    def _cell(self, snapshot: Snapshot, place: int, row: str) -> tuple[Shown, float | str]:
        """A cell's text and what it is sorted by."""
        address = self.table.columns[place].at(row)
        if not address:
            return _EMPTY, -1.0
        series = self._series(address)
        shown = snapshot.shown(series)
        if not shown.known:
            return shown, -1.0
        value = snapshot.sample.values[series]
        words = self._wordings[place].get(shown.text)
        if words:
            shown = Shown(words)
        elif self.table.doubtful:
            column = self.table.columns[place]
            also = dict(column.doubtful).get(row, ())
            addresses = (self.table.doubtful.replace("*", row), *also)
            shown = snapshot.doubted(shown, addresses, self.table.least, self._catalogue)
        return shown, value if isinstance(value, str) else float(value)

    def _is_doubtful(self, snapshot: Snapshot, row: str) -> bool:
        if not self.table.doubtful:
            return False
        number = snapshot.sample.number_of(self._series(self.table.doubtful.replace("*", row)))
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
        """Text, alignment, colour, hover text, and the number rows are sorted by."""
        row, column = index.row(), index.column()
        if column == 0:
            return self._name(row, role)
        shown = self._cells[row][column - 1]
        if role == Qt.ItemDataRole.DisplayRole:
            return shown.text
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _LEFT if self._left[column - 1] else _RIGHT
        if role == Qt.ItemDataRole.ForegroundRole:
            return self._colour(row, shown)
        if role == Qt.ItemDataRole.ToolTipRole:
            return hover(self._hover(row, column, shown))
        if role == NUMBER_ROLE:
            return self._numbers[row][column - 1]
        return None

    def _name(self, row: int, role: int) -> Any:
        name = self._rows[row]
        if role in (Qt.ItemDataRole.DisplayRole, NUMBER_ROLE):
            return name
        if role == Qt.ItemDataRole.ForegroundRole:
            # a row that has nothing but a name recedes as a whole
            known = any(cell.known and cell.text for cell in self._cells[row][:1])
            return self._theme.colour("text" if known and not self._doubtful[row] else "quiet")
        if role == Qt.ItemDataRole.ToolTipRole:
            address = self.table.columns[0].at(name)
            return hover(self._series(address).metric.help) if self.table.rows else None
        return None

    def _colour(self, row: int, shown: Shown) -> QColor:
        sure = shown.known and not shown.doubtful and not self._doubtful[row]
        return self._theme.colour("text" if sure else "quiet")

    def _hover(self, row: int, column: int, shown: Shown) -> str:
        if shown.text == NOT_AVAILABLE:
            return shown.why
        address = self.table.columns[column - 1].at(self._rows[row])
        if not address:
            return ""
        said = self._series(address).metric.help
        return f"{shown.why}\n{said}" if shown.why else said

    def as_text(self) -> str:
        """The table with tabs between its columns, for the clipboard."""
        head = [self.table.first, *(column.label for column in self.table.columns)]
        lines = [
            head,
            *([name, *(cell.text for cell in cells)] for name, cells in zip(self._rows, self._cells, strict=True)),
        ]
        return "\n".join("\t".join(line) for line in lines)
