"""Cards by hand: hovering, legends, tables, the strip of cores, many interfaces, narrow windows."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, QPoint, Qt, QTimer
from PySide6.QtGui import QContextMenuEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu, QWidget
from pytestqt.qtbot import QtBot

from perfwatch_gui.cards.busiest import Busiest
from perfwatch_gui.cards.field import Field
from perfwatch_gui.charts.strip import CoreStrip
from perfwatch_gui.tables.view import TableView
from perfwatch_gui.theme import DARK
from tests.gui.charts.pictures import colours, has, hover
from tests.gui.engine import FakeEngine
from tests.gui.machine import ComposedMachine
from tests.gui.scene import NO_KEY, Scene, button, click, part, said, scene, turn


@pytest.fixture
def shown(qtbot: QtBot, tmp_path: Path) -> Iterator[Scene]:
    """A window after five minutes."""
    with scene(qtbot, tmp_path / "window.ini") as made:
        made.tick(61)
        yield made


def test_one_cursor_runs_through_all_charts_and_reads_values_with_clock_time(shown: Scene) -> None:
    charts = [chart for card in shown.window.pages["dashboard"].cards for chart in card.charts]
    assert len(charts) == 9
    hover(shown.card("cpu").charts[0], 100)
    turn()
    newest = shown.window.travel.sample
    assert newest is not None
    clock = time.strftime("%H:%M:%S", time.localtime(newest.time - 100))
    for chart in charts:
        assert chart.read_out is not None
        assert chart.read_out.clock == clock
    usage = shown.engine.catalogue.series("cpu.usage_percent")
    value = shown.window.pages["dashboard"].past.value(usage, newest.time - 100)
    out = shown.card("cpu").charts[0].read_out
    assert out is not None
    assert f"usage {value:.1f} %" in str(out)
    QTest.mouseMove(shown.window.status)
    QApplication.sendEvent(shown.card("cpu").charts[0], leave())
    assert all(chart.read_out is None for chart in charts)


def leave() -> QEvent:
    """The pointer goes elsewhere."""
    return QEvent(QEvent.Type.Leave)


def test_a_click_on_a_legend_entry_switches_its_line_and_that_is_remembered(qtbot: QtBot, tmp_path: Path) -> None:
    with scene(qtbot, tmp_path / "window.ini") as shown:
        shown.tick(61)
        card = shown.card("cpu")
        assert has(colours(card.charts[0]), DARK.colours["green"])
        click(next(one for one in card.plots[0].legend.entries if one.text() == "user"))
        turn()
        assert not has(colours(card.charts[0]), DARK.colours["green"])
    with scene(qtbot, tmp_path / "window.ini") as again:
        again.tick(61)
        card = again.card("cpu")
        entry = next(one for one in card.plots[0].legend.entries if one.text() == "user")
        assert not entry.isChecked()
        assert not has(colours(card.charts[0]), DARK.colours["green"])
        click(entry)
        turn()
        assert has(colours(card.charts[0]), DARK.colours["green"])
    assert again.preferences.hidden_lines == frozenset()


def test_a_changing_number_moves_nothing(shown: Scene) -> None:
    page = shown.window.pages["dashboard"]
    before = {field: field.geometry() for field in page.findChildren(Field)}
    shown.tick(20)
    assert {field: field.geometry() for field in page.findChildren(Field)} == before


def test_values_keep_within_their_room(shown: Scene) -> None:
    for _ in range(30):
        shown.tick()
        for field in shown.window.pages["dashboard"].findChildren(Field):
            assert field.text_width <= field.width(), f"{field.accessibleName()} {said(field)}"


def test_128_cores_are_a_heat_strip(qtbot: QtBot, tmp_path: Path) -> None:
    engine = FakeEngine()
    with scene(qtbot, tmp_path / "w.ini", engine, ComposedMachine(engine.catalogue, cores=128)) as shown:
        shown.tick(2)
        strip = part(shown.card("cpu"), CoreStrip)
        assert strip.is_heat_strip
        values = strip.values_text().split(", ")
        assert len(values) == 128
        assert [value.partition(":")[0] for value in values[8:12]] == ["core 8", "core 9", "core 10", "core 11"]
        assert strip.cell(127).right() <= strip.width()
        assert len(colours(strip)) > 8


def test_30_interfaces_are_the_busiest_five_and_the_table_is_one_click_away(qtbot: QtBot, tmp_path: Path) -> None:
    engine = FakeEngine()
    with scene(qtbot, tmp_path / "w.ini", engine, ComposedMachine(engine.catalogue, interfaces=30)) as shown:
        shown.window.resize(1600, 1000)
        shown.tick(2)
        card = shown.card("network")
        busiest = part(card, Busiest)
        assert busiest.rows[:3] == ["enp3s0", "wlan0", "docker0"]
        assert (len(busiest.rows), busiest.others) == (5, 25)
        click(busiest)
        table = part(card, TableView)
        assert table.isVisible()
        assert table.model().rowCount() == 30
        shown.press(Qt.Key.Key_Escape)
        assert not table.isVisible()
        assert busiest.isVisible()


def test_a_table_is_sorted_by_numbers_and_copied_as_text(shown: Scene) -> None:
    click(button(shown.card("disk"), "Disk details"))
    disks, systems = shown.card("disk").findChildren(TableView)
    header = systems.horizontalHeader()
    at = QPoint(header.sectionPosition(4) + 10, header.height() // 2)
    sizes = []
    for _ in range(2):
        QTest.mouseClick(header.viewport(), Qt.MouseButton.LeftButton, NO_KEY, at)
        turn()
        sizes.append([systems.model().index(row, 4).data() for row in range(3)])
    assert sizes[0] == ["100 GB", "800 GB", "2.00 TB"] or sizes[0] == ["2.00 TB", "800 GB", "100 GB"]
    assert sizes[1] == sizes[0][::-1]
    disks.setFocus()
    shown.press(Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    copied = QApplication.clipboard().text()
    assert "Disk\tRead\tWrite" in copied
    assert "nvme0n1\t" in copied


def test_the_tables_follow_the_samples(shown: Scene) -> None:
    click(button(shown.card("network"), "Network details"))
    table = part(shown.card("network"), TableView)
    sample = shown.tick()
    value = sample.values[shown.engine.catalogue.series("network.bytes_sent_per_sec[wlan0]")]
    rows = {table.model().index(row, 0).data(): row for row in range(table.model().rowCount())}
    assert table.model().index(rows["wlan0"], 2).data() == f"{float(value) / 1000:.0f} kB/s"
    assert table.model().index(rows["wlan0"], 9).data() == "yes"


def test_a_double_click_fills_the_window_and_gives_it_back(shown: Scene) -> None:
    card = shown.card("memory")
    for filled in (True, False):
        QTest.mouseDClick(card, Qt.MouseButton.LeftButton, NO_KEY, QPoint(60, 16))
        turn()
        assert card.filling is filled
        assert shown.card("cpu").isVisible() is not filled


def test_the_context_menu_copies_and_fills(shown: Scene) -> None:
    card, offered = shown.card("swap"), []

    def choose() -> None:
        menu = QApplication.activePopupWidget()
        assert isinstance(menu, QMenu)
        offered.append([action.text() for action in menu.actions()])
        for _ in offered:
            QTest.keyClick(menu, Qt.Key.Key_Down)
        QTest.keyClick(menu, Qt.Key.Key_Return)

    for _ in range(2):
        QTimer.singleShot(0, choose)
        QApplication.sendEvent(card, context_menu(card))
    assert offered == [["Copy values", "Fill the window", "Pin this moment", "Save chart as picture …"]] * 2
    assert QApplication.clipboard().text().startswith("Swap activity\n")
    assert card.filling


def context_menu(card: QWidget) -> QContextMenuEvent:
    """A right click, as the window system tells of it."""
    at = QPoint(60, 16)
    return QContextMenuEvent(QContextMenuEvent.Reason.Mouse, at, card.mapToGlobal(at), NO_KEY)


@pytest.mark.parametrize("page", ["dashboard", "hardware"])
def test_in_the_smallest_window_nothing_covers_or_cuts_anything(shown: Scene, page: str) -> None:
    shown.window.resize(shown.window.minimumSize())
    shown.window.show_page(page)
    shown.tick()
    for card in shown.window.pages[page].cards:
        inside = card.rect().adjusted(8, 4, -8, -4)
        parts = [one for one in card.findChildren(Field) if one.isVisible()]
        places = [part.rect().translated(part.mapTo(card, QPoint(0, 0))) for part in parts]
        assert places, card.card.title
        for place in places:
            assert inside.contains(place), card.card.title
        assert not any(one.intersects(other) for at, one in enumerate(places) for other in places[:at])
        assert all(chart.height() >= 40 for chart in card.charts)


def test_whatever_takes_the_focus_has_a_name(shown: Scene) -> None:
    click(button(shown.card("disk"), "Disk details"))
    for page in ("dashboard", "hardware", "settings"):
        shown.window.show_page(page)
        turn()
        met = [one for one in shown.window.findChildren(QWidget) if one.isVisible()]
        asked = [one for one in met if one.focusPolicy() & Qt.FocusPolicy.TabFocus]
        assert len(asked) > 4
        nameless = [one for one in asked if not (one.accessibleName() or getattr(one, "text", str)())]
        assert nameless == [], page


def test_the_disk_card_has_latency_and_the_fullest_partition_in_an_ordinary_window(shown: Scene) -> None:
    shown.window.resize(1280, 720)
    turn()
    wanted = [field for field in shown.card("disk").findChildren(Field) if field.label in ("latency", "fullest")]
    assert [said(field).split()[-1] for field in wanted] == ["ms", "ms", "/home"]
    assert all(field.isVisible() and field.text_width <= field.width() for field in wanted)
