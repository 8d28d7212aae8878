"""A power cut costs thirty seconds of samples at most, whatever the interval, with and without the database."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable
from pathlib import Path

import pytest

from perfwatch_core.store.cluster_config import SETTINGS
from perfwatch_core.store.writer import Journal
from tests.core.store.residents import Clock, Resident, Town
from tests.core.store.samples import sample

MOST_LOST = 30.0
LASTS = 150.0


def life(one: Resident, clock: Clock, interval: float) -> Iterable[float]:
    """Samples every `interval` seconds, and the store's thread as it wakes; the time at each moment."""
    began = clock.now
    due, number = began + interval, 0
    while clock.now < began + LASTS:
        clock.now = min(due, max(one.duty.wake_at(), clock.now + 0.01))
        if clock.now >= due:
            number += 1
            due += interval
            one.tick(sample(number, step=interval))
        else:
            one.tick()
        yield clock.now - began


def surviving(data_dir: Path, where: Path, monkeypatch: pytest.MonkeyPatch) -> float:
    """How many samples the next boot finds in the journal: what was on the disk, and nothing of a tmpfs."""
    shutil.copytree(data_dir / "journal", where / "journal")
    with monkeypatch.context() as patch:
        (where / "run").mkdir(mode=0o700)
        patch.setenv("XDG_RUNTIME_DIR", str(where / "run"))
        journal = Journal(where, "m")
        found = journal.spool.samples
        journal.close()
    shutil.rmtree(where)
    return found


@pytest.mark.parametrize("interval", [0.5, 5.0, 60.0])
def test_with_the_database(town: Town, clock: Clock, tmp_path: Path, interval: float) -> None:
    """What is older is committed, and a commit is on the disk before it is confirmed."""
    assert "synchronous_commit" not in SETTINGS
    assert "fsync" not in SETTINGS
    one = Resident(town, clock, tmp_path)
    one.tick()
    looked = 0.0
    for now in life(one, clock, interval):
        if now - looked > 7:
            looked = now
            # the sample's number times the interval is when it was taken
            assert len(town.stored()) >= (now - MOST_LOST) // interval
    assert town.stored()
    one.leave()


@pytest.mark.expects_log("the database is away")
@pytest.mark.parametrize("interval", [0.5, 5.0, 60.0])
def test_without_the_database(
    town: Town, clock: Clock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, interval: float
) -> None:
    """What is older is in the spool, which is synced to the disk."""
    synced: list[int] = []
    real = os.fdatasync

    def fdatasync(fd: int) -> None:
        real(fd)
        synced.append(fd)

    monkeypatch.setattr("os.fdatasync", fdatasync)
    town.away = "the server is down"
    one = Resident(town, clock, tmp_path / "data")
    looked, found = 0.0, 0.0
    for now in life(one, clock, interval):
        if now - looked > 7:
            looked = now
            found = surviving(tmp_path / "data", tmp_path / "later", monkeypatch)
            assert found >= (now - MOST_LOST) // interval
    assert found
    assert synced
    one.leave()
