"""Starting, live, old, hidden; what is missing and why; what the line at the foot says."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, QRect
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QToolButton
from pytestqt.qtbot import QtBot

from perfwatch_core.sample import Fault, Sample
from perfwatch_core.store.state import DatabaseState, Role
from perfwatch_gui.cards.field import Field
from perfwatch_gui.cards.notice import Notice
from perfwatch_gui.status import age_text, is_stale
from perfwatch_gui.theme import DARK
from tests.gui.charts.pictures import colours
from tests.gui.engine import AWAY, FakeEngine, FakeState
from tests.gui.scene import Scene, click, colours_of, said, scene, turn


@pytest.fixture
def shown(qtbot: QtBot, tmp_path: Path) -> Iterator[Scene]:
    """A window that no sample has reached yet."""
    with scene(qtbot, tmp_path / "window.ini") as made:
        yield made


def mark(shown: Scene) -> str:
    """What the mark in the header says."""
    return next(one.text() for one in shown.window.header.findChildren(QToolButton) if one.objectName() == "live")


def fields(shown: Scene) -> list[Field]:
    """All numbers of the dashboard, except those that a narrow card leaves out."""
    page = shown.window.pages["dashboard"]
    return [field for field in page.findChildren(Field) if field.isVisible()]


def test_before_the_first_sample_there_are_skeletons_and_no_zeros(shown: Scene) -> None:
    assert len(fields(shown)) > 30
    for field in fields(shown):
        assert field.shown is None
        assert DARK.colours["border"] in colours_of(field), "a bar stands in its place"
        assert DARK.colours["text"] not in colours_of(field)
    assert mark(shown) == "●  starting"
    assert said(shown.window.status.age) == ""
    shown.tick()
    assert all(field.shown is not None for field in fields(shown))
    assert mark(shown) == "●  live  5 s"


def test_an_old_picture_fades_and_its_age_counts_up(shown: Scene) -> None:
    shown.tick()
    card = shown.card("cpu")
    area = QRect(card.mapTo(shown.window, QPoint(0, 0)), card.size())
    assert {DARK.colours["card"], DARK.colours["text"]} <= colours(shown.window, area)
    shown.wait(12)
    assert mark(shown) == "●  live  5 s"
    assert said(shown.window.status.age) == "12 s ago"
    shown.wait(1)
    assert mark(shown) == "●  no new samples"
    assert said(shown.window.status.age) == "13 s ago"
    assert not {DARK.colours["card"], DARK.colours["text"]} & colours(shown.window, area)
    shown.wait(200)
    assert said(shown.window.status.age) == "3 min ago"
    sample = shown.machine.next()
    shown.publish(replace(sample, time=shown.now))
    assert mark(shown) == "●  live  5 s"
    assert {DARK.colours["card"], DARK.colours["text"]} <= colours(shown.window, area)


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (-3, "0 s ago"),
        (0.9, "0 s ago"),
        (119, "119 s ago"),
        (120, "2 min ago"),
        (7199, "119 min ago"),
        (7200, "2 h ago"),
    ],
)
def test_an_age_is_said_in_its_largest_unit(seconds: float, words: str) -> None:
    assert age_text(seconds) == words


def test_a_picture_is_old_after_two_and_a_half_intervals_and_never_before_three_seconds() -> None:
    assert not is_stale(2.9, 0.5)
    assert is_stale(3.1, 0.5)
    assert not is_stale(149, 60)
    assert is_stale(151, 60)


def without(sample: Sample, shown: Scene, address: str, reason: str) -> Sample:
    """The sample without one value, and why."""
    series = shown.engine.catalogue.series(address)
    values = {one: value for one, value in sample.values.items() if one.metric is not series.metric}
    return replace(sample, values=values, missing={series: reason})


def test_what_is_not_known_is_dimmed_with_its_reason_on_hover(shown: Scene) -> None:
    sample = without(shown.machine.next(), shown, "cpu.temperature_celsius", "this machine has no sensor")
    shown.publish(sample)
    field = shown.field("cpu", "temperature")
    assert said(field) == "N/A"
    assert "this machine has no sensor" in field.toolTip()
    assert DARK.colours["text"] not in colours_of(field)
    assert shown.said("cpu", "load") != "N/A"
    shown.tick()
    assert said(field).endswith("°C")
    assert "What a temperature sensor shows." in field.toolTip()
    assert "no sensor" not in field.toolTip()
    assert DARK.colours["text"] in colours_of(field)


def test_a_collector_in_trouble_says_so_and_leaves_the_others_as_they_are(shown: Scene) -> None:
    shown.tick()
    shown.machine.faults["pressure"] = Fault("the kernel was built without PSI", remedy="boot with psi=1")
    shown.tick()
    notice = shown.card("pressure").notice
    assert notice.isVisible()
    assert notice.words == "The kernel was built without PSI. Mend it with: boot with psi=1"
    field = shown.field("pressure", "mem")
    assert said(field) == "N/A"
    assert "boot with psi=1" in field.toolTip()
    assert shown.said("cpu") != "N/A"
    others = [card for card in shown.window.pages["dashboard"].cards if card.card.key != "pressure"]
    assert not any(card.notice.isVisible() for card in others)
    click(next(one for one in notice.findChildren(QToolButton)))
    assert QGuiApplication.clipboard().text() == "boot with psi=1"
    shown.machine.faults.clear()
    shown.tick()
    assert not notice.isVisible()
    assert said(field) != "N/A"


def test_a_page_says_once_what_it_lacks_as_a_whole(shown: Scene) -> None:
    shown.machine.faults["perf_events"] = Fault("perf is missing", here=False, remedy="apt-get install linux-perf")
    shown.tick()
    shown.window.show_page("hardware")
    turn()
    notices = [one for one in shown.window.pages["hardware"].findChildren(Notice) if one.isVisible()]
    assert notices[0].words == "Perf is missing. Mend it with: apt-get install linux-perf"
    assert shown.said("ipc") == "N/A"


def test_a_first_start_is_no_trouble(qtbot: QtBot, tmp_path: Path) -> None:
    """Nobody can ask a database that is being made; the foot says starting, not away and not unstored."""
    database = DatabaseState("private", False, "The private database is starting.", starting=True)
    told = FakeState(role=Role.ALONE, database=database)
    with scene(qtbot, tmp_path / "window.ini", FakeEngine(told=told)) as shown:
        shown.tick()
        assert said(shown.window.status.role) == "starting"
        assert said(shown.window.status.database) == "private PostgreSQL starting"


@pytest.mark.parametrize(
    ("role", "words"),
    [
        (Role.STARTING, "starting"),
        (Role.COLLECTING, "collecting"),
        (Role.FOLLOWING, "following another PerfWatch"),
        (Role.ALONE, "collecting, not stored"),
    ],
)
def test_the_foot_says_what_this_perfwatch_does(qtbot: QtBot, tmp_path: Path, role: Role, words: str) -> None:
    with scene(qtbot, tmp_path / "window.ini", FakeEngine(told=FakeState(role=role))) as shown:
        shown.tick()
        assert said(shown.window.status.role) == words
        assert shown.window.status.role.toolTip() != ""
        # a follower is shown the figures of another process
        followed = role is Role.FOLLOWING
        assert ("the PerfWatch that collects" in shown.window.status.cost.toolTip()) is followed


def test_the_foot_says_how_the_database_is(shown: Scene) -> None:
    shown.tick()
    status = shown.window.status
    assert said(status.database) == "private PostgreSQL ok, 48.0 MB"
    shown.engine.told = FakeState(database=AWAY, notices=("The spool is full; the oldest samples go.",))
    shown.wait(1)
    assert said(status.database) == "private PostgreSQL away"
    assert "12 samples wait on the disk" in status.database.toolTip()
    assert said(status.role) == "collecting (!)"
    assert "The spool is full" in status.role.toolTip()
    shown.engine.told = FakeState(database=DatabaseState("external", True, "it answers"))
    shown.wait(1)
    assert said(status.database) == "PostgreSQL ok"
    shown.engine.told = FakeState(database=DatabaseState("off", True, "nothing is kept"))
    shown.wait(1)
    assert said(status.database) == "not stored"


def test_the_foot_says_what_perfwatch_costs(shown: Scene) -> None:
    sample = shown.tick()
    cpu = sample.values[shown.engine.catalogue.series("self.cpu_percent")]
    assert said(shown.window.status.cost) == f"{cpu:.1f} % CPU  158 MiB"


@pytest.mark.parametrize("way", ["hide", "showMinimized"])
def test_nothing_is_done_for_nobody(shown: Scene, monkeypatch: pytest.MonkeyPatch, way: str) -> None:
    shown.tick(3)
    drawn: list[str] = []
    for card in shown.window.pages["dashboard"].cards:
        monkeypatch.setattr(card, "show_sample", lambda _snapshot, key=card.card.key: drawn.append(key))
    shown.tick()
    assert len(drawn) == 8
    getattr(shown.window, way)()
    turn()
    drawn.clear()
    shown.tick(5)
    assert drawn == []
    assert not shown.window.status_timer.isActive()
    shown.window.showNormal()
    turn()
    assert len(set(drawn)) == 8, "what was missed is drawn when somebody looks again"
    assert shown.window.status_timer.isActive()


def test_only_the_open_page_is_drawn(shown: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    drawn: list[str] = []
    for page in shown.window.pages.values():
        for card in page.cards:
            monkeypatch.setattr(card, "show_sample", lambda _snapshot, key=card.card.key: drawn.append(key))
    shown.window.show_page("hardware")
    shown.tick()
    assert set(drawn) == {card.card.key for card in shown.window.pages["hardware"].cards}
    drawn.clear()
    shown.window.show_page("settings")
    shown.tick()
    assert drawn == []
