"""Hardware counters from a fake perf to the window: numbers, doubt, what is missing and why, mended while it runs."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QToolButton
from pytestqt.qtbot import QtBot

from perfwatch_core.collectors.perf.session import Session, Wish
from perfwatch_core.collectors.perf_events import PerfEventsCollector
from perfwatch_core.sampler import Sampler
from perfwatch_core.settings import Settings
from perfwatch_core.vitals import Vitals
from perfwatch_gui.cards.notice import Notice
from perfwatch_gui.theme import DARK
from tests.core.perf.conftest import FakePerf, Tree
from tests.gui.engine import FakeEngine
from tests.gui.scene import Scene, button, click, colours_of, scene, turn

EVENT, RATE, STATE, RUNNING, SHARE, EACH = range(6)


class Counters:
    """A window over a sampler that has one collector, and the perf that it runs."""

    def __init__(self, shown: Scene, fake: FakePerf, tree: Tree, collector: PerfEventsCollector) -> None:
        self.shown, self.fake, self.tree, self.collector = shown, fake, tree, collector
        self._sampler = Sampler([collector], shown.engine.bus, 0.5, Vitals())

    def until(self, wanted: Callable[[], bool], seconds: float = 20.0, pause: float = 0.05) -> None:
        """Sample, so many seconds apart, until the window shows what is wanted."""
        deadline = time.monotonic() + seconds
        while not wanted():
            assert time.monotonic() < deadline, self.table()
            self.shown.now = self._sampler.tick().time
            turn()
            threading.Event().wait(pause)

    def notice(self) -> str:
        """What stands above the page."""
        return self._notice().words if self._notice().isVisible() else ""

    def _notice(self) -> Notice:
        return next(iter(self.shown.window.pages["hardware"].findChildren(Notice)))

    def copy_command(self) -> str:
        """Press the notice's button; what is on the clipboard then."""
        click(next(iter(self._notice().findChildren(QToolButton))))
        return QGuiApplication.clipboard().text()

    def cell(self, event: str, column: int, role: Qt.ItemDataRole = Qt.ItemDataRole.DisplayRole) -> Any:
        """What the table has of one event."""
        model = self.shown.window.pages["hardware"].table
        assert model is not None
        names = [model.index(row, 0).data() for row in range(model.rowCount())]
        return model.data(model.index(names.index(event), column), role) if event in names else ""

    def table(self) -> str:
        """The whole table."""
        model = self.shown.window.pages["hardware"].table
        return model.as_text() if model is not None else ""


@pytest.fixture
def counters(qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Counters]:
    """The Hardware page of a window that no sample has reached yet."""
    fake, tree = FakePerf(tmp_path), Tree(tmp_path / "machine")
    monkeypatch.setenv("PATH", str(fake.path))
    monkeypatch.setenv("FAKE_PERF", str(fake.file))
    collector = PerfEventsCollector(tree.machine, Wish(sample_seconds=0.5), Session(tree.machine))
    with scene(qtbot, tmp_path / "window.ini", FakeEngine()) as shown:
        shown.window.show_page("hardware")
        yield Counters(shown, fake, tree, collector)
    collector.close()
    tree.machine.close()


def test_a_replayed_run_is_shown_with_what_is_a_guess_dimmed(counters: Counters) -> None:
    counters.fake.does("amd.csv", speed=10)
    counters.until(lambda: counters.shown.said("ipc") == "0.50")
    shown = counters.shown
    assert shown.said("ghz") == "0.50 GHz"
    assert shown.said("branch") == "5.0 %"
    assert shown.card("l1d").values_text() == "L1 data cache misses\n10.0 %\n50.00 /k instr"
    assert shown.said("tlb", "data") == "20.0 %"
    # more misses than look-ups, shown as counted
    assert shown.said("tlb", "instr") == "300.0 %"
    assert counters.notice() == ""
    row = [counters.cell("branch-misses", column) for column in range(6)]
    assert row == ["branch-misses", "50.0 M/s", "extrapolated", "83.0 %", "5.0 %", "12.50 /k instr"]
    assert counters.cell("LLC-loads", STATE) == "not supported"
    assert counters.cell("LLC-loads", RATE) == "N/A"
    hover = Qt.ItemDataRole.ToolTipRole
    assert "this processor has no such counter" in counters.cell("LLC-loads", RATE, hover)
    # each says what it means, and where a number is a worry
    assert "each throws away some 15 to 20 cycles" in counters.cell("branch-misses", EVENT, hover)
    assert "from 5 % on, and in red from 20 % on" in counters.cell("branch-misses", SHARE, hover)
    # it ran for 20 % of the time
    colour = Qt.ItemDataRole.ForegroundRole
    assert counters.cell("L1-icache-loads", RATE, colour).name() == DARK.colours["quiet"]
    assert counters.cell("dTLB-loads", RATE, colour).name() == DARK.colours["text"]
    assert "A guess: it was counted for 20 % of the time" in counters.cell("L1-icache-loads", RATE, hover)


