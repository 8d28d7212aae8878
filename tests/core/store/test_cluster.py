"""The private cluster is made once, shared by all who use it, and stopped by the last."""

from __future__ import annotations

import os
import shutil
import signal
import threading
from pathlib import Path

import pytest

from perfwatch_core.store.cluster import Cluster, ClusterProblem
from tests.core.store.clusters import InThread, Owner, children, kill, place, query, running, server, used
from tests.core.store.waiting import until


def test_it_is_made_used_stopped_and_found_again(tmp_path: Path) -> None:
    """A fresh directory becomes a cluster; what was written is there at the next start."""
    with used(tmp_path / "not" / "yet") as (one, params):
        assert params["dbname"] == params["user"] == "perfwatch"
        query(params, "CREATE TABLE t AS SELECT 1 AS a")
        assert len(one.pids()) == 2
    with used(tmp_path / "not" / "yet") as (one, params):
        assert query(params, "SELECT a FROM t") == 1
        assert query(params, "SHOW server_encoding") == "UTF8"
    assert one.pids() == ()


def test_all_share_one_server_and_the_last_one_out_stops_it(data_dir: Path) -> None:
    """Objects of one process and other processes alike."""
    first, second = Cluster(data_dir), Cluster(data_dir)
    first.acquire()
    pids = first.pids()
    second.acquire()
    with Owner(data_dir) as third:
        assert third.server == server(data_dir) == pids[0]
        assert second.pids() == pids
        first.release()
        second.release()
        second.release()
        assert query(third.params, "SELECT value FROM kept") == 42
    until(lambda: not running(data_dir))


def test_two_processes_at_once_on_a_fresh_directory(tmp_path: Path) -> None:
    """One makes the cluster, the other waits for it."""
    with Owner(tmp_path) as one, Owner(tmp_path) as other:
        assert one.params == other.params
        assert one.server == other.server
        assert query(one.params, "SELECT 1") == 1
    until(lambda: not running(tmp_path))


def test_an_owner_killed_leaves_the_server_to_the_others(data_dir: Path) -> None:
    """And when the last is killed too, the server is stopped, by nobody but the watchdog."""
    one, other = Owner(data_dir), Owner(data_dir)
    assert one.server == other.server
    one.kill()
    assert query(other.params, "SELECT value FROM kept") == 42
    assert server(data_dir) == other.server
    other.kill()
    until(lambda: not running(data_dir))
    assert not (place(data_dir).data / "postmaster.pid").exists()


def test_who_comes_while_the_server_is_stopped_waits_and_starts_it(data_dir: Path) -> None:
    """Right after the only owner was killed."""
    for _ in range(5):
        owner = Owner(data_dir)
        assert owner.params["host"]
        owner.kill()
    with used(data_dir) as (one, params):
        assert query(params, "SELECT value FROM kept") == 42
        assert len(one.pids()) == 2


def test_a_killed_watchdog_is_replaced(data_dir: Path) -> None:
    """By whoever acquires next."""
    with used(data_dir) as (one, _):
        watchdog = one.pids()[1]
        kill(watchdog)
        until(lambda: len(one.pids()) == 1)
        one.acquire()
        assert len(one.pids()) == 2
        assert one.pids()[1] != watchdog
    assert not running(data_dir)


def test_acquiring_again_brings_back_a_killed_server(data_dir: Path) -> None:
    """In the same object, with what was committed; its watchdog serves on."""
    with used(data_dir) as (one, params):
        query(params, "INSERT INTO kept VALUES (43)")
        first, watchdog = one.pids()
        kill(first)
        until(lambda: server(data_dir) == 0)
        assert query(one.acquire(), "SELECT max(value) FROM kept") == 43
        again, same_watchdog = one.pids()
        assert again != first
        assert same_watchdog == watchdog


def test_acquiring_at_once_after_the_kill(data_dir: Path) -> None:
    """While the dead server is still a zombie, or its children end."""
    with used(data_dir) as (one, _):
        for _ in range(3):
            kill(one.pids()[0])
            assert query(one.acquire(), "SELECT value FROM kept") == 42


