"""Out of the window: charts as pictures, and history as files from a real database."""

from __future__ import annotations

import csv
import re
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TypeVar

import pytest
from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from perfwatch_core.collectors import CATALOGUE
from perfwatch_core.store import schema
from perfwatch_core.store.cluster import Cluster
from perfwatch_core.store.jobs import Jobs
from perfwatch_core.store.link import Halt, Link
from perfwatch_gui.charts.chart import TimeChart
from perfwatch_gui.export.dialog import ExportDialog
from perfwatch_gui.export.picture_dialog import PictureDialog
from perfwatch_gui.theme import DARK, LIGHT, Theme
from tests.gui.archive import FakeArchive
from tests.gui.charts.pictures import BEGIN, CPU, history
from tests.gui.engine import FakeEngine
from tests.gui.scene import CTRL, scene, turn
from tests.simulated_store import Store, machine_number

T = TypeVar("T")
DAY = datetime(2026, 2, 1, tzinfo=UTC)


class Chores(FakeArchive):
    """Runs chores in the store's own way, on a real database."""

    jobs: Jobs
    machine_id: int

    def chore(self, job: Callable[[Link, int], T]) -> Future[T]:
        """In the thread of the jobs."""
        return self.jobs.run(lambda link: job(link, self.machine_id))


@pytest.fixture(scope="module")
def stored(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[dict[str, str], int]]:
    """A database with one simulated day."""
    cluster = Cluster(tmp_path_factory.mktemp("cluster"))
    params = dict(cluster.acquire())
    with Link.open(params, Halt()) as link:
        schema.ensure(link, params, Halt())
        machine_id = machine_number(link, "0" * 32, "test")
        Store(link, machine_id, interval=30.0, distinct=1).fill(DAY, 1)
    yield params, machine_id
    cluster.release()


@pytest.fixture
def archive(stored: tuple[dict[str, str], int]) -> Iterator[Chores]:
    """The door to it."""
    made = Chores([], 0.0, 0.0)
    params, made.machine_id = stored
    made.jobs = Jobs(lambda: params)
    yield made
    assert made.jobs.close(5.0)


@pytest.fixture
def parent(qtbot: QtBot) -> QWidget:
    """What the dialogs belong to."""
    made = QWidget()
    qtbot.addWidget(made)
    return made


def dialog_of(parent: QWidget, archive: FakeArchive, file: Path) -> ExportDialog:
    """The dialog for the stored day."""
    begin = DAY.timestamp()
    dialog = ExportDialog(archive, CATALOGUE, begin, begin + timedelta(days=1).total_seconds(), parent)
    dialog.file.edit.setText(str(file))
    dialog.show()
    return dialog


def test_the_keyboard_begins_with_what_is_asked_and_ends_with_the_buttons(
    qtbot: QtBot, parent: QWidget, archive: Chores, tmp_path: Path
) -> None:
    dialog = dialog_of(parent, archive, tmp_path / "out.csv")
    qtbot.waitUntil(dialog.isActiveWindow)
    reached: list[QWidget | None] = []
    while (focus := QApplication.focusWidget()) not in reached:
        reached.append(focus)
        QTest.keyClick(dialog, Qt.Key.Key_Tab)
    assert reached[:3] == [dialog.from_, dialog.to, dialog.types]
    assert set(reached[-2:]) == {dialog.start, dialog.cancel}


def test_marked_types_go_to_the_file_with_progress(
    qtbot: QtBot, parent: QWidget, archive: Chores, tmp_path: Path
) -> None:
    file = tmp_path / "out.csv"
    dialog = dialog_of(parent, archive, file)
    for row in range(dialog.types.count()):
        if dialog.types.item(row).text() != "pressure":
            dialog.types.item(row).setCheckState(Qt.CheckState.Unchecked)
    QTest.keyClick(dialog.start, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: "rows are in" in dialog.words.text(), timeout=30_000)
    assert dialog.words.text() == f"2,880 rows are in {file}"
    assert dialog.bar.value() == dialog.bar.maximum()
    with file.open(newline="") as lines:
        head, *rows = csv.reader(lines)
    assert {name.partition(".")[0] for name in head[2:]} == {"pressure"}
    assert len(rows) == 2880
    assert [one.name for one in tmp_path.iterdir()] == ["out.csv"]


def test_parquet_and_minutes_by_keys(qtbot: QtBot, parent: QWidget, archive: Chores, tmp_path: Path) -> None:
    dialog = dialog_of(parent, archive, tmp_path / "out.csv")
    assert dialog.start.isDefault(), "Return begins"
    QTest.keyClicks(dialog.format, "p")
    QTest.keyClicks(dialog.interval, "1h")
    assert dialog.file.path.name == "out.parquet"
    QTest.keyClick(dialog.file.edit, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: "rows are in" in dialog.words.text(), timeout=30_000)
    assert dialog.words.text().startswith("24 rows")
    assert dialog.file.path.read_bytes()[:4] == b"PAR1"


