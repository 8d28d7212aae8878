"""What tests of charts share: a few metrics, histories made of formulas, and colours found in a picture."""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np
from PySide6.QtCore import QPoint, QRect
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from perfwatch_core.history import History, Window
from perfwatch_core.layout import Style
from perfwatch_core.metric import Catalogue, Metric, Series, Value
from perfwatch_core.sample import Sample
from perfwatch_core.units import Unit
from perfwatch_gui.charts.chart import TimeChart
from perfwatch_gui.charts.line import Line

BEGIN = 1_795_000_000.0
USAGE, USER, IOWAIT = (Metric("cpu", name, Unit.PERCENT, name) for name in ("usage", "user", "iowait"))
USED, CACHED, FREE, TOTAL = (Metric("memory", name, Unit.BYTES, name) for name in ("used", "cached", "free", "total"))
RECEIVED, SENT = (Metric("network", name, Unit.BYTES_PER_SECOND, name) for name in ("received", "sent"))
CATALOGUE = Catalogue([USAGE, USER, IOWAIT, USED, CACHED, FREE, TOTAL, RECEIVED, SENT])

CPU = (
    Line(USAGE.of(), "usage", "blue", Style.AREA),
    Line(USER.of(), "user", "green"),
    Line(IOWAIT.of(), "iowait", "amber", Style.DASHED),
)
MEMORY = (
    Line(USED.of(), "used", "blue", Style.STACK),
    Line(CACHED.of(), "cached", "purple", Style.STACK),
    Line(FREE.of(), "free", "quiet", Style.STACK),
)
NETWORK = (Line(RECEIVED.of(), "in", "green", Style.AREA), Line(SENT.of(), "out", "blue", Style.MIRROR))
Formula = Callable[[float], dict[Metric, Value]]


def ordinary(second: float) -> dict[Metric, Value]:
    """Values by which every curve can be told: they depend on the second."""
    return {
        USAGE: 40.0 + second % 10, USER: 30.0 + second % 10, IOWAIT: 5.0,
        USED: 4 * 2**30, CACHED: 2 * 2**30, FREE: 2 * 2**30, TOTAL: 8 * 2**30,
        RECEIVED: 4.0e6 + second, SENT: 1.0e6 + second,
    }  # fmt: skip


class Counted(History):
    """Counts how often a chart looks."""

    looks = 0

    def window(self, series: Series, start: float, end: float, points: int) -> Window:
        """As always, and counted."""
        self.looks += 1
        return super().window(series, start, end, points)


def history(seconds: int = 301, formula: Formula = ordinary) -> Counted:
    """A sample each second from `BEGIN`."""
    made = Counted(CATALOGUE)
    for second in range(seconds):
        add(made, second, formula)
    return made


def add(to: History, second: float, formula: Formula = ordinary) -> None:
    """One more sample."""
    values = {metric.of(): value for metric, value in formula(second).items()}
    to.add(Sample(int(second) + 1, BEGIN + second, 1.0, values))


def shown(qtbot: QtBot, *widgets: QWidget, width: int = 640, height: int = 160) -> None:
    """Show widgets and wait for their first picture."""
    for widget in widgets:
        qtbot.addWidget(widget)
        widget.resize(width, height)
        widget.show()
        qtbot.waitExposed(widget)


def hover(chart: TimeChart, age: float) -> None:
    """Move the mouse to where `age` seconds ago is drawn."""
    plot = chart.plot
    QTest.mouseMove(chart, QPoint(round(plot.right() - age / chart.span * plot.width()), round(plot.center().y())))


def clock(second: float) -> str:
    """The local time of a second since `BEGIN`."""
    return time.strftime("%H:%M:%S", time.localtime(BEGIN + second))


def colours(widget: QWidget, area: QRect | None = None) -> set[str]:
    """All colours in the picture of a widget or of one area of it."""
    image = widget.grab(area or widget.rect()).toImage().convertToFormat(QImage.Format.Format_RGB32)
    pixels = np.frombuffer(image.constBits(), np.uint32) & 0xFFFFFF
    return {f"#{pixel:06x}" for pixel in np.unique(pixels).tolist()}


def has(found: set[str], colour: str) -> bool:
    """Whether a line of this colour is among the colours of a picture; its edges are mixed with the ground."""
    wanted = channels(colour)
    return any(max(abs(one - other) for one, other in zip(channels(near), wanted, strict=True)) < 45 for near in found)


def channels(colour: str) -> tuple[int, int, int]:
    """Red, green and blue of `#rrggbb`."""
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def without(metric: Metric, seconds: range) -> Formula:
    """As ordinary, but for these seconds nobody knows the metric."""

    def values(second: float) -> dict[Metric, Value]:
        known = ordinary(second)
        if second in seconds:
            del known[metric]
        return known

    return values