def test_server_and_owner_killed(data_dir: Path) -> None:
    """The next one finds the lock files of both and starts all the same."""
    owner = Owner(data_dir)
    kill(owner.server)
    owner.kill()
    with used(data_dir) as (_, params):
        assert query(params, "SELECT value FROM kept") == 42


def test_a_killed_backend_is_no_matter(data_dir: Path) -> None:
    """PostgreSQL starts its processes anew, and whoever acquires waits for that."""
    with used(data_dir) as (one, _):
        backend = next(pid for pid, name in children(one.pids()[0]).items() if "writer" in name)
        kill(backend)
        assert query(one.acquire(), "SELECT value FROM kept") == 42


def test_crash_recovery_is_waited_for_however_long(data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No limit is for a server that recovers: the longest is made a tenth of what it takes here.

    Waiting ends at once when told to; the recovery is held by stopping the process that recovers.
    """
    with used(data_dir) as (one, params):
        # into a table that exists: what is made in the same transaction is not logged, so not recovered either
        query(params, "INSERT INTO kept SELECT i FROM generate_series(1, 300000) AS i")
        kill(one.pids()[0])
        other = Cluster(data_dir)
        first, second = InThread(one), InThread(other)
        recovering: list[int] = []

        def stopped() -> bool:
            recovering.extend(pid for pid, name in children(server(data_dir) or -1).items() if "startup" in name)
            for pid in recovering:
                os.kill(pid, signal.SIGSTOP)
            return bool(recovering)

        until(stopped)
        monkeypatch.setattr("perfwatch_core.store.cluster._ABSENT_SECONDS", 0.3)
        threading.Event().wait(3.0)
        assert first.outcome is second.outcome is None
        second.halt.set()
        assert second.join() == "PerfWatch is stopping"
        other.release()
        os.kill(recovering[0], signal.SIGCONT)
        assert first.join() == params
        assert query(params, "SELECT count(*) FROM kept") == 300001


def test_a_server_that_cannot_end_is_ended(data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One of its processes hangs: after a minute the watchdog has it stop without ceremony."""
    monkeypatch.setattr("perfwatch_core.store.cluster_watch._PATIENCE", 2)
    one = Cluster(data_dir)
    one.acquire()
    hanging = next(pid for pid, name in children(one.pids()[0]).items() if "checkpointer" in name)
    os.kill(hanging, signal.SIGSTOP)
    one.release()
    assert running(data_dir)
    until(lambda: not running(data_dir), 20.0)
    with used(data_dir) as (_, params):
        assert query(params, "SELECT value FROM kept") == 42


def test_a_watchdog_whose_directory_is_removed_ends(data_dir: Path) -> None:
    """While it stops the server, which hangs; it would ask for a lock that is not there, again and again."""
    one = Cluster(data_dir)
    one.acquire()
    pid, watchdog = one.pids()
    hanging = next(child for child, name in children(pid).items() if "checkpointer" in name)
    os.kill(hanging, signal.SIGSTOP)
    one.release()
    shutil.rmtree(data_dir)
    until(lambda: not Path(f"/proc/{watchdog}/cwd").exists())
    os.kill(hanging, signal.SIGKILL)
    until(lambda: not Path(f"/proc/{pid}/cwd").exists())


def test_a_server_that_does_not_end_is_named(data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """While the watchdog stops it, nobody begins; after half a minute they say why."""
    monkeypatch.setattr("perfwatch_core.store.cluster._ABSENT_SECONDS", 0.05)
    there = place(data_dir)
    lock = there.lock(there.users)
    assert lock is not None
    with pytest.raises(ClusterProblem, match="still stopping"):
        Cluster(data_dir).acquire()
    os.close(lock)


def test_a_server_that_does_not_listen_is_named(data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Such as one on another machine that shares the directory."""
    monkeypatch.setattr("perfwatch_core.store.cluster._ABSENT_SECONDS", 0.05)
    there = place(data_dir)
    lock = there.lock(there.server)
    assert lock is not None
    one = Cluster(data_dir)
    with pytest.raises(ClusterProblem, match="does not listen"):
        one.acquire()
    os.close(lock)
    one.release()
    until(lambda: not running(data_dir))
