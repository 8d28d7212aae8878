"""A chart shows the last minutes: the right curves, and axes that hold still."""

from __future__ import annotations

import math

import pytest
from PySide6.QtCore import QRect
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from perfwatch_core.metric import Metric, Value
from perfwatch_core.units import ByteStyle
from perfwatch_gui.charts.chart import TimeChart
from perfwatch_gui.charts.line import Line
from perfwatch_gui.theme import DARK, LIGHT, Theme
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
    TOTAL,
    USAGE,
    USED,
    USER,
    add,
    colours,
    has,
    history,
    shown,
    without,
)

AGES = ["now", "−1 min", "−2 min", "−3 min", "−4 min", "−5 min"]


@pytest.fixture
def theme() -> Theme:
    """Dark to begin with."""
    return Theme("dark")


def drawn(qtbot: QtBot, theme: Theme, lines: tuple[Line, ...] = CPU, seconds: int = 301) -> TimeChart:
    """A chart on the screen with so many seconds of history."""
    chart = TimeChart(theme, lines, name="CPU", ceiling=TOTAL.of() if lines is MEMORY else None)
    shown(qtbot, chart)
    chart.draw(history(seconds), BEGIN + seconds - 1)
    QApplication.processEvents()
    return chart


def test_curves_are_the_samples_in_seconds_before_now(qtbot: QtBot, theme: Theme) -> None:
    ages, values = drawn(qtbot, theme).data(USAGE.of())
    assert ages == [float(second - 300) for second in range(301)]
    assert values == [40.0 + second % 10 for second in range(301)]


def test_axes_name_minutes_and_units(qtbot: QtBot, theme: Theme) -> None:
    assert drawn(qtbot, theme).ticks == ["0", "25", "50", "75", "100 %", *AGES]
    # the unit stands below the highest number where both have no room beside each other
    assert drawn(qtbot, theme, NETWORK).ticks == ["2.5", "0", "2.5", "MB/s", "5.0", *AGES]


@pytest.mark.parametrize("height", [120, 133, 160])
def test_a_line_at_either_end_of_the_axis_is_seen(qtbot: QtBot, theme: Theme, height: int) -> None:
    lines = (Line(USER.of(), "user", "green"), Line(IOWAIT.of(), "iowait", "amber"))
    chart = TimeChart(theme, lines, name="pressure")
    shown(qtbot, chart, height=height)
    chart.draw(history(301, lambda _: {USER: 100.0, IOWAIT: 0.0}), BEGIN + 300)
    QApplication.processEvents()
    plot = chart.plot.toRect()
    for colour, row in (("green", plot.top()), ("amber", plot.bottom())):
        assert has(colours(chart, QRect(plot.left(), row, plot.width(), 1)), DARK.colours[colour])


def test_axes_hold_still_while_time_goes_on(qtbot: QtBot, theme: Theme) -> None:
    chart = drawn(qtbot, theme)
    gutter = QRect(0, 0, int(chart.plot.left()) - 1, chart.height())
    below = QRect(0, int(chart.plot.bottom()) + 1, chart.width(), 20)
    before = [chart.grab(area).toImage() for area in (gutter, below)]
    past = history(307)
    chart.draw(past, BEGIN + 306)
    QApplication.processEvents()
    assert [chart.grab(area).toImage() for area in (gutter, below)] == before
    assert chart.data(USAGE.of())[1][-1] == 46.0


def test_stacked_areas_stand_on_one_another_up_to_the_total(qtbot: QtBot, theme: Theme) -> None:
    chart = drawn(qtbot, theme, MEMORY)
    tops = [chart.data(metric.of())[1][-1] / 2**30 for metric in (USED, CACHED, FREE)]
    assert tops == [4.0, 6.0, 8.0]
    assert chart.scale.top == 8 * 2**30
    chart.switch("memory.cached", on=False)
    assert chart.data(FREE.of())[1][-1] == 6 * 2**30
    assert chart.data(CACHED.of()) == ([], [])


def test_mirrored_curves_hang_below_zero(qtbot: QtBot, theme: Theme) -> None:
    chart = drawn(qtbot, theme, NETWORK)
    assert chart.data(RECEIVED.of())[1][-1] == 4_000_300.0
    assert chart.data(SENT.of())[1][-1] == -1_000_300.0
    assert chart.scale.bottom >= 1_000_300.0


@pytest.mark.parametrize("missing", [range(100, 200), range(50), range(250, 301)])
def test_what_is_not_known_is_not_drawn(qtbot: QtBot, theme: Theme, missing: range) -> None:
    chart = TimeChart(theme, CPU[:1])
    shown(qtbot, chart)
    chart.draw(history(301, without(USAGE, missing)), BEGIN + 300)
    QApplication.processEvents()
    unknown = [300 + age for age, value in zip(*chart.data(USAGE.of()), strict=True) if math.isnan(value)]
    assert unknown == [float(second) for second in missing]
    middle = chart.plot.right() - (300 - (missing[0] + missing[-1]) / 2) / 300 * chart.plot.width()
    around = QRect(int(middle) - 5, 5, 10, int(chart.plot.height()) - 10)
    assert len(colours(chart, around)) <= 2, "ground and grid only"


