"""The wall clock is set, back or ahead, while the window is open."""

from __future__ import annotations

from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from tests.gui.scene import said, scene

YEAR = 365 * 86400


@pytest.mark.parametrize("step", [-3600, 86400, -86400, 12 * YEAR])
def test_the_next_sample_is_shown_whatever_time_it_has(qtbot: QtBot, tmp_path: Path, step: float) -> None:
    """What lies ahead of it is drawn no more, and the charts are not empty."""
    with scene(qtbot, tmp_path / "window.ini") as shown:
        shown.tick(20)
        before = shown.said("cpu")
        shown.machine.start += step
        last = shown.tick(3)
        assert shown.window.live_history.newest is last
        assert shown.window.travel.sample is last
        assert said(shown.window.status.age) == "0 s ago"
        assert shown.said("cpu") != before
        times = shown.window.live_history.times
        assert times[-1] == last.time
        assert (times[1:] > times[:-1]).all()
        view = shown.window.travel.times
        assert view.right == last.time
        assert sum(view.start <= one <= view.right for one in times) >= 3
