"""Time travel by real keys, wheel and drags, over a store that answers when the test lets it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from perfwatch_core.collectors import CATALOGUE
from perfwatch_core.store.state import StoreProblem
from perfwatch_core.units import text
from perfwatch_gui.clock import span_text
from tests.gui.archive import DAY, FakeArchive, load
from tests.gui.engine import FakeEngine
from tests.gui.machine import START
from tests.gui.moves import chart, drag, right_words, settle, turn_wheel
from tests.gui.scene import NO_KEY, Scene, button, scene, turn

USAGE = CATALOGUE.series("cpu.usage_percent")
NUMBERS = [CATALOGUE.series(address) for address in ("cpu.usage_percent", "cpu.user", "memory.usage_percent")]
OLDEST = START - 30 * DAY


def store(**given: object) -> FakeArchive:
    """A month up to the start of the program, with a gap of an hour two hours before."""
    gaps = [(START - 3 * 3600, START - 2 * 3600)]
    made = FakeArchive(NUMBERS, OLDEST, START, gaps=gaps)
    for name, value in given.items():
        setattr(made, name, value)
    return made


@pytest.fixture
def archive() -> FakeArchive:
    """Answers at once unless the test says otherwise."""
    return store()


@pytest.fixture
def shown(qtbot: QtBot, tmp_path: Path, archive: FakeArchive) -> Iterator[Scene]:
    """A window with a minute of samples of its own."""
    with scene(qtbot, tmp_path / "window.ini", FakeEngine(archive=archive)) as made:
        made.tick(12)
        yield made


def test_left_goes_back_and_all_charts_of_the_page_go_together(qtbot: QtBot, shown: Scene) -> None:
    for _ in range(8):
        shown.press(Qt.Key.Key_Left)
    settle(qtbot, shown)
    times = shown.window.travel.times
    assert times.right == shown.now - 8 * 0.25 * 300
    assert {one.now for card in shown.window.pages["dashboard"].cards for one in card.charts} == {times.right}
    ages, values = chart(shown).data(USAGE)
    inside = [(age, value) for age, value in zip(ages, values, strict=True) if -300 <= age <= 0]
    assert len(inside) >= 55
    # a bin of a second is drawn in its middle
    assert all(abs(value - load(USAGE, times.right + age)) < 0.1 for age, value in inside)


def test_the_header_says_the_span_and_the_zone_and_never_looks_live(qtbot: QtBot, shown: Scene) -> None:
    assert right_words(shown) == "●  live  5 s"
    assert not shown.window.header.back.isVisible()
    shown.press(Qt.Key.Key_Left)
    settle(qtbot, shown)
    times = shown.window.travel.times
    assert span_text(times.start, times.right) in right_words(shown)
    assert right_words(shown).startswith("◀◀")
    assert "values at" in right_words(shown)
    before = right_words(shown), chart(shown).data(USAGE)
    shown.tick(3)
    assert (right_words(shown), chart(shown).data(USAGE)) == before
    QTest.mouseClick(shown.window.header.back, Qt.MouseButton.LeftButton)
    turn()
    assert right_words(shown) == "●  live  5 s"


def test_numbers_are_those_of_the_right_edge(qtbot: QtBot, shown: Scene) -> None:
    for _ in range(8):
        shown.press(Qt.Key.Key_Left)
    settle(qtbot, shown)
    moment = shown.window.travel.times.right // 5 * 5
    assert shown.said("cpu") == text(load(USAGE, moment), USAGE.metric.unit)
    shown.press(Qt.Key.Key_End)
    newest = shown.window.travel.sample
    assert newest is not None
    assert shown.said("cpu") == text(newest.number_of(USAGE), USAGE.metric.unit)


def test_the_wheel_goes_back_and_ctrl_and_the_wheel_zooms(shown: Scene) -> None:
    times = shown.window.travel.times
    turn_wheel(chart(shown), -1)
    assert times.live
    turn_wheel(chart(shown), 4)
    assert times.right == shown.now - 0.5 * 300
    turn_wheel(chart(shown), 4)
    middle = times.right - times.span / 2
    turn_wheel(chart(shown), -2, Qt.KeyboardModifier.ControlModifier)
    assert times.span == pytest.approx(600)
    turn_wheel(chart(shown), 2, Qt.KeyboardModifier.ControlModifier)
    turn_wheel(chart(shown), 2, Qt.KeyboardModifier.ControlModifier)
    assert times.span == pytest.approx(150)
    assert times.right - times.span / 2 == pytest.approx(middle, abs=1)


def test_a_drag_takes_time_along_and_shift_chooses_a_stretch(shown: Scene) -> None:
    times, one = shown.window.travel.times, chart(shown)
    per_pixel = 300 / one.plot.width()
    drag(one, 100)
    assert times.right == pytest.approx(shown.now - 100 * per_pixel)
    middle = times.right - (one.plot.right() - int(one.plot.center().x())) * per_pixel
    drag(one, 120, Qt.KeyboardModifier.ShiftModifier)
    assert times.start == pytest.approx(middle, abs=2 * per_pixel)
    assert times.span == pytest.approx(120 * per_pixel, rel=0.02)
    assert times.pinned is None


def test_home_is_the_oldest_minus_shows_all_and_end_is_live(qtbot: QtBot, shown: Scene) -> None:
    times = shown.window.travel.times
    shown.press(Qt.Key.Key_Left)
    shown.press(Qt.Key.Key_Home)
    assert times.start == OLDEST
    settle(qtbot, shown)
    ages, _ = chart(shown).data(USAGE)
    assert min(ages) > -times.span - 10
    for _ in range(14):
        shown.press(Qt.Key.Key_Minus)
    settle(qtbot, shown)
    assert times.span == pytest.approx(31 * DAY)
    ages, _ = chart(shown).data(USAGE)
    assert 300 < len(ages) < 2 * chart(shown).plot.width() + 2
    shown.press(Qt.Key.Key_End)
    assert times.live


def test_gaps_are_gaps(qtbot: QtBot, shown: Scene) -> None:
    shown.press(Qt.Key.Key_Left)
    shown.window.travel.times.show(START - 4 * 3600, START - 3600)
    settle(qtbot, shown)
    ages, values = chart(shown).data(USAGE)
    known = [shown.window.travel.times.right + age for age, value in zip(ages, values, strict=True) if value == value]
    assert any(value != value for value in values)
    assert not [time for time in known if START - 3 * 3600 + 60 < time < START - 2 * 3600 - 60]
    shown.window.travel.times.show(START - 3 * 3600, START - 2.5 * 3600)
    settle(qtbot, shown)
    assert shown.said("cpu") == "N/A"
    assert "nothing was stored at that moment" in shown.field("cpu", "").toolTip()


def test_a_click_pins_a_moment_that_is_copied_as_text(qtbot: QtBot, shown: Scene) -> None:
    one, times = chart(shown), shown.window.travel.times
    for _ in range(8):
        shown.press(Qt.Key.Key_Left)
    settle(qtbot, shown)
    QTest.mouseClick(one, Qt.MouseButton.LeftButton, NO_KEY, one.plot.center().toPoint())
    turn()
    assert times.pinned is not None
    assert times.pinned == pytest.approx(times.right - 150, abs=5)
    assert "pinned" in right_words(shown)
    value = text(load(USAGE, times.pinned // 5 * 5), USAGE.metric.unit)
    assert shown.said("cpu") == value
    shown.press(Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    copied = QGuiApplication.clipboard().text()
    assert copied.startswith("CPU\n")
    assert value in copied
    assert str(2026) in copied.splitlines()[1]
    shown.press(Qt.Key.Key_Right, Qt.KeyboardModifier.ShiftModifier)
    assert times.pinned == pytest.approx(times.right - 145, abs=5)
    shown.press(Qt.Key.Key_P)
    assert times.pinned is None


def test_a_double_click_fills_the_window_and_pins_nothing(shown: Scene) -> None:
    one, times = chart(shown), shown.window.travel.times
    at = one.plot.center().toPoint()
    QTest.mouseClick(one, Qt.MouseButton.LeftButton, NO_KEY, at)
    QTest.mouseDClick(one, Qt.MouseButton.LeftButton, NO_KEY, at)
    turn()
    assert times.live
    assert times.pinned is None
    assert shown.card("cpu").filling


def test_without_an_answer_the_old_picture_stays_and_the_window_paints(
    qtbot: QtBot, shown: Scene, archive: FakeArchive
) -> None:
    for _ in range(8):
        shown.press(Qt.Key.Key_Left)
    settle(qtbot, shown)
    archive.prompt = False
    archive.asked.clear()
    archive.waiting.clear()
    before = set(zip(*chart(shown).data(USAGE), strict=True))
    for _ in range(3):
        turn_wheel(chart(shown), 1)
    shown.window.travel.times.zoom(4)
    turn()
    settle(qtbot, shown)
    after = chart(shown).data(USAGE)[1]
    # what was known is drawn on, at the zoom it was known at
    assert len(set(after) & {value for _, value in before}) > 50
    assert len([one for one in archive.asked if one[0] == "points"]) <= 1
    assert shown.window.grab().width() == shown.window.width()
    drag(chart(shown), 40)
    # at most one question is under way
    assert len([one for one in archive.asked if one[0] == "points"]) <= 1
    archive.prompt = True
    archive.answer()
    turn()
    archive.answer()
    qtbot.waitUntil(lambda: len(chart(shown).data(USAGE)[1]) > len(after) / 2)


def test_a_database_that_is_away_is_said_and_live_goes_on(qtbot: QtBot, shown: Scene, archive: FakeArchive) -> None:
    archive.trouble = StoreProblem("The database is away: it is starting.")
    for _ in range(12):
        shown.press(Qt.Key.Key_Left)
    settle(qtbot, shown)
    assert "The database is away" in right_words(shown)
    archive.trouble = None
    shown.press(Qt.Key.Key_Left)
    settle(qtbot, shown)
    assert "values at" in right_words(shown)
    shown.press(Qt.Key.Key_End)
    assert right_words(shown) == "●  live  5 s"


def test_the_keys_of_time_are_the_fields_own_on_the_settings(shown: Scene) -> None:
    shown.press(Qt.Key.Key_Comma, Qt.KeyboardModifier.ControlModifier)
    shown.press(Qt.Key.Key_Left)
    assert shown.window.travel.times.live


def test_the_way_back_is_there_for_screen_readers(shown: Scene) -> None:
    shown.press(Qt.Key.Key_Left)
    assert button(shown.window.header, "Back to live").isVisible()
