"""Notifications: PerfWatch's own trouble, once for each, when it lasts, and withdrawn when it is over."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import QObject
from PySide6.QtDBus import QDBusMessage

from perfwatch_core.store.state import DatabaseState
from perfwatch_gui.desktop.trouble import Notifier, Watch, troubles
from tests.gui.engine import AWAY, FakeEngine, FakeState

FULL = "the journal is full: 120 samples were lost"


class Desk:
    """A notifier over an engine without threads, a clock that tests move, and what the desktop was sent."""

    def __init__(self) -> None:
        self.now = 0.0
        self.engine = FakeEngine()
        self.sent: list[QDBusMessage] = []
        self.owner = QObject()
        self.notifier = Notifier(self.engine, self.owner, self.sent.append, lambda: self.now)

    def look(self, state: FakeState, after: float = 60.0) -> list[str]:
        """What is sent when PerfWatch has been in this state for so many seconds."""
        self.engine.told = state
        self.sent.clear()
        self.notifier.look()
        self.now += after
        self.notifier.look()
        return [message.member() for message in self.sent]


@pytest.fixture(name="desk")
def _desk() -> Desk:
    return Desk()


def test_all_well_says_nothing(desk: Desk) -> None:
    assert desk.look(FakeState()) == []


def test_a_database_that_is_not_used_is_no_trouble() -> None:
    assert troubles(FakeState(database=DatabaseState("off", False, "nothing is stored"))) == {}


def test_what_lasts_is_said_once_and_withdrawn(desk: Desk) -> None:
    away = FakeState(database=AWAY)
    assert desk.look(away) == ["AddNotification"]
    message = desk.sent[0]
    assert message.service() == "org.freedesktop.portal.Desktop"
    assert message.arguments()[1]["title"] == "PerfWatch"
    assert message.arguments()[1]["body"] == "The database is away; 12 samples wait on the disk"
    more = replace(away, database=replace(AWAY, text=AWAY.text.replace("12", "1,400")))
    assert desk.look(more) == []
    key = message.arguments()[0]
    assert desk.look(FakeState()) == ["RemoveNotification"]
    assert desk.sent[0].arguments() == [key]
    assert desk.look(away) == ["AddNotification"]


def test_what_mends_itself_is_not_worth_a_word(desk: Desk) -> None:
    assert desk.look(FakeState(database=AWAY), after=5.0) == []
    assert desk.look(FakeState()) == []


def test_each_trouble_is_one_of_its_own(desk: Desk) -> None:
    assert desk.look(FakeState(notices=(FULL, "the clock was set back"))) == ["AddNotification"] * 2
    assert desk.look(FakeState(notices=(FULL,))) == ["RemoveNotification"]


def test_a_watch_forgets_what_never_became_due() -> None:
    watch = Watch()
    watch.look(FakeState(notices=(FULL,)), 0.0)
    watch.look(FakeState(), 10.0)
    assert watch.look(FakeState(notices=(FULL,)), 20.0) == ({}, set())
