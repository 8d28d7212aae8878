"""While what was picked is on its way the picture of what was picked before stands there, faded."""

from __future__ import annotations

import pytest
from pytestqt.qtbot import QtBot

from perfwatch_core.store.state import StoreProblem
from tests.gui.archive import FakeArchive
from tests.gui.charts.pictures import colours
from tests.gui.history.opened import USAGE, USER, page, settle
from tests.gui.scene import Scene, turn


@pytest.fixture
def late(qtbot: QtBot, shown: Scene, archive: FakeArchive) -> Scene:
    """The page shows one series and is asked for another, which the store has not answered yet."""
    settle(qtbot, shown)
    turn()
    assert page(shown).picker.series == (USAGE,)
    archive.prompt = False
    page(shown).picker.pick([USER])
    turn()
    return shown


def test_the_picture_before_stands_faded_until_the_new_one_is_there(
    qtbot: QtBot, late: Scene, archive: FakeArchive
) -> None:
    panel = page(late).panel
    assert panel.waiting
    assert panel.words.text() == ""
    assert len(colours(panel)) > 100, "there are curves to be seen"
    assert late.theme.colour("text").name() not in colours(panel)
    archive.prompt = True
    archive.answer()
    qtbot.waitUntil(lambda: not panel.waiting)
    assert panel.chart is not None
    assert len(panel.chart.data(USER)[0]) > 100


def test_a_store_that_cannot_answer_is_named_and_nothing_old_stands_there(
    qtbot: QtBot, late: Scene, archive: FakeArchive
) -> None:
    archive.trouble = StoreProblem("The database is away.")
    archive.answer()
    qtbot.waitUntil(lambda: page(late).panel.words.text() == "The database is away.")
    assert not page(late).panel.waiting


def test_another_size_gives_it_up(late: Scene) -> None:
    late.window.resize(late.window.width() - 40, late.window.height() - 20)
    turn()
    assert not page(late).panel.waiting


def test_picking_nothing_says_so(late: Scene) -> None:
    page(late).picker.pick([])
    turn()
    assert not page(late).panel.waiting
    assert page(late).panel.words.text().startswith("Pick a series")
