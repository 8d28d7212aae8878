"""The settings page: each change takes effect at once, and one that cannot be kept says so."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Future
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QComboBox, QLabel, QToolButton
from pytestqt.qtbot import QtBot

from perfwatch_core.units import ByteStyle
from perfwatch_gui.theme import DARK, LIGHT
from tests.gui.charts.pictures import colours
from tests.gui.engine import AWAY, FakeEngine
from tests.gui.scene import CTRL, Scene, button, click, scene, turn


@pytest.fixture
def shown(qtbot: QtBot, tmp_path: Path) -> Iterator[Scene]:
    """A window with its settings open."""
    with scene(qtbot, tmp_path / "window.ini") as made:
        made.tick(3)
        made.press(Qt.Key.Key_Comma, CTRL)
        yield made


def choose(box: QComboBox, place: int) -> None:
    """Choose by keys: to the top, then so many down."""
    box.setFocus()
    QTest.keyClick(box, Qt.Key.Key_Home)
    for _ in range(place):
        QTest.keyClick(box, Qt.Key.Key_Down)
    turn()


def type_interval(shown: Scene, words: str) -> None:
    """Type into the field and leave it with Return."""
    box = shown.window.settings.interval
    box.setFocus()
    box.selectAll()
    QTest.keyClicks(box, words)
    QTest.keyClick(box, Qt.Key.Key_Return)
    turn()


def test_labels_stand_in_the_middle_of_their_controls_and_controls_below_one_another(shown: Scene) -> None:
    page, lefts = shown.window.settings, set()
    for label in (one for one in page.findChildren(QLabel) if one.buddy() is not None):
        ours, its = (one.rect().center() + one.mapTo(page, QPoint(0, 0)) for one in (label, label.buddy()))
        assert abs(ours.y() - its.y()) <= 1, label.text()
        lefts.add(label.buddy().mapTo(page, QPoint(0, 0)).x())
    assert len(lefts) == 1


def test_a_typed_interval_is_taken_once_and_shown_in_the_header(shown: Scene) -> None:
    type_interval(shown, "2.5")
    assert shown.engine.asked == [("interval", 2.5)]
    shown.wait(1)
    words = [one.text() for one in shown.window.header.findChildren(QToolButton)]
    assert "●  live  2.5 s" in words


def test_an_interval_that_is_too_long_is_not_taken(shown: Scene) -> None:
    type_interval(shown, "600")
    assert all(seconds <= 60 for _, seconds in shown.engine.asked if isinstance(seconds, float))
    assert shown.window.settings.interval.value() <= 60


def test_what_another_process_changed_is_shown_but_not_while_somebody_types(shown: Scene) -> None:
    page = shown.window.settings
    shown.window.stack.setFocus()
    shown.engine.told = replace(shown.engine.told, interval=10.0)
    shown.wait(1)
    assert page.interval.value() == 10.0
    page.interval.setFocus()
    shown.engine.told = replace(shown.engine.told, interval=20.0)
    shown.wait(1)
    assert page.interval.value() == 10.0
    assert shown.engine.asked == [], "showing is not asking"


def test_the_theme_changes_at_once_and_is_remembered(shown: Scene) -> None:
    page = shown.window.settings
    choose(page.theme, 1)
    assert shown.window.grab().toImage().pixelColor(5, 300).name() == LIGHT.colours["background"]
    shown.press(Qt.Key.Key_1, CTRL)
    seen = colours(shown.window)
    assert {LIGHT.colours["card"], LIGHT.colours["text"]} <= seen
    assert not {DARK.colours["card"], DARK.colours["text"]} & seen
    assert shown.preferences.theme == "light"
    shown.press(Qt.Key.Key_Comma, CTRL)
    choose(page.theme, 0)
    assert DARK.colours["card"] in colours(shown.window)
    assert LIGHT.colours["background"] not in colours(shown.window)


def test_the_systems_theme_is_followed_while_it_runs(shown: Scene) -> None:
    choose(shown.window.settings.theme, 2)
    shown.press(Qt.Key.Key_1, CTRL)
    hints = QGuiApplication.styleHints()
    try:
        for scheme, look in ((Qt.ColorScheme.Light, LIGHT), (Qt.ColorScheme.Dark, DARK)):
            hints.setColorScheme(scheme)
            hints.colorSchemeChanged.emit(scheme)
            turn()
            assert look.colours["card"] in colours(shown.window)
    finally:
        hints.unsetColorScheme()


def test_bytes_are_shown_as_chosen(shown: Scene) -> None:
    assert shown.said("memory", "of") == "16.0 GiB"
    choose(shown.window.settings.bytes, 2)
    shown.press(Qt.Key.Key_1, CTRL)
    assert shown.said("memory", "of") == "17.2 GB"
    assert "GB" in " ".join(shown.card("memory").charts[0].ticks)
    assert shown.preferences.byte_style is ByteStyle.DECIMAL


def test_a_collector_is_switched_off_and_on(shown: Scene) -> None:
    box = shown.window.settings.collectors["pressure"]
    box.setFocus()
    shown.press(Qt.Key.Key_Space)
    assert not box.isChecked()
    shown.press(Qt.Key.Key_Space)
    assert box.isChecked()
    assert shown.engine.asked == [("pressure", False), ("pressure", True)]
    assert not shown.window.frozen, "Space is the box's here"


def test_a_change_that_cannot_be_kept_says_so_until_the_next_one(shown: Scene) -> None:
    shown.engine.kept = Future()
    shown.engine.kept.set_exception(OSError("The database is away, so this holds until PerfWatch ends."))
    type_interval(shown, "1")
    turn()
    problem = shown.window.settings.problem
    assert problem.isVisible()
    assert problem.text() == "The database is away, so this holds until PerfWatch ends."
    shown.engine.kept = None
    type_interval(shown, "2")
    assert not problem.isVisible()


def test_the_database_is_told_of(shown: Scene) -> None:
    page = shown.window.settings
    assert page.database.text() == "The private PostgreSQL 18.6 answers"
    assert page.stored.text() == "48.0 MB"
    click(button(page, "Copy the data directory"))
    assert QApplication.clipboard().text() == "/srv/perfwatch"
    shown.engine.told = replace(shown.engine.told, database=AWAY, notices=("the spool is full",))
    shown.wait(1)
    assert page.database.text() == "The database is away; 12 samples wait on the disk\nThe spool is full"
    assert page.stored.text() == "N/A"


def test_collectors_that_are_off_by_setting_are_shown_so(qtbot: QtBot, tmp_path: Path) -> None:
    engine = FakeEngine()
    engine.settings = replace(engine.settings, collectors_off="disk,network", perf_events=False)
    with scene(qtbot, tmp_path / "window.ini", engine) as shown:
        shown.press(Qt.Key.Key_Comma, CTRL)
        off = {type_ for type_, box in shown.window.settings.collectors.items() if not box.isChecked()}
        assert off == {"disk", "network", "perf_events"}
