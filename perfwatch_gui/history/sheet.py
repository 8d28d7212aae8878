"""Tables of the History page: the figures of what is in view, and what changed; read-only, gone through by keys."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QGuiApplication, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableWidget, QTableWidgetItem

from perfwatch_core.changes import SURE, Change, Changes
from perfwatch_core.metric import Series
from perfwatch_core.statistics_of import Statistics
from perfwatch_core.units import ByteStyle, text
from perfwatch_gui.hover import hover
from perfwatch_gui.theme import tabular

_FIGURES = ("mean", "min", "max", "p50", "p95", "p99")
_HEADS = ("Series", "Span", "Mean", "Min", "Max", "p50", "p95", "p99", "Samples")
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


class Sheet(QTableWidget):
    """Rows of texts, the first column a name; `asked` gives the series of a row that was clicked or entered."""

    asked = Signal(object)

    def __init__(self, name: str, heads: Sequence[str]) -> None:
        super().__init__(0, len(heads))
        self.setAccessibleName(name)
        self.setFont(tabular(self.font(), 0.95))
        self.setHorizontalHeaderLabels(list(heads))
        self.setShowGrid(False)
        self.setAlternatingRowColors(True)
        self.setWordWrap(False)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(self.fontMetrics().height() + 8)
        header = self.horizontalHeader()
        header.setHighlightSections(False)
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        header.setDefaultAlignment(_RIGHT)
        if (first := self.horizontalHeaderItem(0)) is not None:
            first.setTextAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        self._heads = list(heads)
        self._series: list[Series | None] = []
        self.cellClicked.connect(self._click)

    def fill(self, rows: Sequence[tuple[Series | None, Sequence[str], str]]) -> None:
        """Show rows: what they are of, their texts, and what hovering over them says."""
        self.setRowCount(len(rows))
        self._series = [series for series, _, _ in rows]
        for row, (_, cells, help_) in enumerate(rows):
            for column, cell in enumerate(cells):
                item = QTableWidgetItem(cell)
                if column:
                    item.setTextAlignment(_RIGHT)
                item.setToolTip(hover(help_))
                self.setItem(row, column, item)

    @property
    def texts(self) -> list[list[str]]:
        """All cells as they stand there."""
        return [[self._cell(row, column) for column in range(self.columnCount())] for row in range(self.rowCount())]

    def _cell(self, row: int, column: int) -> str:
        item = self.item(row, column)
        return item.text() if item is not None else ""

    def as_text(self) -> str:
        """The table with tabs between its columns, for the clipboard."""
        return "\n".join("\t".join(line) for line in (self._heads, *self.texts))

    def _click(self, row: int, _column: int) -> None:
        series = self._series[row] if row < len(self._series) else None
        if series is not None:
            self.asked.emit(series)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Return does what a click does, Ctrl+C copies the whole table."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._click(self.currentRow(), 0)
        elif event.matches(QKeySequence.StandardKey.Copy):
            QGuiApplication.clipboard().setText(self.as_text())
        else:
            super().keyPressEvent(event)


class FiguresSheet(Sheet):
    """Mean, extremes and percentiles of each series; compared with another span both and the difference."""

    def __init__(self) -> None:
        super().__init__("Figures of what is in view", _HEADS)

    def show_figures(
        self,
        series: Sequence[Series],
        now: Mapping[Series, Statistics] | None,
        then: Mapping[Series, Statistics] | None,
        compared: bool,
        style: ByteStyle,
    ) -> None:
        """Show what is known; None is not there yet."""
        rows = []
        for one in series:
            here = None if now is None else now.get(one)
            there = None if then is None else then.get(one)
            rows.append((one, _figures(one, str(one), "now" if compared else "in view", here, style, now is None)))
            if compared:
                rows.append((one, _figures(one, "", "before", there, style, then is None)))
                rows.append((one, _deltas(one, here, there, style)))
        self.fill([(one, cells, one.metric.help) for one, cells in rows])


def _figures(
    series: Series, name: str, span: str, found: Statistics | None, style: ByteStyle, waiting: bool
) -> list[str]:
    if found is None:
        return [name, span, *("…" if waiting else "N/A" for _ in fields(Statistics))]
    unit = series.metric.unit
    return [name, span, *(text(getattr(found, one), unit, style) for one in _FIGURES), f"{found.count:,}"]


def _deltas(series: Series, here: Statistics | None, there: Statistics | None, style: ByteStyle) -> list[str]:
    if here is None or there is None:
        return ["", "difference", *("" for _ in fields(Statistics))]
    unit = series.metric.unit
    pairs = [(getattr(here, one), getattr(there, one)) for one in _FIGURES]
    cells = [signed_text(now - before, text(abs(now - before), unit, style)) for now, before in pairs]
    return ["", "difference", *cells, f"{here.count - there.count:+,}"]


def signed_text(number: float, said: str) -> str:
    """The text of a size with the sign of a number before it."""
    return f"+{said}" if number > 0 else f"−{said}" if number < 0 else said


class ChangedSheet(Sheet):
    """Every series by how far it moved, then those that are in one of both spans only."""

    def __init__(self) -> None:
        super().__init__("What changed", ("Series", "Before", "Now", "Change"))

    def show_changes(self, found: Changes[Series], style: ByteStyle) -> None:
        """Show the ranking; what may well be chance stands last and says so on hover."""
        self.fill(list(_change_rows(found, style)))


def _change_rows(found: Changes[Series], style: ByteStyle) -> Iterator[tuple[Series | None, Sequence[str], str]]:
    for one in found.ranked:
        yield one.series, _change_cells(one, style), _change_help(one)
    for what, series in (("appeared", found.appeared), ("vanished", found.vanished)):
        for gone in series:
            yield gone, (str(gone), "", "", what), f"Had values in one of both spans only: it {what}."


def _change_cells(one: Change[Series], style: ByteStyle) -> Sequence[str]:
    unit = one.series.metric.unit
    percent = one.percent
    change = "new" if percent is None and one.delta else "" if percent is None else f"{percent:+.0f} %"
    return str(one.series), text(one.mean_a, unit, style), text(one.mean_b, unit, style), change


def _change_help(one: Change[Series]) -> str:
    chance = "less than 0.01 %" if one.chance < 0.0001 else f"{100 * one.chance:.2g} %"
    sure = "changed" if one.chance <= SURE else "may be chance"
    return f"Effect {one.effect:+.2f} (Cliff's delta); by chance {chance}: {sure}.\n{one.series.metric.help}"