def test_escape_stops_it_and_leaves_no_file(qtbot: QtBot, parent: QWidget, archive: Chores, tmp_path: Path) -> None:
    dialog = dialog_of(parent, archive, tmp_path / "out.csv")
    QTest.keyClick(dialog.start, Qt.Key.Key_Space)
    QTest.keyClick(dialog, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: bool(dialog.words.text()), timeout=30_000)
    assert dialog.words.text() == "Stopped; no file was written."
    assert list(tmp_path.iterdir()) == []
    QTest.keyClick(dialog, Qt.Key.Key_Escape)
    assert not dialog.isVisible()


def test_what_cannot_be_exported_is_said(qtbot: QtBot, parent: QWidget, archive: Chores, tmp_path: Path) -> None:
    dialog = dialog_of(parent, archive, tmp_path / "none" / "out.csv")
    dialog.begin()
    qtbot.waitUntil(lambda: bool(dialog.words.text()), timeout=30_000)
    assert dialog.words.text().endswith("cannot be written (No such file or directory); name another file.")
    dialog.from_.setText("yesteryear")
    dialog.begin()
    assert "'yesteryear' is no time" in dialog.words.text()
    dialog.from_.setText("2020-01-01")
    dialog.to.setText("2020-01-02")
    dialog.file.edit.setText(str(tmp_path / "out.csv"))
    dialog.begin()
    qtbot.waitUntil(lambda: "nothing was stored" in dialog.words.text(), timeout=30_000)
    assert list(tmp_path.iterdir()) == []


def test_ctrl_e_asks_for_what_is_shown(qtbot: QtBot, tmp_path: Path) -> None:
    seen: list[str] = []

    def look() -> None:
        dialog = QApplication.activeModalWidget()
        assert isinstance(dialog, ExportDialog)
        seen.extend((dialog.from_.text(), dialog.to.text()))
        QTest.keyClick(dialog, Qt.Key.Key_Escape)

    with scene(qtbot, tmp_path / "window.ini", FakeEngine()) as made:
        made.tick(2)
        QTimer.singleShot(0, look)
        made.press(Qt.Key.Key_E, CTRL)
        assert seen == [
            time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(moment)) for moment in (made.now - 300, made.now)
        ]


def picture_of(qtbot: QtBot, file: Path, *, light: bool, ending: str) -> Path:
    """The file that the dialog writes."""
    chart = TimeChart(Theme("dark"), CPU)
    qtbot.addWidget(chart)
    chart.draw(history(), BEGIN + 300)
    dialog = PictureDialog(chart, "CPU", chart)
    dialog.kind.setCurrentIndex(dialog.kind.findData(ending))
    dialog.light.setChecked(light)
    dialog.file.edit.setText(str(file))
    dialog.show()
    QTest.keyClick(dialog.file.edit, Qt.Key.Key_Return)
    turn()
    return file


@pytest.mark.parametrize("light", [False, True])
def test_a_chart_becomes_a_png_with_its_legend(qtbot: QtBot, tmp_path: Path, light: bool) -> None:
    image = QImage(str(picture_of(qtbot, tmp_path / "cpu.png", light=light, ending="png")))
    scheme = LIGHT if light else DARK
    assert image.pixelColor(2, 2).name() == scheme.colours["card"]
    legend = {image.pixelColor(x, y).name() for x in range(20, 400) for y in range(52, 70)}
    assert {scheme.colours[line.colour] for line in CPU} <= legend


def test_a_chart_becomes_an_svg_with_title_legend_and_span(qtbot: QtBot, tmp_path: Path) -> None:
    drawing = picture_of(qtbot, tmp_path / "cpu.svg", light=True, ending="svg").read_text()
    texts = re.findall(r"<text[^>]*>([^<]*)</text>", drawing)
    assert "CPU" in texts
    assert {line.label for line in CPU} <= set(texts)
    assert any("–" in one and time.localtime(BEGIN).tm_zone in one for one in texts)
    assert LIGHT.colours["card"] in drawing


def test_a_picture_that_cannot_be_written_leaves_the_dialog_open(qtbot: QtBot, tmp_path: Path) -> None:
    chart = TimeChart(Theme("dark"), CPU)
    qtbot.addWidget(chart)
    dialog = PictureDialog(chart, "CPU", chart)
    dialog.file.edit.setText(str(tmp_path / "none" / "cpu.png"))
    dialog.show()
    dialog.begin()
    assert dialog.isVisible()
    assert "cannot be written (No such file or directory)" in dialog.words.text()
