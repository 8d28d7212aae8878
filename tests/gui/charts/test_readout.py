"""The box beside the cursor: inside its chart, however low that is, and honest about what it leaves out."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QRectF
from PySide6.QtGui import QImage, QPainter
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from perfwatch_core.layout import Style
from perfwatch_gui.charts.chart import TimeChart
from perfwatch_gui.charts.line import Line
from perfwatch_gui.charts.reading import ReadOut, Row
from perfwatch_gui.charts.readout import Box
from perfwatch_gui.theme import DARK, Theme
from tests.gui.charts.pictures import BEGIN, CPU, USAGE, colours, history, hover, shown

labels = st.text("abcdefgh ", min_size=1, max_size=12)
rows = st.lists(labels.map(lambda label: Row(Line(USAGE.of(), label, "blue"), "100.0 %", 20.0)), max_size=8)


def out_at(x: float, found: list[Row]) -> ReadOut:
    """What is read at a pixel."""
    return ReadOut("12:04:31", 100.0, tuple(found), x, tuple(20.0 for _ in found))


@given(rows, st.floats(0, 1), st.integers(220, 900), st.integers(50, 300))
def test_the_box_stays_inside_the_plot(found: list[Row], share: float, width: int, height: int) -> None:
    plot = QRectF(50, 1, width, height)
    area = Box(QApplication.font()).area(out_at(plot.left() + share * width, found), plot)
    assert plot.left() <= area.left()
    assert area.right() <= plot.right() + 1
    assert area.bottom() <= plot.bottom() + 1


@given(rows, st.integers(60, 900), st.integers(20, 300))
def test_it_can_be_painted_at_any_size(found: list[Row], width: int, height: int) -> None:
    image = QImage(width + 50, height + 20, QImage.Format.Format_RGB32)
    image.fill(0)
    painter = QPainter(image)
    plot = QRectF(50, 1, width, height)
    Box(QApplication.font()).paint(painter, out_at(80.0, found), plot, Theme("dark"))
    painter.end()
    assert image.pixelColor(80, 2).name() == DARK.colours["quiet"], "the cursor's line"


def test_lines_are_told_apart_by_shape_as_in_the_chart(qtbot: QtBot) -> None:
    chart = TimeChart(Theme("dark"), CPU)
    shown(qtbot, chart)
    chart.draw(history(), BEGIN + 300)
    hover(chart, age=200)
    out = chart.read_out
    assert out is not None
    assert [row.line.style for row in out.rows] == [Style.AREA, Style.LINE, Style.DASHED]
    box = Box(chart.font()).area(out, chart.plot).toAlignedRect()
    assert {DARK.colours[line.colour] for line in CPU} <= colours(chart, box)


def pixels(chart: TimeChart) -> npt.NDArray[np.int16]:
    """The picture of a chart, (pixels, 3) for blue, green and red."""
    image = chart.grab().toImage().convertToFormat(QImage.Format.Format_RGB32)
    return np.frombuffer(image.constBits(), np.uint8).astype(np.int16).reshape(-1, 4)[:, :3]


def difference(one: npt.NDArray[np.int16], other: npt.NDArray[np.int16]) -> int:
    """How far the two are apart where they are farthest, of 255."""
    return int(np.abs(one - other).max())


def test_a_kept_box_looks_as_it_was_painted_and_goes_with_its_values_and_colours(qtbot: QtBot) -> None:
    theme = Theme("dark")
    chart = TimeChart(theme, CPU)
    shown(qtbot, chart)
    chart.draw(history(), BEGIN + 300)
    seen = []
    for age, scheme in ((150, "dark"), (100, "dark"), (150, "dark"), (150, "light")):
        hover(chart, age=age)
        theme.choose(scheme)
        painted, _, kept = (pixels(chart) for _ in range(3))
        # its round corners are blended twice
        assert difference(painted, kept) <= 2
        seen.append(kept)
    assert difference(seen[0], seen[2]) <= 2
    assert difference(seen[0], seen[1]) > 100
    assert difference(seen[0], seen[3]) > 100
