"""A window with the History page open, over a fake archive."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from tests.gui.archive import DAY, FakeArchive
from tests.gui.engine import FakeEngine
from tests.gui.history.opened import RECEIVED, USAGE, USER, grown
from tests.gui.machine import START
from tests.gui.scene import CTRL, Scene, scene, turn


@pytest.fixture
def archive() -> FakeArchive:
    """Two months of three series."""
    return FakeArchive([USAGE, USER, RECEIVED], START - 60 * DAY, START, value=grown)


@pytest.fixture
def shown(qtbot: QtBot, tmp_path: Path, archive: FakeArchive) -> Iterator[Scene]:
    """A window with the page open."""
    with scene(qtbot, tmp_path / "window.ini", FakeEngine(archive=archive)) as made:
        made.tick(2)
        made.press(Qt.Key.Key_3, CTRL)
        turn()
        yield made
