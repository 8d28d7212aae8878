"""What a window still knows when it is opened again."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from perfwatch_gui.theme import LIGHT
from tests.gui.scene import CTRL, scene


def test_size_page_and_theme_come_back(qtbot: QtBot, tmp_path: Path) -> None:
    file = tmp_path / "window.ini"
    with scene(qtbot, file) as first:
        assert (first.window.width(), first.window.height()) == (1280, 800)
        # no wider than the screen without a screen, on which a remembered window is fitted
        first.window.resize(800, 640)
        first.press(Qt.Key.Key_2, CTRL)
        first.window.settings.theme.setCurrentIndex(1)
    with scene(qtbot, file) as again:
        assert (again.window.width(), again.window.height()) == (800, 640)
        assert again.window.page == "hardware"
        assert again.window.grab().toImage().pixelColor(4, 60).name() == LIGHT.colours["background"]


def test_what_was_remembered_of_another_version_does_no_harm(qtbot: QtBot, tmp_path: Path) -> None:
    file = tmp_path / "window.ini"
    file.write_text("[window]\ngeometry=bm9uc2Vuc2U=\npage=constellations\n[charts]\nhidden=cpu.aura disk.mood[/]\n")
    with scene(qtbot, file) as shown:
        shown.tick()
        assert shown.window.page == "dashboard"
        assert (shown.window.width(), shown.window.height()) == (1280, 800)
        assert shown.said("cpu").endswith("%")
