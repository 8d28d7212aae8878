"""What is kept of a picture, while time goes on or is moved, looks as if it were drawn anew."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
import pytest
from PySide6.QtCore import QRect
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from perfwatch_core.history import History
from perfwatch_core.metric import Metric, Value
from perfwatch_gui.charts.chart import TimeChart
from perfwatch_gui.charts.line import Line
from perfwatch_gui.theme import Theme
from tests.gui.charts.pictures import (
    BEGIN,
    CACHED,
    CPU,
    FREE,
    IOWAIT,
    MEMORY,
    NETWORK,
    RECEIVED,
    SENT,
    USAGE,
    USED,
    USER,
    add,
    history,
    shown,
)

SPAN = 300.0
# A line that is drawn in pieces has its joints elsewhere, each a column or two in three colours; of over 1,700.
_JOINTS = 24
# without the dashed one, whose dashes begin elsewhere
SOLID = CPU[:2]


def busy(second: float) -> dict[Metric, Value]:
    """Curves that look different at each second, with a gap now and then, on axes that stay as they are."""
    wave, other = 50 + 45 * math.sin(second / 7) * math.cos(second * 1.7), 50 + 45 * math.sin(second / 5)
    values: dict[Metric, Value] = {
        USAGE: wave, USER: wave / 2, IOWAIT: 5 + wave / 20, USED: (4 + wave / 90) * 2**30, CACHED: 2**30, FREE: 2**30,
        RECEIVED: 4.0e6 + 9000 * wave, SENT: 4.0e6 + 9000 * other,
    }  # fmt: skip
    if second % 71 < 4:
        del values[USER], values[CACHED]
    return values


def pixels(chart: TimeChart) -> npt.NDArray[np.int16]:
    """The plot as rows of red, green and blue."""
    plot = chart.plot.toRect()
    image = chart.grab(QRect(plot)).toImage().convertToFormat(QImage.Format.Format_RGB888)
    rows = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.bytesPerLine())
    return rows[:, : 3 * image.width()].astype(np.int16)


def anew(qtbot: QtBot, lines: tuple[Line, ...], past: History, right: float, live: bool) -> npt.NDArray[np.int16]:
    """The picture of a chart that has drawn nothing before."""
    chart = TimeChart(Theme("dark"), lines)
    shown(qtbot, chart)
    chart.draw(past, right, SPAN, live=live)
    QApplication.processEvents()
    return pixels(chart)


@pytest.mark.parametrize("lines", [SOLID, MEMORY, NETWORK])
def test_a_chart_that_went_on_looks_like_one_drawn_anew(qtbot: QtBot, lines: tuple[Line, ...]) -> None:
    past = history(301, busy)
    chart = TimeChart(Theme("dark"), lines)
    shown(qtbot, chart)
    for second in range(301, 480):
        add(past, second, busy)
        chart.draw(past, BEGIN + second)
        QApplication.processEvents()
    unlike = np.abs(pixels(chart) - anew(qtbot, lines, past, BEGIN + 479, live=True)).max(axis=0)
    assert (unlike > 8).sum() <= _JOINTS


@pytest.mark.parametrize("lines", [SOLID, MEMORY, NETWORK])
@pytest.mark.parametrize("way", [-37, 11, 5000])
def test_a_panned_chart_looks_like_one_drawn_anew(qtbot: QtBot, lines: tuple[Line, ...], way: int) -> None:
    past = history(1600, busy)
    chart = TimeChart(Theme("dark"), lines)
    shown(qtbot, chart)
    right = BEGIN + 1000
    for _ in range(9):
        chart.draw(past, right, SPAN, live=False, more=False)
        QApplication.processEvents()
        # whole pixels, so that nothing is rounded
        right = min(right + way * SPAN / chart.plot.width(), BEGIN + 1500)
        way = -way if abs(way) > 100 else way
    chart.draw(past, right, SPAN, live=False, more=False)
    QApplication.processEvents()
    unlike = np.abs(pixels(chart) - anew(qtbot, lines, past, right, live=False)).max(axis=0)
    assert (unlike > 8).sum() <= _JOINTS


def test_what_is_kept_goes_with_what_it_was_drawn_from(qtbot: QtBot) -> None:
    past, theme = history(1600, busy), Theme("dark")
    chart = TimeChart(theme, CPU)
    shown(qtbot, chart)
    for step in range(4):
        chart.draw(past, BEGIN + 900 + 10 * step, SPAN, live=False, more=False)
        QApplication.processEvents()
    dark = pixels(chart)
    theme.choose("light")
    QApplication.processEvents()
    assert (pixels(chart) != dark).mean() > 0.9
    theme.choose("dark")
    chart.switch(str(USAGE.of()), False)
    QApplication.processEvents()
    without = pixels(chart)
    assert (without != dark).any()
    chart.resize(500, 120)
    QApplication.processEvents()
    assert pixels(chart).shape != dark.shape
