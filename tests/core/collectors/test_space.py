"""A file system that hangs costs one short wait and then nothing; its own numbers are missing, with the reason."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from perfwatch_core.collector import Missing, collect_safely
from perfwatch_core.collectors import disk, partitions, space
from perfwatch_core.collectors.machine import Machine
from perfwatch_core.collectors.partitions import Partitions
from perfwatch_core.collectors.space import Silent, Space
from tests.machines.files import lay_out
from tests.machines.server import compose

FULL = os.statvfs_result((4096, 4096, 100, 50, 40, 0, 0, 0, 0, 255))


class Mountains:
    """File systems, some of which hang until they are freed."""

    def __init__(self, *hung: str) -> None:
        self.hung = dict.fromkeys(hung, threading.Event())
        self.asked: list[str] = []

    def ask(self, point: str) -> os.statvfs_result:
        """Hangs at a hung one; OSError for one that is broken."""
        self.asked.append(point)
        if point in self.hung:
            self.hung[point].wait()
        if point == "/broken":
            raise PermissionError(13, "Permission denied")
        return FULL

    def free(self) -> None:
        """All answer from now on."""
        for event in self.hung.values():
            event.set()


@pytest.fixture
def mountains() -> Iterator[Mountains]:
    """Two that hang; freed at the end, so that no thread is left."""
    mountains = Mountains("/dead", "/gone")
    yield mountains
    mountains.free()


def test_all_answer(mountains: Mountains) -> None:
    with closing(Space(mountains.ask)) as space_:
        answers = space_.of(["/", "/home", "/broken"])
    assert answers["/"] is answers["/home"] is FULL
    assert isinstance(answers["/broken"], PermissionError)


def test_one_that_hangs_leaves_the_others(mountains: Mountains) -> None:
    with closing(Space(mountains.ask)) as space_:
        answers = space_.of(["/", "/dead", "/home"])
        assert isinstance(answers["/dead"], Silent)
        assert answers["/"] is answers["/home"] is FULL


def test_one_that_hangs_is_waited_for_once(mountains: Mountains) -> None:
    with closing(Space(mountains.ask)) as space_:
        space_.of(["/", "/dead"])
        began = time.monotonic()
        for _ in range(20):
            answers = space_.of(["/", "/dead"])
            assert answers["/"] is FULL
        assert mountains.asked.count("/dead") == 1
        assert isinstance(answers["/dead"], Silent)
        assert answers["/dead"].seconds >= space.WAIT_SECONDS
        # twenty waits would take two seconds
        assert time.monotonic() - began < 10 * space.WAIT_SECONDS


def test_several_that_hang_are_not_waited_for_one_after_the_other_for_ever(mountains: Mountains) -> None:
    hung = [f"/dead{n}" for n in range(20)]
    mountains.hung.update(dict.fromkeys(hung, mountains.hung["/dead"]))
    with closing(Space(mountains.ask)) as space_:
        began = time.monotonic()
        answers = space_.of([*hung, "/"])
        assert time.monotonic() - began < 3 * space.WAIT_FOR_ALL_SECONDS
        assert all(isinstance(answers[point], Silent) for point in hung)
        for _ in hung:
            answers = space_.of([*hung, "/"])
        # by now each has a thread of its own to hang
        assert answers["/"] is FULL


def test_one_that_wakes_up_is_asked_again(mountains: Mountains) -> None:
    with closing(Space(mountains.ask)) as space_:
        space_.of(["/dead"])
        mountains.free()
        deadline = time.monotonic() + 5
        while isinstance(space_.of(["/dead"])["/dead"], Silent):
            assert time.monotonic() < deadline
        # quick again, so asked together with all others
        while space_.of(["/dead", "/"]) != {"/dead": FULL, "/": FULL} or mountains.asked[-2] == "/":
            assert time.monotonic() < deadline
        assert mountains.asked[-2:] == ["/dead", "/"]


def test_a_thread_that_wakes_up_leaves_to_others_what_they_have_done(mountains: Mountains) -> None:
    with closing(Space(mountains.ask)) as space_:
        assert space_.of(["/dead", "/"])["/"] is FULL
        mountains.free()
        deadline = time.monotonic() + 5
        while isinstance(space_.of(["/dead"])["/dead"], Silent):
            assert time.monotonic() < deadline
        assert mountains.asked.count("/") == 1


def test_one_that_is_unmounted_while_it_hangs_is_forgotten(mountains: Mountains) -> None:
    with closing(Space(mountains.ask)) as space_:
        space_.of(["/dead"])
        assert space_.of(["/"]) == {"/": FULL}
        mountains.free()
        assert space_.of(["/dead"])["/dead"] is FULL


def test_closing_does_not_wait_and_asking_again_works(mountains: Mountains) -> None:
    space_ = Space(mountains.ask)
    space_.of(["/dead", "/"])
    began = time.monotonic()
    space_.close()
    assert time.monotonic() - began < space.WAIT_SECONDS
    assert space_.of(["/"])["/"] is FULL
    space_.close()


def test_a_hung_mount_is_missing_with_its_reason_and_the_disks_are_there(mountains: Mountains, tmp_path: Path) -> None:
    mountains.hung["/mnt/nfs share"] = mountains.hung["/dead"]
    machine = Machine(lay_out(compose.moment(late=False), tmp_path / "m"))
    with closing(disk.DiskCollector(machine, Partitions(machine, mountains.ask))) as collector, closing(machine):
        reading = collect_safely(collector)
    assert reading is not None
    assert reading.fault is None
    facts = reading.everything()
    raw = facts[partitions.TOTAL.of("/mnt/nfs share")]
    assert isinstance(raw, Missing)
    assert "has not answered for" in raw.reason
    assert facts[partitions.FSTYPE.of("/mnt/nfs share")] == "nfs4"
    assert facts[partitions.USED.of("/")] == 50 * 4096
    assert facts[disk.READS.of("sda")] == 1000


def test_space_is_counted_as_df_does(tmp_path: Path) -> None:
    machine = Machine(lay_out(compose.moment(late=False), tmp_path / "m"))
    with closing(Partitions(machine, lambda _: FULL)) as ours, closing(machine):
        facts = {(metric.field, point): raw for metric, point, raw in ours.collect()}
    assert facts["total_bytes", "/"] == 100 * 4096
    assert facts["free_bytes", "/"] == 40 * 4096
    assert facts["usage_percent", "/"] == (50, 90)
