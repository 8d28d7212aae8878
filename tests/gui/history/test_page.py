"""The History page by keys: ranges, typed spans, picks, figures, comparison, what changed, and empty states."""

from __future__ import annotations

import math
import time
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from perfwatch_core.store.state import StoreProblem
from tests.gui.archive import DAY, FakeArchive, load
from tests.gui.engine import FakeEngine
from tests.gui.history.opened import RECEIVED, USAGE, USER, page, settle, write
from tests.gui.machine import START
from tests.gui.scene import CTRL, Scene, scene, turn

WEEK = 7 * DAY


def test_it_opens_with_the_last_day_of_the_processor(qtbot: QtBot, shown: Scene) -> None:
    settle(qtbot, shown)
    assert page(shown).picker.series == (USAGE,)
    assert page(shown).times.span == DAY
    assert page(shown).panel.words.text() == ""
    chart = page(shown).panel.chart
    assert chart is not None
    ages, values = chart.data(USAGE)
    assert len([age for age in ages if -DAY <= age <= 0]) >= 280
    at = min(range(len(ages)), key=lambda place: abs(ages[place] + 7200))
    assert values[at] == pytest.approx(load(USAGE, chart.now + ages[at]), abs=8)
    assert page(shown).zone.text().endswith(f"{time.localtime(START).tm_zone}   live")


def test_figures_are_those_of_what_is_in_view(qtbot: QtBot, shown: Scene) -> None:
    page(shown).bar.ranges[0].click()
    settle(qtbot, shown)
    row = page(shown).figures.texts[0]
    times = page(shown).times
    values = sorted(load(USAGE, moment * 5) for moment in range(math.ceil(times.start / 5), math.ceil(START / 5)))
    assert row[:2] == ["cpu.usage_percent", "in view"]
    assert row[2] == f"{sum(values) / len(values):.1f} %"
    assert row[3:5] == [f"{values[0]:.1f} %", f"{values[-1]:.1f} %"]
    assert row[8] == f"{len(values):,}"


@pytest.mark.parametrize(("place", "seconds"), [(0, 3600), (1, 6 * 3600), (2, DAY), (3, WEEK), (4, 30 * DAY)])
def test_ready_made_ranges_end_now_and_go_on(shown: Scene, place: int, seconds: float) -> None:
    page(shown).bar.ranges[place].setFocus()
    shown.press(Qt.Key.Key_Space)
    turn()
    times = page(shown).times
    assert (times.live, times.span, times.right) == (True, seconds, shown.now)
    shown.tick()
    assert times.right == shown.now
    assert page(shown).bar.ranges[place].isChecked()


def test_a_span_is_typed_as_people_write_it(qtbot: QtBot, shown: Scene) -> None:
    write(shown, "from", "-3d")
    assert page(shown).times.start == pytest.approx(shown.now - 3 * DAY, abs=2)
    write(shown, "to", "-1d")
    settle(qtbot, shown)
    assert page(shown).times.right == pytest.approx(shown.now - DAY, abs=2)
    assert page(shown).times.span == pytest.approx(2 * DAY, abs=2)
    assert not page(shown).times.live
    write(shown, "from", "the day of the fire")
    assert "'the day of the fire' is no time" in page(shown).bar.problem.text()
    assert page(shown).times.span == pytest.approx(2 * DAY, abs=2)


def test_series_are_searched_and_picked_by_keys_alone(qtbot: QtBot, shown: Scene) -> None:
    settle(qtbot, shown)
    shown.press(Qt.Key.Key_F, CTRL)
    search = page(shown).picker.search
    assert search.hasFocus()
    QTest.keyClicks(search, "recv eth0")
    QTest.keyClick(search, Qt.Key.Key_Return)
    turn()
    assert page(shown).picker.series == (RECEIVED,)
    assert page(shown).panel.lines[0].series is RECEIVED
    search.clear()
    QTest.keyClick(search, Qt.Key.Key_Down)
    assert page(shown).picker.list.hasFocus()
    QTest.keyClick(page(shown).picker.list, Qt.Key.Key_Up, Qt.KeyboardModifier.ShiftModifier)
    turn()
    assert page(shown).picker.series == (USER, RECEIVED)
    # one axis has one unit
    assert [line.series for line in page(shown).panel.lines] == [USER]
    assert "1 more are picked than drawn" in page(shown).note.text()
    QTest.keyClicks(search, "no such thing")
    assert page(shown).picker.count.text() == "No series fits; search for less."


def test_keys_and_wheel_go_through_time_here_too(shown: Scene) -> None:
    page(shown).figures.setFocus()
    shown.press(Qt.Key.Key_Left)
    assert page(shown).times.right == shown.now - DAY / 4
    assert shown.window.travel.times.live
    assert shown.window.header.back.isVisible()
    shown.press(Qt.Key.Key_Home)
    assert page(shown).times.start == START - 60 * DAY
    shown.press(Qt.Key.Key_End)
    assert page(shown).times.live


