"""The tray: its menu and clicks, and that closing hides the window only where that was chosen."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QSystemTrayIcon
from pytestqt.qtbot import QtBot

from perfwatch_gui.desktop.tray import Tray, to_front
from perfwatch_gui.style import icon
from tests.gui.scene import Scene, scene, turn


@pytest.fixture(name="shown")
def _shown(qtbot: QtBot, tmp_path: Path) -> Iterator[Scene]:
    with scene(qtbot, tmp_path / "window.ini") as made:
        yield made


@pytest.fixture(name="tray")
def _tray(shown: Scene) -> Tray:
    return Tray(shown.window, shown.preferences, icon())


def test_closing_ends_it_until_the_tray_is_chosen(shown: Scene, tray: Tray) -> None:
    assert tray.parent() is shown.window
    assert shown.window.close()
    assert not shown.window.isVisible()


def test_closing_hides_it_where_that_was_chosen(shown: Scene, tray: Tray) -> None:
    shown.preferences.close_to_tray = True
    assert not shown.window.close()
    assert not shown.window.isVisible()
    shown.tick(2)
    assert shown.said("cpu") == ""
    tray.show_action.trigger()
    turn()
    assert shown.window.isVisible()
    assert shown.said("cpu") != "", "it went on collecting"


def test_quitting_ends_it_all_the_same(shown: Scene, tray: Tray) -> None:
    shown.preferences.close_to_tray = True
    tray.quit_action.trigger()
    assert not shown.window.isVisible()
    assert shown.window.leaving


def test_a_click_hides_and_shows(shown: Scene, tray: Tray) -> None:
    tray.icon.activated.emit(QSystemTrayIcon.ActivationReason.Trigger)
    assert not shown.window.isVisible()
    tray.icon.activated.emit(QSystemTrayIcon.ActivationReason.Trigger)
    assert shown.window.isVisible()


def test_a_minimised_window_comes_back(shown: Scene) -> None:
    shown.window.showMinimized()
    to_front(shown.window)
    assert not shown.window.isMinimized()


def test_the_choice_is_remembered(shown: Scene, tmp_path: Path) -> None:
    box = shown.window.settings.tray
    # the offscreen desktop shows no tray, and the box says so
    assert not box.isEnabled()
    assert "no tray" in box.toolTip()
    box.setChecked(True)
    shown.preferences.save()
    assert "tray=on" in (tmp_path / "window.ini").read_text()
