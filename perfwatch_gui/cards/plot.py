"""A chart with its legend, and the strip of many instances: the cards' side of `perfwatch_gui.charts`."""

from __future__ import annotations

from collections.abc import Iterator

from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from perfwatch_core.layout import Card, Chart, Line
from perfwatch_core.units import Unit
from perfwatch_gui.cards.context import Context
from perfwatch_gui.cards.figures import Snapshot
from perfwatch_gui.cards.legend import Legend
from perfwatch_gui.charts.chart import TimeChart
from perfwatch_gui.charts.line import lines_of
from perfwatch_gui.charts.source import PointSource
from perfwatch_gui.charts.strip import CoreStrip
from perfwatch_gui.export.picture_dialog import PictureDialog
from perfwatch_gui.theme import tabular

_WIDEST = {Unit.PERCENT: "100.0 %", Unit.BYTES: "1023 MiB"}
_OTHERS_WIDEST = "1023 MiB/s"


def _legend_lines(chart: Chart, card: Card, context: Context) -> Iterator[tuple[Line, str]]:
    """Each line with the widest text of its value; empty where the card says that number elsewhere."""
    said = {figure.address for figure in (*card.headline, *card.details)}
    for line in chart.lines:
        unit = context.catalogue.series(line.address).metric.unit
        yield line, "" if line.address in said else _WIDEST.get(unit, _OTHERS_WIDEST)


def _caption(words: str) -> QLabel:
    """Small words that say what stands beside them."""
    caption = QLabel(words)
    caption.setObjectName("quiet")
    caption.setFont(tabular(caption.font(), 0.85))
    caption.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
    return caption


class Plot(QWidget):
    """One chart of a card, below the legend that switches its lines."""

    def __init__(self, chart: Chart, card: Card, context: Context) -> None:
        super().__init__()
        self._context = context
        self._series = [context.catalogue.series(line.address) for line in chart.lines]
        name = f"{card.title} {chart.title}".strip()
        self.title = name
        self.legend = Legend(list(_legend_lines(chart, card, context)), context.theme)
        self.legend.setAccessibleName(f"{name} lines")
        self.chart = TimeChart(
            context.theme,
            lines_of(chart.lines, context.catalogue),
            context.cursor,
            times=context.times,
            name=name,
            least=chart.least,
            ceiling=context.catalogue.series(chart.ceiling) if chart.ceiling else None,
            style=context.preferences.byte_style,
        )
        self._recall()
        self.legend.switched.connect(self._switch)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        column.addLayout(self._head(chart))
        column.addWidget(self.chart, 1)

    def _head(self, chart: Chart) -> QHBoxLayout:
        """What the chart is of, where the card has several, and the legend."""
        row = QHBoxLayout()
        row.setSpacing(12)
        if chart.title and len(chart.lines) > 1:
            row.addWidget(_caption(chart.title))
        row.addWidget(self.legend, 1)
        return row

    def _recall(self) -> None:
        """Switch off what was off the last time."""
        for entry in self.legend.entries:
            if entry.line.address in self._context.preferences.hidden_lines:
                entry.setChecked(False)
                self.chart.switch(entry.line.address, False)

    def _switch(self, address: str, on: bool) -> None:
        """Draw a line or not, from now on and the next time."""
        self.chart.switch(address, on)
        preferences = self._context.preferences
        preferences.hidden_lines = preferences.hidden_lines - {address} if on else preferences.hidden_lines | {address}

    def show_sample(self, snapshot: Snapshot) -> None:
        """Show the values of a sample in the legend."""
        for series, entry in zip(self._series, self.legend.entries, strict=True):
            if entry.valued:
                entry.show_value(snapshot.shown(series))
        self.chart.set_byte_style(snapshot.style)

    def save_picture(self) -> None:
        """Ask where the chart goes as a picture."""
        dialog = PictureDialog(self.chart, self.title, self)
        dialog.exec()
        dialog.deleteLater()

    def draw(self, source: PointSource, more: bool) -> None:
        """Show the stretch of time that the page shows; `more` says that the source knows more than before."""
        times = self._context.times
        self.chart.draw(source, times.right, times.span, live=times.live, more=more)

    def values_text(self) -> Iterator[str]:
        """The values that only the legend shows, one line for each."""
        for entry in self.legend.entries:
            if entry.valued and entry.shown is not None:
                yield f"{entry.line.label}\t{entry.shown.text}"


class Strip(QWidget):
    """One bar for each instance of a metric, with a word that says what the bars are."""

    def __init__(self, address: str, context: Context) -> None:
        super().__init__()
        self._metric = context.catalogue.series(address).metric
        self.cores = CoreStrip(context.theme, name=f"{self._metric.type} per {self._metric.per}")
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        row.addWidget(_caption(f"per {self._metric.per}"))
        row.addWidget(self.cores, 1)

    def show_sample(self, snapshot: Snapshot) -> None:
        """Show every instance; one whose value is not known is an empty frame."""
        names = snapshot.in_order(self._metric)
        self.cores.draw({name: snapshot.sample.number_of(self._metric.of(name)) for name in names})
