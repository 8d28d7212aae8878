"""The History page of a scene: getting at it, typing into it, waiting for it."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from perfwatch_core.collectors import CATALOGUE
from perfwatch_core.metric import Series
from perfwatch_gui.history.page import HistoryPage
from tests.gui.archive import DAY, load
from tests.gui.machine import START
from tests.gui.scene import Scene, turn

USAGE, USER, RECEIVED = (
    CATALOGUE.series(address) for address in ("cpu.usage_percent", "cpu.user", "network.bytes_recv_per_sec[eth0]")
)


def grown(series: Series, moment: float) -> float:
    """As `load`; only the user's share is uneven, and much more during the last day."""
    if series is not USER:
        return load(series, moment)
    return 10 + moment * 7919 % 13 + (60 if moment > START - DAY else 0)


def page(shown: Scene) -> HistoryPage:
    """The page, which is open."""
    assert shown.window.page == "history"
    return shown.window.history


def write(shown: Scene, field: str, words: str) -> None:
    """Type into one of the fields of the span, and press Return."""
    edit = {"from": page(shown).bar.start, "to": page(shown).bar.end, "other": page(shown).bar.other}[field]
    edit.setFocus()
    edit.selectAll()
    QTest.keyClicks(edit, words)
    QTest.keyClick(edit, Qt.Key.Key_Return)
    turn()


def settle(qtbot: QtBot, shown: Scene) -> None:
    """Let the view rest."""
    qtbot.waitUntil(lambda: not page(shown).times.moving and not page(shown).past.loading)
    turn()
