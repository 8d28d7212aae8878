"""The spool gives back what it was given, in order, across kill -9, a full disk and its own limit."""

from __future__ import annotations

import random
import resource
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from perfwatch_core.store import spool as spool_module
from perfwatch_core.store.batch import Batch
from perfwatch_core.store.frames import Frames
from perfwatch_core.store.spool import SUFFIX, Spool

ROOT = Path(__file__).parents[3]


def batch(number: int, size: int = 100) -> Batch:
    """A batch of one sample whose body does not shrink when packed."""
    return Batch(1, number, 1, number, number, random.Random(number).randbytes(size))


def everything(spool: Spool) -> list[int]:
    """The numbers of all batches, taken out a few at a time."""
    found = []
    while waiting := spool.peek(3):
        found += [one.first for one in waiting]
        spool.drop(len(waiting))
    return found


@contextmanager
def full_disk(free: int) -> Iterator[None]:
    """No file may grow beyond `free` bytes: write(2) then fails as it does on a full disk."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (free, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_first_in_first_out(tmp_path: Path) -> None:
    """Batches come out in order, over several files, and the files go with them."""
    spool = Spool(tmp_path, "m", 1, limit=1 << 20)
    for number in range(50):
        spool.put(batch(number, 20_000))
    assert spool.samples == 50
    assert len(list(tmp_path.glob(f"*{SUFFIX}"))) > 1
    assert everything(spool) == list(range(50))
    assert (spool.samples, spool.bytes) == (0, 0)
    spool.close()
    assert list(tmp_path.iterdir()) == []


def test_what_is_put_while_it_empties_comes_last(tmp_path: Path) -> None:
    """A replay and an outage may alternate."""
    spool = Spool(tmp_path, "m", 1, limit=1 << 20)
    for number in range(4):
        spool.put(batch(number))
    assert [one.first for one in spool.peek(2)] == [0, 1]
    spool.drop(2)
    spool.put(batch(4))
    assert everything(spool) == [2, 3, 4]
    spool.close()


def test_kill_minus_nine_loses_nothing(tmp_path: Path) -> None:
    """Another process finds all that `put` had returned for, in order, before its own."""
    program = (
        "import os, signal, sys; from pathlib import Path; from tests.core.store.test_spool import *\n"
        "spool = Spool(Path(sys.argv[1]), 'm', 2, 1 << 20)\n"
        "for number in range(30): spool.put(batch(number))\n"
        "spool.drop(5); os.kill(os.getpid(), signal.SIGKILL)"
    )
    dead = subprocess.run([sys.executable, "-c", program, str(tmp_path)], cwd=ROOT, check=False)
    assert dead.returncode == -9
    spool = Spool(tmp_path, "m", 3, limit=1 << 20)
    (left,) = tmp_path.glob(f"*{SUFFIX}")
    assert spool.adopt(left)
    spool.put(batch(30))
    # what was dropped without its file being finished comes again, which its key makes harmless
    assert everything(spool) == list(range(31))
    spool.close()


def test_the_file_of_a_living_process_is_left_alone(tmp_path: Path) -> None:
    """Only the dead have heirs."""
    owner = Spool(tmp_path, "m", 1, limit=1 << 20)
    owner.put(batch(1))
    (path,) = tmp_path.glob(f"*{SUFFIX}")
    heir = Spool(tmp_path, "m", 2, limit=1 << 20)
    assert not heir.adopt(path)
    owner.close()
    assert heir.adopt(path)
    assert everything(heir) == [1]
    heir.close()


def test_a_torn_end_reads_as_the_end(tmp_path: Path) -> None:
    """A power cut may leave half a frame; all before it counts."""
    spool = Spool(tmp_path, "m", 1, limit=1 << 20)
    for number in range(3):
        spool.put(batch(number))
    spool.close()
    (path,) = tmp_path.glob(f"*{SUFFIX}")
    path.write_bytes(path.read_bytes()[:-10])
    heir = Spool(tmp_path, "m", 2, limit=1 << 20)
    assert heir.adopt(path)
    assert heir.samples == 2
    assert everything(heir) == [0, 1]
    heir.close()


@pytest.mark.expects_log("samples were dropped: the journal reached its")
def test_a_full_spool_drops_the_oldest_and_says_so(tmp_path: Path) -> None:
    """The newest stay, their number is right, and the limit holds."""
    spool = Spool(tmp_path, "m", 1, limit=200_000)
    for number in range(40):
        spool.put(batch(number, 20_000))
    assert spool.lost > 0
    assert spool.bytes <= 200_000
    assert spool.samples == 40 - spool.lost
    assert everything(spool) == list(range(spool.lost, 40))
    spool.close()


def test_a_full_disk_keeps_batches_in_memory(tmp_path: Path) -> None:
    """They are not lost, come out in order, and go to the disk when it takes them again."""
    spool = Spool(tmp_path, "m", 1, limit=1 << 20)
    spool.put(batch(0, 2000))
    with full_disk(3000):
        for number in range(1, 4):
            spool.put(batch(number, 2000))
        assert spool.error is not None
        assert spool.held == 3
        assert spool.samples == 4
    spool.flush()
    assert spool.held == 0
    assert everything(spool) == [0, 1, 2, 3]
    spool.close()


@pytest.mark.expects_log("memory is used up")
def test_memory_is_no_bottomless_pit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """While the disk stays full the oldest in memory go, counted."""
    monkeypatch.setattr(spool_module, "HELD_BYTES", 4500)
    spool = Spool(tmp_path, "m", 1, limit=1 << 20)
    with full_disk(100):
        for number in range(6):
            spool.put(batch(number, 1000))
        assert everything(spool) == [2, 3, 4, 5]
    assert spool.lost == 2
    spool.close()


def test_an_emptied_file_can_be_adopted_by_nobody(tmp_path: Path) -> None:
    """Between looking and locking the owner may have finished with it."""
    path = tmp_path / "m-1-1.spool"
    path.touch()
    assert Frames.adopt(path) is None
    assert not path.exists()
