"""Making the private cluster can be interrupted at any time, and is done anew."""

from __future__ import annotations

import os
import signal
from pathlib import Path

from perfwatch_core.store.cluster import Cluster
from tests.core.store.clusters import InThread, Owner, place, query, running, used
from tests.core.store.waiting import until


def test_an_interrupted_initdb_leaves_nothing_that_counts(tmp_path: Path) -> None:
    """The process is killed with -9 half-way; the next one makes the cluster anew."""
    owner = Owner(tmp_path)
    home = place(tmp_path).home
    until(lambda: list(home.glob("data.new-*/PG_VERSION")))
    owner.process.kill()
    owner.process.communicate()
    assert not place(tmp_path).data.exists()
    with used(tmp_path) as (_, params):
        assert query(params, "SELECT 1") == 1
        assert not list(home.glob("data.new-*"))


def test_an_initdb_killed_with_its_owner(tmp_path: Path) -> None:
    """Both with -9, as when the machine's memory ends."""
    owner = Owner(tmp_path)
    home = place(tmp_path).home
    until(lambda: list(home.glob("data.new-*/PG_VERSION")))
    inside = next(home.glob("data.new-*"))
    owner.process.kill()
    owner.process.communicate()
    for path in Path("/proc").glob("[0-9]*/cwd"):
        if path.exists() and path.samefile(inside):
            os.kill(int(path.parent.name), signal.SIGKILL)
    with used(tmp_path) as (_, params):
        assert query(params, "SELECT 1") == 1
        assert not list(home.glob("data.new-*"))


def test_making_it_ends_when_told_to(tmp_path: Path) -> None:
    """At once, with nothing left running; it can be made later."""
    one = Cluster(tmp_path)
    attempt = InThread(one)
    until(lambda: list(place(tmp_path).home.glob("data.new-*/PG_VERSION")))
    attempt.halt.set()
    assert attempt.join(1.0) == "PerfWatch is stopping"
    one.release()
    until(lambda: not running(tmp_path))
    with used(tmp_path) as (_, params):
        assert query(params, "SELECT 1") == 1
