"""A process that only has the number of a server of ours, or is nobody's, is never taken for one."""

from __future__ import annotations

import signal
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from perfwatch_core.store import cluster_programs
from perfwatch_core.store.cluster import Cluster
from perfwatch_core.store.cluster_account import ENVIRONMENT, server_account, switch
from perfwatch_core.store.cluster_place import process_in
from tests.core.store.clusters import kill, place, problem, query, running, server, start_time, used
from tests.core.store.waiting import until


@pytest.fixture
def stranger(data_dir: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A process that has nothing to do with PerfWatch, of the user whom the server runs as."""
    user, group, groups = switch(server_account(place(data_dir).data))
    process = subprocess.Popen(
        ["cat"], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, cwd="/", user=user, group=group, extra_groups=groups
    )
    yield process
    process.communicate()
    assert process.returncode == 0


def claim(data_dir: Path, pid: int) -> None:
    """Lay lock files as a server would have left them that had this process number."""
    data = place(data_dir).data
    (data / "postmaster.pid").write_text(f"{pid}\n{data}\n1\n5432\n\n\n")
    (data / ".s.PGSQL.5432.lock").write_text(f"{pid}\n{data}\n1\n5432\n\n\n")
    place(data_dir).server.write_text(f"{pid} {start_time(pid)}\n")


def test_a_stale_lock_file_that_names_a_stranger(data_dir: Path, stranger: subprocess.Popen[bytes]) -> None:
    """PostgreSQL alone would refuse to start, and others would kill the stranger."""
    claim(data_dir, stranger.pid)
    with used(data_dir) as (one, params):
        assert query(params, "SELECT value FROM kept") == 42
        assert stranger.pid not in one.pids()
    assert stranger.poll() is None


def test_a_killed_servers_number_goes_to_a_stranger(data_dir: Path, stranger: subprocess.Popen[bytes]) -> None:
    """While the owners live on, and then end: the watchdog finds nobody to stop."""
    one = Cluster(data_dir)
    kill((one.acquire(), one.pids()[0])[1])
    until(lambda: server(data_dir) == 0)
    claim(data_dir, stranger.pid)
    one.release()
    until(lambda: not running(data_dir))
    assert stranger.poll() is None


def test_the_watchdog_signals_nobody_else(data_dir: Path, stranger: subprocess.Popen[bytes]) -> None:
    """Even with a server that lives, when the file names another; it stops the server once that is proven."""
    one = Cluster(data_dir)
    one.acquire()
    lock = place(data_dir).server
    truth = lock.read_text()
    lock.write_text(f"{stranger.pid} {start_time(stranger.pid)}\n")
    assert process_in(lock, place(data_dir).data) is None
    one.release()
    assert running(data_dir)
    wrong_time = f"{truth.split()[0]} 1\n"
    lock.write_text(wrong_time)
    assert process_in(lock, place(data_dir).data) is None
    threading.Event().wait(0.3)
    assert running(data_dir)
    lock.write_text(truth)
    until(lambda: not running(data_dir))
    assert stranger.poll() is None


def test_a_server_started_by_hand_is_left_alone(data_dir: Path) -> None:
    """It is somebody's, who may be mending something."""
    account = server_account(place(data_dir).data)
    user, group, groups = switch(account)
    by_hand = subprocess.Popen(
        [str(cluster_programs.find_programs().postgres), "-D", "/proc/self/cwd", "-k", "."],
        cwd=place(data_dir).data, env=ENVIRONMENT, user=user, group=group, extra_groups=groups,
        stderr=subprocess.DEVNULL, stdin=subprocess.DEVNULL,
    )  # fmt: skip
    until(lambda: (place(data_dir).data / "postmaster.pid").exists())
    assert f"end it with: kill -INT {by_hand.pid}" in problem(data_dir)
    by_hand.send_signal(signal.SIGINT)
    assert by_hand.wait(20) == 0
    with used(data_dir) as (_, params):
        assert query(params, "SELECT value FROM kept") == 42
