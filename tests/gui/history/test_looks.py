"""A picture of the History page: two series, another span, and the difference."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from perfwatch_gui.theme import mixed
from tests.gui.charts.pictures import channels, colours, has
from tests.gui.history.opened import USAGE, USER, page, settle
from tests.gui.scene import NO_KEY, Scene, turn


def test_history_with_compare_looks_as_it_should(qtbot: QtBot, shown: Scene) -> None:
    page(shown).picker.pick([USAGE, USER])
    page(shown).bar.choice.setCurrentIndex(2)
    settle(qtbot, shown)
    panel = page(shown).panel

    def known() -> bool:
        return panel.chart is not None and len(panel.chart.data(USER)[0]) > 280 and not page(shown).past.loading

    qtbot.waitUntil(known)
    turn()
    assert panel.chart is not None
    assert panel.difference is not None
    upper, lower = colours(panel.chart), colours(panel.difference)
    for token in ("blue", "amber"):
        colour = shown.theme.colour(token).name()
        assert has(upper, colour)
        assert has(lower, colour)
    # the band lies between ground and line
    ground, blue = shown.theme.colour("card"), shown.theme.colour("blue")
    band = mixed(ground, blue, 70 / 255)
    wanted = (band.red(), band.green(), band.blue())
    assert any(max(abs(a - b) for a, b in zip(channels(one), wanted, strict=True)) <= 2 for one in upper)
    assert page(shown).figures.rowCount() == 6
    QTest.keyClick(page(shown), Qt.Key.Key_Escape, NO_KEY)
