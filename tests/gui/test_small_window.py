"""On a screen of 800 by 600 everything can be read and reached."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations
from pathlib import Path

import pytest
from PySide6.QtCore import QRect, Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialogButtonBox, QLabel, QScrollArea, QWidget
from pytestqt.qtbot import QtBot

from perfwatch_core.sample import Fault
from perfwatch_gui.cards.notice import Notice
from perfwatch_gui.clock import short_text
from perfwatch_gui.history.span_bar import SpanBar
from perfwatch_gui.shortcuts import ShortcutList
from tests.gui.engine import FakeEngine
from tests.gui.machine import ComposedMachine
from tests.gui.moves import right_words, settle
from tests.gui.scene import Scene, part, scene, turn

SMALL = (800, 600)


@pytest.fixture
def shown(qtbot: QtBot, tmp_path: Path) -> Iterator[Scene]:
    """A window as large as the smallest screen."""
    with scene(qtbot, tmp_path / "window.ini") as made:
        made.window.resize(*SMALL)
        made.tick(3)
        yield made


def visible_parts(bar: SpanBar) -> list[QWidget]:
    return [one for one in bar.findChildren(QWidget) if one.isVisible() and one.parent() is bar]


@pytest.mark.parametrize("choice", [0, 3])
@pytest.mark.parametrize("width", [800, 900, 1280])
def test_nothing_of_the_span_lies_over_another_or_is_cut(shown: Scene, width: int, choice: int) -> None:
    shown.window.resize(width, 600)
    shown.window.show_page("history")
    bar = part(shown.window.history, SpanBar)
    bar.choice.setCurrentIndex(choice)
    turn()
    parts = visible_parts(bar)
    assert len(parts) > 10
    for one, other in combinations(parts, 2):
        assert not one.geometry().intersects(other.geometry()), (one, other)
    for one in parts:
        assert bar.rect().contains(one.geometry())
        assert one.width() >= one.minimumSizeHint().width()
    rows = {one.geometry().center().y() // 20 for one in parts}
    assert len(rows) == (1 if width == 1280 else 2)


def test_the_window_fits_and_still_says_which_time_it_shows(qtbot: QtBot, shown: Scene) -> None:
    assert (shown.window.width(), shown.window.height()) == SMALL
    shown.press(Qt.Key.Key_Left)
    settle(qtbot, shown)
    right = shown.window.travel.times.right
    assert right_words(shown) == f"◀◀  {short_text(right, shown.now, seconds=False)}"
    shown.window.resize(1600, 600)
    turn()
    assert "values at" in right_words(shown)


def test_the_list_of_keys_scrolls_where_the_screen_is_too_low(shown: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    found = []

    class LowScreen:
        def availableGeometry(self) -> QRect:
            return QRect(0, 0, *SMALL)

    def look() -> None:
        dialog = QApplication.activeModalWidget()
        assert isinstance(dialog, ShortcutList)
        area, close = part(dialog, QScrollArea), part(dialog, QDialogButtonBox).buttons()[0]
        QTest.keyClick(area, Qt.Key.Key_PageDown)
        focused = dialog.focusWidget() is area
        found.append((dialog.height(), focused, area.verticalScrollBar().value() > 0, close.icon().isNull()))
        dialog.reject()

    monkeypatch.setattr(ShortcutList, "screen", lambda _: LowScreen())
    QTimer.singleShot(0, look)
    shown.press(Qt.Key.Key_F1)
    height, focused, scrolls, without_icon = found[0]
    assert height < SMALL[1]
    assert focused
    assert scrolls
    assert without_icon


def test_a_notice_without_room_ends_in_dots_and_says_all_on_hover(qtbot: QtBot, tmp_path: Path) -> None:
    engine = FakeEngine()
    fault = Fault("the disks cannot be read for a reason that is longer than others", remedy="chmod +r /proc/diskstats")
    machine = ComposedMachine(engine.catalogue, faults={"disk": fault})
    with scene(qtbot, tmp_path / "window.ini", engine, machine) as made:
        made.window.resize(*SMALL)
        made.tick(2)
        notice = part(made.card("disk"), Notice)
        label = part(notice, QLabel)
        assert label.text().startswith("The disks cannot be read")
        assert label.text().endswith("…")
        assert label.fontMetrics().horizontalAdvance(label.text()) <= label.width()
        assert fault.remedy in notice.words
        assert fault.remedy in label.toolTip()
        made.window.resize(1920, 600)
        turn()
        assert label.text() == notice.words
