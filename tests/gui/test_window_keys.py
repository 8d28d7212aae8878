"""Every key that the window listens to, pressed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QGuiApplication, QKeySequence
from PySide6.QtWidgets import QApplication, QLabel, QToolButton
from pytestqt.qtbot import QtBot

from perfwatch_gui.shortcuts import SHORTCUTS, ShortcutList
from tests.gui.scene import CTRL, Scene, button, scene


@pytest.fixture
def shown(qtbot: QtBot, tmp_path: Path) -> Iterator[Scene]:
    """A window with some samples."""
    with scene(qtbot, tmp_path / "window.ini") as made:
        made.tick(3)
        yield made


def test_ctrl_and_a_number_opens_a_page(shown: Scene) -> None:
    shown.press(Qt.Key.Key_2, CTRL)
    assert shown.window.page == "hardware"
    assert shown.window.pages["hardware"].isVisible()
    assert button(shown.window.header, "Hardware page").isChecked()
    shown.press(Qt.Key.Key_1, CTRL)
    assert shown.window.page == "dashboard"
    assert not shown.window.pages["hardware"].isVisible()


def test_a_page_that_is_opened_shows_the_newest_sample(shown: Scene) -> None:
    sample = shown.tick()
    shown.press(Qt.Key.Key_2, CTRL)
    clock = sample.values[shown.engine.catalogue.series("perf_events.ghz")]
    assert shown.said("ghz") == f"{clock:.2f} GHz"


def test_ctrl_comma_opens_the_settings(shown: Scene) -> None:
    shown.press(Qt.Key.Key_Comma, CTRL)
    assert shown.window.settings.isVisible()


def test_space_freezes_and_goes_on(shown: Scene) -> None:
    usage = shown.engine.catalogue.series("cpu.usage_percent")
    chart = shown.card("cpu").charts[0]
    before = shown.said("cpu"), chart.data(usage)
    shown.press(Qt.Key.Key_Space)
    shown.tick(2)
    assert (shown.said("cpu"), chart.data(usage)) == before
    assert words_on_the_right(shown).startswith("❚❚  frozen")
    shown.press(Qt.Key.Key_Space)
    value = shown.tick().values[usage]
    assert shown.said("cpu") == f"{value:.1f} %"
    assert words_on_the_right(shown) == "●  live  5 s"


def words_on_the_right(shown: Scene) -> str:
    """What the mark in the header says."""
    return next(one.text() for one in shown.window.header.findChildren(QToolButton) if one.objectName() == "live")


def test_space_presses_a_button_that_has_the_focus(shown: Scene) -> None:
    entry = shown.card("cpu").plots[0].legend.entries[1]
    entry.setFocus()
    shown.press(Qt.Key.Key_Space)
    assert not entry.isChecked()
    assert not shown.window.frozen


def test_f11_goes_to_full_screen_and_escape_back(shown: Scene) -> None:
    shown.press(Qt.Key.Key_F11)
    assert shown.window.isFullScreen()
    shown.press(Qt.Key.Key_Escape)
    assert not shown.window.isFullScreen()
    shown.press(Qt.Key.Key_F11)
    shown.press(Qt.Key.Key_F11)
    assert not shown.window.isFullScreen()


def test_f1_lists_every_key(shown: Scene) -> None:
    listed: list[str] = []

    def look() -> None:
        dialog = QApplication.activeModalWidget()
        assert isinstance(dialog, ShortcutList)
        listed.extend(label.text() for label in dialog.findChildren(QLabel))
        dialog.reject()

    QTimer.singleShot(0, look)
    shown.press(Qt.Key.Key_F1)
    for shortcut in SHORTCUTS:
        assert QKeySequence(shortcut.keys).toString() in listed or shortcut.keys in listed
        assert shortcut.says in listed
    assert {"Ctrl+1", "Dashboard", "Ctrl+2", "Hardware", "Settings"} <= set(listed)


def test_ctrl_c_copies_the_card_with_the_focus_or_the_page(shown: Scene) -> None:
    shown.card("memory").setFocus()
    shown.press(Qt.Key.Key_C, CTRL)
    copied = QGuiApplication.clipboard().text()
    assert copied.startswith("Memory\n")
    assert f"available\t{shown.said('memory', 'available')}" in copied
    cached = shown.card("memory").plots[0].legend.entries[1].shown
    assert cached is not None
    assert f"cached\t{cached.text}" in copied
    assert "Pressure" not in copied
    shown.window.stack.setFocus()
    shown.press(Qt.Key.Key_C, CTRL)
    copied = QGuiApplication.clipboard().text()
    assert all(card.card.title in copied for card in shown.window.pages["dashboard"].cards)


def test_return_fills_the_window_with_a_card_and_escape_gives_it_back(shown: Scene) -> None:
    card = shown.card("network")
    small = card.size()
    card.setFocus()
    shown.press(Qt.Key.Key_Return)
    assert card.width() > small.width()
    assert card.height() > 2 * small.height()
    assert not shown.card("cpu").isVisible()
    shown.press(Qt.Key.Key_Escape)
    assert card.size() == small
    assert shown.card("cpu").isVisible()


def test_tab_goes_through_every_card(shown: Scene) -> None:
    met = set()
    for _ in range(80):
        shown.press(Qt.Key.Key_Tab)
        met.add(QApplication.focusWidget())
    assert set(shown.window.pages["dashboard"].cards) <= met


def test_ctrl_q_closes(shown: Scene) -> None:
    shown.press(Qt.Key.Key_Q, CTRL)
    assert not shown.window.isVisible()
    before = shown.engine.bus.dropped
    shown.tick(300)
    assert shown.engine.bus.dropped == before, "nobody listens any more"