def test_kinds_of_core_are_added_up_only_where_all_were_counted(counters: Counters) -> None:
    counters.fake.does("intel_hybrid.json", speed=10)
    # which of perf's intervals a sample gets is a matter of chance: wait for one with all of it
    counters.until(lambda: (counters.shown.said("llc"), counters.cell("branches", RATE)) == ("10.0 %", "2.00 G/s"))
    counters.until(lambda: counters.cell("L1-dcache-load-misses", RATE) == "N/A")
    why = counters.cell("L1-dcache-load-misses", RATE, Qt.ItemDataRole.ToolTipRole)
    assert "not every kind of core counts it" in why
    # E cores counted cycles in one second of three, and 54 % of that: the ratio is a guess as well
    field = counters.shown.field("ipc")
    # both of the replay's intervals, three tenths of a second, in one sample
    counters.until(lambda: "A guess" in field.toolTip() and counters.shown.said("ipc") == "1.25", pause=0.35)
    assert DARK.colours["text"] not in colours_of(field)
    assert "Instructions per cycle" in field.toolTip()


def test_each_core_has_its_row_once_that_is_asked_for(counters: Counters) -> None:
    counters.fake.does("arm_percpu.csv", speed=10)
    counters.collector.configure(Settings(perf_per_core=True, interval=0.5))
    card = counters.shown.card("ipc")
    click(button(card, "Instructions per cycle details"))
    counters.until(lambda: counters.shown.said("ipc") == "1.50")
    assert card.values_text().splitlines()[-2:] == ["0\t0.50", "1\t2.00"]


def test_a_denied_run_explains_itself_and_mending_brings_numbers(counters: Counters) -> None:
    counters.fake.does("amd.csv", speed=10, deny=True)
    counters.until(lambda: "paranoid" in counters.notice())
    assert counters.notice().startswith("Perf may not count: perf_event_paranoid is 2, and whole processors need 0")
    assert counters.copy_command().endswith("sysctl kernel.perf_event_paranoid=0")
    assert counters.shown.said("ipc") == "N/A"
    assert "perf_event_paranoid is 2" in counters.shown.field("ipc").toolTip()
    assert {counters.cell(event, STATE) for event in ("cpu-clock", "cycles")} == {"not permitted"}
    counters.fake.does("amd.csv", speed=10)
    counters.tree.write("proc/sys/kernel/perf_event_paranoid", "0")
    counters.until(lambda: counters.shown.said("ipc") == "0.50")
    assert counters.notice() == ""


def test_without_perf_the_page_names_the_package_and_numbers_come_once_it_is_there(counters: Counters) -> None:
    counters.fake.binary.unlink()
    counters.until(lambda: "not installed" in counters.notice())
    assert counters.copy_command().endswith("apt install linux-perf")
    counters.fake.does("amd.csv", speed=10)
    counters.fake.install()
    counters.until(lambda: counters.shown.said("ipc") == "0.50")


def test_a_virtual_machine_without_counters_still_has_its_software_events(counters: Counters) -> None:
    counters.tree.write("sys/class/dmi/id/sys_vendor", "QEMU")
    counters.until(lambda: counters.cell("page-faults", STATE) == "counted")
    assert "virt-xml VM --edit --features pmu=on" in counters.notice()
    assert counters.cell("context-switches", RATE).endswith("/s")
    assert counters.cell("cycles", STATE) == "not supported"
    said = counters.notice()
    counters.shown.window.show_page("dashboard")
    turn()
    assert counters.shown.card("hardware").notice.words == said