def test_another_span_is_laid_upon_it_with_the_difference_below(qtbot: QtBot, shown: Scene) -> None:
    page(shown).bar.choice.setFocus()
    QTest.keyClick(page(shown).bar.choice, Qt.Key.Key_Down)
    settle(qtbot, shown)
    panel = page(shown).panel
    assert panel.chart is not None
    assert panel.difference is not None
    assert [line.shift for line in panel.lines] == [0.0, DAY]
    ages, deltas = panel.difference.data(USAGE)
    known = [(age, delta) for age, delta in zip(ages, deltas, strict=True) if not math.isnan(delta)]
    assert len(known) > 200
    for age, delta in known[::40]:
        moment = panel.difference.now + age
        assert delta == pytest.approx(load(USAGE, moment) - load(USAGE, moment - DAY), abs=6)
    now, before, difference = page(shown).figures.texts
    assert (now[1], before[1], difference[1]) == ("now", "before", "difference")
    mean = float(now[2].split()[0]) - float(before[2].split()[0])
    assert float(difference[2].replace("−", "-").split()[0]) == pytest.approx(mean, abs=0.11)


def test_any_second_span_of_equal_length_and_no_other(qtbot: QtBot, shown: Scene) -> None:
    page(shown).bar.choice.setCurrentIndex(3)
    write(shown, "other", "-4d")
    settle(qtbot, shown)
    assert page(shown).panel.lines[1].shift == pytest.approx(3 * DAY, abs=2)
    write(shown, "other", "-4d..-2d")
    assert "lasts 2 days" in page(shown).bar.problem.text()
    write(shown, "other", "-5d..-4d")
    assert page(shown).bar.problem.text() == ""
    assert page(shown).panel.lines[1].shift == pytest.approx(4 * DAY, abs=2)


def test_what_changed_is_ranked_and_return_draws_it(qtbot: QtBot, shown: Scene) -> None:
    settle(qtbot, shown)
    page(shown).tabs.setCurrentIndex(1)
    turn()
    changed = page(shown).changed
    assert changed.texts[0][0] == "cpu.user"
    assert "1 of 3 series changed" in page(shown).changes_words.text()
    changed.setCurrentCell(0, 0)
    QTest.keyClick(changed, Qt.Key.Key_Return)
    turn()
    assert page(shown).picker.series == (USER,)
    assert [line.series for line in page(shown).panel.lines] == [USER]


def test_values_and_figures_are_copied_as_text(qtbot: QtBot, shown: Scene) -> None:
    settle(qtbot, shown)
    page(shown).picker.list.setFocus()
    shown.window.copy_values()
    copied = QGuiApplication.clipboard().text().splitlines()
    assert copied[0] == page(shown).zone.text()
    assert copied[-1].startswith("cpu.usage_percent\tin view\t")


def test_nothing_stored_yet_is_said(qtbot: QtBot, tmp_path: Path) -> None:
    with scene(qtbot, tmp_path / "window.ini", FakeEngine(archive=FakeArchive([], 0.0, 0.0))) as made:
        made.tick()
        made.press(Qt.Key.Key_3, CTRL)
        turn()
        assert "Nothing is stored yet" in page(made).panel.words.text()


def test_no_database_is_said_and_mends_itself(qtbot: QtBot, tmp_path: Path, archive: FakeArchive) -> None:
    archive.trouble = StoreProblem("The database is away: it is starting.")
    with scene(qtbot, tmp_path / "window.ini", FakeEngine(archive=archive)) as made:
        made.tick()
        made.press(Qt.Key.Key_3, CTRL)
        turn()
        assert page(made).panel.words.text() == "The database is away: it is starting."
        archive.trouble = None
        made.now += 10
        qtbot.waitUntil(lambda: page(made).panel.words.text() == "", timeout=10_000)
        assert page(made).figures.texts[0][2] != "…"


def test_a_span_without_data_says_where_there_is_some(qtbot: QtBot, shown: Scene, archive: FakeArchive) -> None:
    archive.gaps = [(START - 40 * DAY, START - 20 * DAY)]
    page(shown).times.show(START - 31 * DAY, START - 30 * DAY)
    settle(qtbot, shown)
    words = page(shown).panel.words.text()
    assert words.startswith("Nothing was stored of this from ")
    assert "History begins on" in words
    assert "Home for the oldest" in words


def test_no_question_is_waited_for(shown: Scene, archive: FakeArchive) -> None:
    archive.prompt = False
    archive.asked.clear()
    for _ in range(20):
        shown.press(Qt.Key.Key_Left)
    page(shown).picker.pick([USER])
    turn()
    assert shown.window.grab().width() == shown.window.width()
    assert len([one for one in archive.asked if one[0] == "points"]) <= 3
