"""The windows that `charts` measures: ours, a PlotWidget with everything spared, and one as in the examples."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Any

import numpy as np
import pyqtgraph
from PySide6.QtCore import QPoint
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QGridLayout, QWidget

from perfwatch_core.history import History
from perfwatch_core.layout import Style
from perfwatch_core.metric import Catalogue, Metric
from perfwatch_core.sample import Sample
from perfwatch_core.units import Unit
from perfwatch_gui.charts.chart import TimeChart
from perfwatch_gui.charts.cursor import Cursor
from perfwatch_gui.charts.line import Line
from perfwatch_gui.theme import Theme
from tests.bench.charts import CHARTS, COLOURS, CURVES, HEIGHT, POINTS, WIDTH, value

BEGIN = 1_795_000_000.0


class Design(ABC):
    """Eight charts in a grid of two columns; `sample` shows one more second, up to the picture."""

    def __init__(self) -> None:
        self.application = QApplication.instance() or QApplication(["bench"])
        self.window = QWidget()
        grid = QGridLayout(self.window)
        self.charts = [self.chart(place) for place in range(CHARTS)]
        for place, chart in enumerate(self.charts):
            grid.addWidget(chart, place // 2, place % 2)
        self.second = 0
        self.window.resize(WIDTH, HEIGHT)
        self.window.show()
        QTest.qWaitForWindowExposed(self.window)

    @abstractmethod
    def chart(self, place: int) -> Any:
        """One chart as this design makes it."""

    @abstractmethod
    def add(self) -> None:
        """Hand one more second to the charts."""

    def sample(self, _number: int) -> None:
        """One more second, painted."""
        self.second += 1
        self.add()
        self.settle()

    def settle(self) -> None:
        """Let Qt paint what there is to paint."""
        for _ in range(3):
            self.application.processEvents()

    def hide(self) -> None:
        """Nobody looks any more."""
        self.window.hide()
        self.settle()


class Ours(Design):
    """`TimeChart`s over one history."""

    def __init__(self) -> None:
        self.theme, self.cursor = Theme("dark"), Cursor()
        self.metrics = [
            [Metric("bench", f"m{place}_{curve}", Unit.PERCENT, "a curve") for curve in range(CURVES)]
            for place in range(CHARTS)
        ]
        every = [metric for metrics in self.metrics for metric in metrics]
        self.history = History(Catalogue(every), [metric.key for metric in every])
        super().__init__()
        for _ in range(POINTS):
            self.second += 1
            self.keep()

    def chart(self, place: int) -> TimeChart:
        """One area and three lines."""
        styles = (Style.AREA, Style.LINE, Style.LINE, Style.LINE)
        rows = zip(self.metrics[place], COLOURS, styles, strict=True)
        lines = [Line(metric.of(), metric.field, colour, style) for metric, colour, style in rows]
        return TimeChart(self.theme, lines, self.cursor, span=float(POINTS))

    def keep(self) -> None:
        """One more sample in the history."""
        values = {
            metric.of(): value(curve, self.second) for metrics in self.metrics for curve, metric in enumerate(metrics)
        }
        self.history.add(Sample(self.second, BEGIN + self.second, 1.0, values))

    def add(self) -> None:
        """One more sample for all charts."""
        self.keep()
        for chart in self.charts:
            chart.draw(self.history, BEGIN + self.second)

    def hover(self, number: int) -> None:
        """Move the mouse a little over the first chart; the cursor moves in all."""
        QTest.mouseMove(self.charts[0], QPoint(100 + number * 3 % 700, 60 + number % 50))
        self.settle()

    def resize(self, number: int) -> None:
        """Make the window a little larger or smaller, with the cursor in all charts."""
        self.window.resize(WIDTH - 60 + abs(number % 60 - 30) * 2, HEIGHT - 60 + abs(number % 40 - 20) * 2)
        self.settle()


class Lean(Design):
    """A `PlotWidget` each, without menus, buttons, mouse, grid, dates and automatic ranges."""

    def chart(self, _place: int) -> Any:
        """One `PlotWidget` with `PlotCurveItem`s."""
        widget = pyqtgraph.PlotWidget(background="#1e293b")
        widget.hideButtons()
        widget.setMenuEnabled(False)
        widget.setMouseEnabled(False, False)
        widget.getPlotItem().disableAutoRange()
        widget.setXRange(-POINTS, 0, padding=0)
        widget.setYRange(0, 100, padding=0)
        widget.getAxis("left").setWidth(50)
        widget.curves = [
            pyqtgraph.PlotCurveItem(pen=Theme("dark").colour(colour), connect="finite", antialias=True)
            for colour in COLOURS
        ]
        widget.curves[0].setFillLevel(0.0)
        widget.curves[0].setBrush("#24406b")
        for curve in widget.curves:
            widget.addItem(curve, ignoreBounds=True)
        return widget

    def add(self) -> None:
        """New data for all curves."""
        ages = np.arange(-POINTS + 1, 1.0)
        for chart in self.charts:
            for place, curve in enumerate(chart.curves):
                curve.setData(ages, _past(place, self.second))


class Naive(Design):
    """`plot()`, a `DateAxisItem`, `showGrid()` and a legend, as the examples have it."""

    def chart(self, _place: int) -> Any:
        """One `PlotWidget` with `PlotDataItem`s."""
        widget = pyqtgraph.PlotWidget(axisItems={"bottom": pyqtgraph.DateAxisItem()}, background="#1e293b")
        widget.showGrid(x=True, y=True)
        widget.addLegend()
        widget.curves = [
            widget.plot(
                pen=Theme("dark").colour(colour),
                name=colour,
                **({"fillLevel": 0, "brush": "#3b82f640"} if fill else {}),
            )
            for colour, fill in zip(COLOURS, (True, False, False, False), strict=True)
        ]
        return widget

    def add(self) -> None:
        """New data for all curves, in the seconds of the calendar."""
        times = np.arange(-POINTS + 1, 1.0) + BEGIN + self.second
        for chart in self.charts:
            for place, curve in enumerate(chart.curves):
                curve.setData(times, _past(place, self.second))


_CACHE = {curve: np.array([value(curve, second) for second in range(1000)]) for curve in range(CURVES)}


def _past(curve: int, second: int) -> Any:
    """The last values of a curve; a view, so that making them costs nothing."""
    return _CACHE[curve][second : second + POINTS]


DESIGN: dict[str, Callable[[], Any]] = {"ours": Ours, "lean PlotWidget": Lean, "naive": Naive}
