"""Makes the cluster and starts its server, so that neither depends on who started it."""

from __future__ import annotations

import os
import signal
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from perfwatch_core.store.cluster_account import ENVIRONMENT, Account, switch
from perfwatch_core.store.cluster_place import Place
from perfwatch_core.store.cluster_problem import STOPPING, ClusterProblem, of_log
from perfwatch_core.store.cluster_programs import Programs
from perfwatch_core.store.cluster_socket import NAME

# The data directory as its server sees it: the parents of root's are closed to the server's user, and a process
# reaches its working directory without them (proc(5)).
_HERE = "/proc/self/cwd"

# Starts "$@" as nobody's child, with the lock that is standard input as descriptor 9, and writes into the
# lock's file which process that is: its number and start time (proc_pid_stat(5), field 22).
_DETACH = """
exec 9<&0 </dev/null
"$@" &
read -r line </proc/$!/stat
set -- ${line##*) }
echo "$! ${20}" >&9
"""


class Waiting(Protocol):
    """A `threading.Event` or whatever else can be waited for: True once told to stop."""

    def wait(self, timeout: float, /) -> bool:
        """Wait up to `timeout` seconds."""


def detach(command: Sequence[str], lock: int, directory: Path, account: Account, log: int | None = None) -> None:
    """Start `command` in `directory`, in a session of its own and without a parent that has to bury it.

    It inherits `lock`, an open file, which thereby stays locked until its last process has ended, and nothing else.
    """
    os.ftruncate(lock, 0)
    user, group, groups = switch(account)
    out = subprocess.DEVNULL if log is None else log
    subprocess.run(
        ["/bin/sh", "-c", _DETACH, "sh", *command],
        stdin=lock, stdout=out, stderr=out, cwd=directory, env=ENVIRONMENT, start_new_session=True,
        user=user, group=group, extra_groups=groups, check=False,
    )  # fmt: skip


def start(place: Place, programs: Programs, account: Account, lock: int) -> None:
    """Start the server of an existing cluster; `lock` is the open lock `server`. Returns before it answers."""
    _clear_stale(place)
    log = place.open(place.log, os.O_TRUNC | os.O_APPEND)
    try:
        detach([str(programs.postgres), "-D", _HERE], lock, place.data, account, log)
    finally:
        os.close(log)


def _clear_stale(place: Place) -> None:
    """Remove the lock files of a server that is proven dead: its lock is free, and we hold it.

    PostgreSQL itself would take any process that now has the number in there for the server.
    """
    named = place.data / "postmaster.pid"
    try:
        pid = int(named.read_text().split()[0])
        by_hand = os.path.samestat(Path(f"/proc/{pid}/cwd").stat(), place.data.stat())
    except (OSError, ValueError, IndexError):
        by_hand = False
    if by_hand:
        raise ClusterProblem(
            f"process {pid} works in {place.data} and was not started by PerfWatch; end it with: kill -INT {pid}"
        )
    named.unlink(missing_ok=True)
    (place.data / ".s.PGSQL.5432.lock").unlink(missing_ok=True)


def make(place: Place, programs: Programs, account: Account, lock: int, halt: Waiting) -> None:
    """Make the cluster beside its final place and move it there whole: what is interrupted does not count."""
    new = Path(tempfile.mkdtemp(prefix="data.new-", dir=place.home))
    os.chown(new, account.uid, account.gid)
    # one locale wherever it runs; PostgreSQL 17 and later bring this one along
    locale = ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C", "--encoding=UTF8"]
    small = ["--wal-segsize=4", "--no-instructions"]
    make_cluster = [str(programs.initdb), "-D", _HERE, "-U", NAME, "-A", "peer", *locale, *small]
    _run(make_cluster, "", new, place, account, lock, halt)
    # the database that initdb makes for everyone is ours: one more would be 7 MB of system tables for nothing
    rename = [str(programs.postgres), "--single", "-D", _HERE, "-c", "max_wal_senders=0", "template1"]
    _run(rename, f"ALTER DATABASE postgres RENAME TO {NAME}\n", new, place, account, lock, halt)
    new.rename(place.data)
    home = os.open(place.home, os.O_RDONLY)
    try:
        os.fsync(home)
    finally:
        os.close(home)


def _run(
    command: Sequence[str], text: str, directory: Path, place: Place, account: Account, lock: int, halt: Waiting
) -> None:
    """Run a program to its end in `directory`, or end it when told to stop; its errors as ClusterProblem."""
    user, group, groups = switch(account)
    with tempfile.TemporaryFile() as said, tempfile.TemporaryFile() as given:
        given.write(text.encode())
        given.seek(0)
        process = subprocess.Popen(
            command, stdin=given, stdout=said, stderr=said, cwd=directory, env=ENVIRONMENT, start_new_session=True,
            # who is killed meanwhile leaves the lock to this child, so that nobody begins beside it
            user=user, group=group, extra_groups=groups, pass_fds=[lock],
        )  # fmt: skip
        try:
            while process.poll() is None:
                if halt.wait(0.02):
                    raise ClusterProblem(STOPPING)
        finally:
            if process.poll() is None:
                # our child until it is waited for, so the number is its own
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
        said.seek(0)
        output = said.read().decode(errors="replace")
    if process.returncode or "ERROR: " in output:
        with open(place.open(place.log, os.O_TRUNC), "w") as log:
            log.write(output)
        raise of_log(output, place.home)
