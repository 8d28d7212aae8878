"""A chart with its legend, and the strip of many instances: the cards' side of `perfwatch_gui.charts`."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from perfwatch_core.layout import Card, Chart
from perfwatch_core.units import Unit
from perfwatch_gui.cards.context import Context
from perfwatch_gui.cards.legend import Legend

_WIDEST = {Unit.PERCENT: "100.0 %", Unit.BYTES: "1023 MiB"}


class Plot(QWidget):
    """One chart of a card, below the legend that switches its lines."""

    def __init__(self, chart: Chart, card: Card, context: Context) -> None:
        super().__init__()
        self._context = context
        self.chart = chart
        self.legend = Legend(_legend_lines(chart, card, context), context.theme)
