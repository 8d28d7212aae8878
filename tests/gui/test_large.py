"""A window of a machine with more than fits on any screen: what is written and sorted is what can be seen."""

from __future__ import annotations

import dataclasses
import weakref
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QItemSelectionModel, Qt
from pytestqt.qtbot import QtBot

from perfwatch_core.layout import PAGES
from perfwatch_core.metric import Series, Value
from perfwatch_core.sample import Sample
from perfwatch_core.units import ByteStyle
from perfwatch_gui.cards import figures
from perfwatch_gui.cards.busiest import Busiest
from perfwatch_gui.cards.figures import Shown, Snapshot
from perfwatch_gui.past.moments import Moments
from perfwatch_gui.tables.view import TableView
from tests.gui.engine import FakeEngine
from tests.gui.machine import ComposedMachine
from tests.gui.scene import Scene, part, scene, turn

_MANY = 600
_INTERFACES = next(table for page in PAGES for card in page.cards for table in card.tables if card.key == "network")


@pytest.fixture
def large(qtbot: QtBot, tmp_path: Path) -> Iterator[Scene]:
    """A window with that many interfaces, whose table is open."""
    engine = FakeEngine()
    with scene(qtbot, tmp_path / "w.ini", engine, ComposedMachine(engine.catalogue, interfaces=_MANY)) as shown:
        shown.window.resize(1600, 1000)
        shown.tick(2)
        shown.window.pages["dashboard"].fill(shown.card("network"))
        turn()
        yield shown


class _Marked(Sample):
    """A sample that can be seen to be gone."""

    __slots__ = ("__weakref__",)


def _names(view: TableView) -> list[str]:
    return [view.model().index(row, 0).data() for row in range(view.model().rowCount())]


def test_a_sample_has_only_the_rows_in_view_written(large: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    written: list[Series] = []
    shown = Snapshot.shown

    def counted(snapshot: Snapshot, series: Series) -> Shown:
        written.append(series)
        return shown(snapshot, series)

    monkeypatch.setattr(Snapshot, "shown", counted)
    large.tick()
    large.window.grab()
    seen = {series.instance for series in written if series.instance.startswith("veth")}
    assert 5 < len(seen) < _MANY / 4


def test_who_comes_and_goes_is_sorted_in_and_the_same_are_not_sorted_again(monkeypatch: pytest.MonkeyPatch) -> None:
    compared: list[str] = []
    in_numbers = figures.in_numbers

    def counted(name: str) -> tuple[int, str]:
        compared.append(name)
        return in_numbers(name)

    monkeypatch.setattr(figures, "in_numbers", counted)
    catalogue = FakeEngine().catalogue
    machine = ComposedMachine(catalogue, interfaces=47)
    first, second = (Snapshot(one, ByteStyle.AUTO) for one in machine.samples(2))
    rows = first.rows(_INTERFACES, catalogue)
    assert len(rows) == 47
    compared.clear()
    assert second.rows(_INTERFACES, catalogue) is rows
    assert compared == []
    machine.interfaces = 48
    third = Snapshot(machine.next(), ByteStyle.AUTO)
    assert len(third.rows(_INTERFACES, catalogue)) == 48


def test_a_sorted_table_follows_each_sample_and_the_selection_follows_its_row(large: Scene) -> None:
    view = part(large.card("network"), TableView)
    view.sortByColumn(1, Qt.SortOrder.DescendingOrder)
    series = large.engine.catalogue.series("network.bytes_recv_per_sec[veth0101]")
    assert _names(view).index("veth0101") > 10
    view.selectionModel().select(
        view.model().index(_names(view).index("veth0101"), 0), QItemSelectionModel.SelectionFlag.ClearAndSelect
    )
    sample = large.machine.next()
    large.publish(dataclasses.replace(sample, values={**sample.values, series: 9e9}))
    assert _names(view)[0] == "veth0101"
    assert [index.row() for index in view.selectionModel().selectedIndexes()] == [0]
    assert part(large.card("network"), Busiest).rows[0] == "veth0101"
    # by no column any more, and by name
    view.sortByColumn(-1, Qt.SortOrder.AscendingOrder)
    assert _names(view) == list(Snapshot(sample, ByteStyle.AUTO).rows(_INTERFACES, large.engine.catalogue))
    view.sortByColumn(0, Qt.SortOrder.DescendingOrder)
    assert _names(view) == sorted(_names(view), reverse=True)


@pytest.mark.parametrize(("values", "kept"), [(10, 90), (20_000, 13)])
def test_of_a_large_machine_no_more_whole_samples_are_remembered_than_the_store_lacks(
    large: Scene, values: int, kept: int
) -> None:
    catalogue = large.engine.catalogue
    moments = Moments(large.engine.archive, catalogue)
    known: dict[Series, Value] = {catalogue.series(f"network.is_up[veth{one}]"): 1 for one in range(values)}
    alive: list[weakref.ref[_Marked]] = []
    for number in range(100):
        sample = _Marked(number, 5.0 * number, 5.0, known)
        alive.append(weakref.ref(sample))
        moments.take(sample)
    del sample
    assert [one() is not None for one in alive] == [number >= 100 - kept for number in range(100)]
    moments.ask(5.0 * 98)
    assert moments.sample is not None
    assert moments.sample.number == 98


def test_a_table_that_was_out_of_sight_shows_the_newest_when_it_is_back(large: Scene) -> None:
    view, page = part(large.card("network"), TableView), large.window.pages["dashboard"]
    page.fill(None)
    large.machine.interfaces = 5
    sample = large.tick()
    page.fill(large.card("network"))
    turn()
    assert view.model().rowCount() == 5
    rate = sample.values[large.engine.catalogue.series("network.bytes_recv_per_sec[enp3s0]")]
    assert view.model().index(_names(view).index("enp3s0"), 1).data() == f"{float(rate) / 1e6:.2f} MB/s"
