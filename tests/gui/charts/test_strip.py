"""The strip of cores: each can be found and read, be they four or 128."""

from __future__ import annotations

from itertools import pairwise

import pytest
from PySide6.QtCore import QPoint
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QToolTip
from pytestqt.qtbot import QtBot

from perfwatch_gui.charts.strip import CoreStrip
from perfwatch_gui.theme import DARK, LIGHT, Theme, contrast
from tests.gui.charts.pictures import colours, shown


def strip(qtbot: QtBot, values: list[float | None], width: int = 700, theme: Theme | None = None) -> CoreStrip:
    """A strip on the screen."""
    made = CoreStrip(theme or Theme("dark"), name="per core")
    shown(qtbot, made, width=width, height=22)
    made.draw({str(core): value for core, value in enumerate(values)})
    QApplication.processEvents()
    return made


def seen(of: CoreStrip, core: int) -> set[str]:
    """The colours of one core's cell."""
    return colours(of, of.cell(core))


@pytest.mark.parametrize(("cores", "heat"), [(1, False), (4, False), (32, False), (33, True), (128, True)])
@pytest.mark.parametrize("width", [300, 701, 1800])
def test_cells_fill_the_width_in_order_without_overlap(qtbot: QtBot, cores: int, heat: bool, width: int) -> None:
    made = strip(qtbot, [50.0] * cores, width)
    cells = [made.cell(core) for core in range(cores)]
    assert made.is_heat_strip is heat
    assert cells[0].left() == 0
    assert cells[-1].right() == made.width() - 1
    assert all(earlier.right() < later.left() for earlier, later in pairwise(cells))
    assert max(cell.width() for cell in cells) - min(cell.width() for cell in cells) <= 4


def test_a_bar_is_as_high_as_its_core_is_busy(qtbot: QtBot) -> None:
    made = strip(qtbot, [0.0, 25.0, 100.0, 130.0])
    image = made.grab().toImage()
    heights = [
        sum(image.pixelColor(made.cell(core).center().x(), y).name() == DARK.colours["blue"] for y in range(22))
        for core in range(4)
    ]
    assert heights == [0, 6, 22, 22]


@pytest.mark.parametrize("scheme", [DARK, LIGHT], ids=lambda scheme: scheme.name)
def test_the_busier_a_core_the_more_its_cell_stands_out(qtbot: QtBot, scheme: object) -> None:
    theme = Theme("light" if scheme is LIGHT else "dark")
    made = strip(qtbot, [core * 100 / 127 for core in range(128)], 1280, theme)
    card = theme.scheme.colours["card"]
    shades = [contrast(seen(made, core).pop(), card) for core in range(128)]
    assert all(later >= earlier - 0.02 for earlier, later in pairwise(shades))
    assert len({round(shade, 3) for shade in shades}) >= 30
    assert shades[-1] > 3 * shades[0]


def test_a_core_nobody_knows_of_is_an_empty_frame(qtbot: QtBot) -> None:
    made = strip(qtbot, [None, 0.0, 50.0])
    assert seen(made, 0) == {DARK.colours["card"], DARK.colours["border"]}
    assert seen(made, 1).isdisjoint(seen(made, 0))


@pytest.mark.parametrize("cores", [8, 128])
def test_hovering_names_the_core_and_its_value(qtbot: QtBot, cores: int) -> None:
    made = strip(qtbot, [None, *(core / 2 for core in range(1, cores))], 1280)
    for core in (0, 1, cores // 2, cores - 1):
        QTest.mouseMove(made, made.cell(core).center())
        assert QToolTip.text() == (f"core {core}: {core / 2:.1f} %" if core else "core 0: N/A")
        assert DARK.colours["text"] in seen(made, core)
    made.resize(1380, 22)
    QTest.mouseMove(made, QPoint(1379, 10))
    assert QToolTip.text() == f"core {cores - 1}: {(cores - 1) / 2:.1f} %"
    QToolTip.hideText()


@pytest.mark.usefixtures("screen_reader")
def test_it_says_all_values_and_follows_the_theme(qtbot: QtBot) -> None:
    theme = Theme("dark")
    made = strip(qtbot, [12.0, None], theme=theme)
    assert made.accessibleName() == "per core"
    assert made.accessibleDescription() == "core 0: 12.0 %, core 1: N/A"
    theme.choose("light")
    assert LIGHT.colours["blue"] in seen(made, 0)


def test_cores_come_and_go(qtbot: QtBot) -> None:
    made = strip(qtbot, [10.0] * 4)
    QTest.mouseMove(made, made.cell(3).center())
    made.draw({"0": 5.0})
    QApplication.processEvents()
    assert made.values_text() == "core 0: 5.0 %"
    made.draw({})
    QApplication.processEvents()
    QTest.mouseMove(made, QPoint(20, 10))
    assert colours(made) == {DARK.colours["card"]}
    QToolTip.hideText()