@pytest.mark.parametrize("known", [range(150, 151), range(150, 152)])
def test_what_is_known_for_a_moment_only_is_a_dot(qtbot: QtBot, theme: Theme, known: range) -> None:
    """Between two gaps, where a line would be nothing, or less than a pixel."""
    chart = TimeChart(theme, CPU[1:2], span=3000.0)
    shown(qtbot, chart)
    chart.draw(history(301, lambda second: {USER: 50.0} if second in known else {}), BEGIN + 300)
    QApplication.processEvents()
    x = chart.plot.right() - (300 - known[0]) / 3000 * chart.plot.width()
    around = QRect(round(x) - 1, round(chart.plot.center().y()) - 1, 3, 3)
    assert has(colours(chart, around), theme.colour("green").name())
    assert not has(colours(chart, around.translated(8, 0)), theme.colour("green").name())


def test_a_single_spike_survives_thinning(qtbot: QtBot, theme: Theme) -> None:
    def spiky(second: float) -> dict[Metric, Value]:
        return {USAGE: 97.0 if second == 1234 else 3.0, USER: -2.0 if second == 777 else 3.0}

    chart = TimeChart(theme, CPU[:2], span=3000.0)
    shown(qtbot, chart, width=300)
    chart.draw(history(3001, spiky), BEGIN + 3000)
    ages, values = chart.data(USAGE.of())
    assert len(ages) <= 2 * chart.plot.width() + 4, "two points a pixel"
    assert max(values) == 97.0
    assert ages[values.index(97.0)] == pytest.approx(1234 - 3000, abs=16)
    assert min(chart.data(USER.of())[1]) == -2.0


def test_the_axis_grows_with_the_first_great_value_and_shrinks_later(qtbot: QtBot, theme: Theme) -> None:
    chart = TimeChart(theme, NETWORK[:1], span=10.0)
    shown(qtbot, chart)
    past, tops = history(0), {}
    for second in range(60):
        add(past, second, lambda second: {RECEIVED: 9.0e6 if second == 20 else 100.0})
        chart.draw(past, BEGIN + second)
        QApplication.processEvents()
        tops[second] = chart.scale.top
    assert tops[19] == 100.0
    # the value is in sight until second 31, and then the axis is patient
    assert {tops[second] for second in range(20, 46)} == {1e7}
    assert tops[59] == 100.0
    assert "100" in chart.ticks


def test_switching_a_line_off_takes_it_away_and_rescales_at_once(qtbot: QtBot, theme: Theme) -> None:
    chart = drawn(qtbot, theme, NETWORK)
    assert has(colours(chart), DARK.colours["green"])
    chart.switch("network.received", on=False)
    assert list(chart.visible_series) == [SENT.of()]
    assert not has(colours(chart), DARK.colours["green"])
    assert (chart.scale.top, chart.scale.bottom) == (4e5, 2e6)
    chart.switch("network.nothing", on=False)
    chart.switch("network.received", on=True)
    assert list(chart.visible_series) == [RECEIVED.of(), SENT.of()]
    assert has(colours(chart), DARK.colours["green"])


def test_another_theme_shows_at_once(qtbot: QtBot, theme: Theme) -> None:
    chart = drawn(qtbot, theme)
    for scheme, other in ((DARK, LIGHT), (LIGHT, DARK)):
        theme.choose(scheme.name)
        found = colours(chart)
        assert scheme.colours["card"] in found
        assert other.colours["card"] not in found
        assert has(found, scheme.colours["green"])


def test_bytes_are_written_in_the_chosen_style(qtbot: QtBot, theme: Theme) -> None:
    chart = drawn(qtbot, theme, MEMORY)
    assert "GiB" in chart.ticks
    chart.set_byte_style(ByteStyle.DECIMAL)
    assert "8 GB" in chart.ticks
    assert "GiB" not in chart.ticks
    assert chart.values_text().splitlines()[0] == "used 4.29 GB"


@pytest.mark.usefixtures("screen_reader")
def test_what_is_seen_is_also_said(qtbot: QtBot, theme: Theme) -> None:
    chart = drawn(qtbot, theme)
    assert chart.accessibleName() == "CPU chart"
    assert chart.accessibleDescription() == "usage 40.0 %\nuser 30.0 %\niowait 5.0 %"
    chart.switch("cpu.user", on=False)
    QApplication.processEvents()
    assert chart.accessibleDescription() == "usage 40.0 %\niowait 5.0 %"


def test_before_the_first_sample_axes_stand_and_nothing_else(qtbot: QtBot, theme: Theme) -> None:
    chart = TimeChart(theme, CPU)
    shown(qtbot, chart)
    assert chart.ticks == ["0", "25", "50", "75", "100 %", *AGES]
    assert chart.data(USAGE.of()) == ([], [])
    assert chart.values_text() == "usage N/A\nuser N/A\niowait N/A"
    assert not any(has(colours(chart), DARK.colours[token]) for token in ("blue", "green", "amber"))


@pytest.mark.parametrize("size", [(1, 1), (30, 20), (60, 400), (4000, 30)])
def test_no_size_is_too_odd(qtbot: QtBot, theme: Theme, size: tuple[int, int]) -> None:
    chart = drawn(qtbot, theme, NETWORK)
    chart.setMinimumSize(1, 1)
    chart.resize(*size)
    QApplication.processEvents()
    assert (chart.width(), chart.height()) == size
    assert chart.grab().size() == chart.size()
