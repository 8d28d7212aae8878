"""A sample comes onto the screen in two pictures, so that neither takes long, and leaves no card behind."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from perfwatch_core.sample import Sample
from perfwatch_core.units import ByteStyle
from perfwatch_gui.cards.figures import Snapshot
from tests.gui.scene import Scene, scene, turn

UPPER, ALL = [True] * 4 + [False] * 4, [True] * 8


@pytest.fixture
def shown(qtbot: QtBot, tmp_path: Path) -> Iterator[Scene]:
    """A live window."""
    with scene(qtbot, tmp_path / "window.ini") as made:
        made.tick(3)
        yield made


def take(shown: Scene) -> Sample:
    """The next sample comes as the bridge brings it; no picture is made yet."""
    sample = shown.machine.next()
    shown.now = sample.time
    shown.window.live_history.add(sample)
    shown.window.travel.take(sample)
    shown.window.pages["dashboard"].show_sample(Snapshot(sample, ByteStyle.AUTO), at_once=False)
    return sample


def newest(shown: Scene) -> list[bool]:
    """Whether each card shows the newest sample in all its charts."""
    right = shown.window.travel.times.right
    return [all(chart.now == right for chart in card.charts) for card in shown.window.pages["dashboard"].cards]


def test_the_upper_cards_come_first_and_the_others_a_moment_later(qtbot: QtBot, shown: Scene) -> None:
    upper, lower = shown.card("cpu"), shown.card("pressure")
    before = upper.values_text(), lower.values_text()
    take(shown)
    assert newest(shown) == UPPER
    assert upper.values_text() != before[0]
    assert lower.values_text() == before[1], "a card is of one moment as a whole"
    qtbot.waitUntil(lambda: newest(shown) == ALL, timeout=2000)
    assert lower.values_text() != before[1]


def test_one_that_comes_before_the_second_picture_takes_all_cards_along(shown: Scene) -> None:
    take(shown)
    take(shown)
    assert newest(shown) == ALL


def test_freezing_and_copying_between_the_two_leave_no_card_behind(shown: Scene) -> None:
    take(shown)
    shown.window.travel.toggle_frozen()
    assert newest(shown) == ALL
    shown.window.travel.toggle_frozen()
    turn()
    take(shown)
    shown.window.pages["dashboard"].copy_values()
    assert newest(shown) == ALL
