"""One cursor for all charts: exact values with clock time, wherever the mouse is."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from perfwatch_gui.charts.chart import TimeChart
from perfwatch_gui.charts.cursor import Cursor
from perfwatch_gui.theme import DARK, Theme
from tests.gui.charts.pictures import (
    BEGIN,
    CPU,
    MEMORY,
    NETWORK,
    USER,
    Counted,
    add,
    clock,
    colours,
    history,
    hover,
    shown,
    without,
)


class Page(QWidget):
    """Three charts below one another, with a free strip beneath; counts the double clicks that reach it."""

    def __init__(self, past: Counted, now: float = BEGIN + 300) -> None:
        super().__init__()
        theme, self.time_cursor = Theme("dark"), Cursor()
        self.charts = [TimeChart(theme, lines, self.time_cursor) for lines in (CPU, MEMORY, NETWORK)]
        column = QVBoxLayout(self)
        for chart in self.charts:
            column.addWidget(chart)
        column.addSpacing(60)
        self.double_clicks = 0
        self.draw(past, now)

    def draw(self, past: Counted, now: float) -> None:
        """A sample for all."""
        for chart in self.charts:
            chart.draw(past, now)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """What a card does with it."""
        self.double_clicks += 1
        super().mouseDoubleClickEvent(event)


@pytest.fixture
def page(qtbot: QtBot) -> Page:
    """Five minutes of ordinary samples."""
    made = Page(history())
    shown(qtbot, made, width=700, height=640)
    return made


def texts(page: Page) -> list[str]:
    """What each chart reads at the cursor."""
    return [str(chart.read_out) for chart in page.charts]


def test_hovering_reads_every_chart_at_one_moment(page: Page) -> None:
    hover(page.charts[0], age=100)
    assert texts(page) == [
        f"{clock(200)}\nusage 40.0 %\nuser 30.0 %\niowait 5.0 %",
        f"{clock(200)}\nfree 2.00 GiB\ncached 2.00 GiB\nused 4.00 GiB",
        f"{clock(200)}\nin 4.00 MB/s\nout 1.00 MB/s",
    ]
    hover(page.charts[2], age=93)
    assert texts(page)[0].startswith(f"{clock(207)}\nusage 47.0 %\nuser 37.0 %")


def test_the_line_and_a_dot_on_each_curve_can_be_seen(page: Page) -> None:
    def around() -> list[set[str]]:
        """The colours of each chart where the cursor is or will be."""
        left = [int(chart.plot.right() - chart.plot.width() / 3) - 6 for chart in page.charts]
        return [colours(chart, QRect(x, 0, 13, chart.height())) for x, chart in zip(left, page.charts, strict=True)]

    before = around()
    hover(page.charts[0], age=100)
    for chart, found in zip(page.charts, around(), strict=True):
        assert {DARK.colours[token] for token in ("quiet", *(line.colour for line in chart.lines))} <= found
    page.time_cursor.move(None)
    assert around() == before


def test_leaving_takes_it_away_everywhere(page: Page) -> None:
    hover(page.charts[1], age=50)
    assert "None" not in texts(page)
    QTest.mouseMove(page, QPoint(page.width() // 2, page.height() - 10))
    QApplication.processEvents()
    assert texts(page) == ["None"] * 3


def test_beside_the_curves_there_is_no_moment(page: Page) -> None:
    hover(page.charts[0], age=50)
    QTest.mouseMove(page.charts[0], QPoint(5, 40))
    assert page.time_cursor.age is None


def test_a_pointer_that_rests_reads_what_scrolls_below_it(page: Page) -> None:
    past = history()
    page.draw(past, BEGIN + 300)
    hover(page.charts[0], age=100)
    add(past, 301)
    page.draw(past, BEGIN + 301)
    assert texts(page)[0].startswith(f"{clock(201)}\nusage 41.0 %")


def test_a_frozen_chart_still_reads_its_own_time(page: Page) -> None:
    past = history()
    page.draw(past, BEGIN + 300)
    QApplication.processEvents()
    for second in range(301, 340):
        add(past, second)
    hover(page.charts[0], age=0)
    assert texts(page)[0].startswith(clock(300))
    # the wider one keeps its points, the narrower one asks for fewer
    for width in (800, 300):
        page.resize(width, 700)
        QApplication.processEvents()
        assert page.charts[0].data(USER.of())[0][-1] in (0.0, 1.0), "at most one beyond the edge"
        assert texts(page)[0].startswith(f"{clock(300)}\nusage 40.0 %")


def test_rows_stand_in_the_order_of_the_curves(qtbot: QtBot) -> None:
    chart = TimeChart(Theme("dark"), CPU[::-1])
    shown(qtbot, chart)
    chart.draw(history(), BEGIN + 300)
    hover(chart, age=60)
    out = chart.read_out
    assert out is not None
    assert [row.line.label for row in out.rows] == ["usage", "user", "iowait"]
    heights = [y for y in out.ys if y is not None]
    assert heights == sorted(heights)
    assert len(heights) == 3


def test_what_is_not_known_says_so_last(qtbot: QtBot) -> None:
    chart = TimeChart(Theme("dark"), CPU)
    shown(qtbot, chart)
    chart.draw(history(301, without(USER, range(150, 250))), BEGIN + 300)
    hover(chart, age=100)
    assert str(chart.read_out).splitlines()[1:] == ["usage 40.0 %", "iowait 5.0 %", "user N/A"]


def test_switched_off_lines_are_not_read(page: Page) -> None:
    hover(page.charts[0], age=100)
    page.charts[0].switch("cpu.user", on=False)
    assert str(page.charts[0].read_out).splitlines()[1:] == ["usage 40.0 %", "iowait 5.0 %"]


def test_before_the_first_sample_there_is_nothing_to_read(qtbot: QtBot) -> None:
    page = Page(history(20), BEGIN + 19)
    shown(qtbot, page, width=700, height=640)
    hover(page.charts[0], age=200)
    assert texts(page) == ["None"] * 3
    hover(page.charts[0], age=10)
    assert texts(page)[0].startswith(clock(9))


def test_hovering_does_not_look_at_the_past_again(page: Page) -> None:
    past = history()
    page.draw(past, BEGIN + 300)
    QApplication.processEvents()
    before = past.looks
    for age in range(0, 300, 7):
        hover(page.charts[0], age)
        QApplication.processEvents()
    assert past.looks == before


def test_clicks_are_for_the_card(page: Page) -> None:
    QTest.mouseDClick(page.charts[0], Qt.MouseButton.LeftButton)
    assert page.double_clicks == 1
