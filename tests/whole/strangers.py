"""PostgreSQL servers that are not ours: one that wants passwords over TCP, and one that says how old it is."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import struct
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path

import psycopg

from perfwatch_core.store.cluster_account import ENVIRONMENT, server_account, switch
from perfwatch_core.store.cluster_programs import find_programs, reachable
from tests.core.store.waiting import until

OWNER = "perfwatch"


def free_port() -> int:
    """One that nobody listens at, until somebody does."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


@contextlib.contextmanager
def with_passwords(data_dir: Path, *statements: str) -> Iterator[int]:
    """A server on the stopped cluster in `data_dir`, which asks everybody but its superuser for one; its port.

    The statements are run there first, as its superuser.
    """
    data, port = data_dir / "postgresql" / "data", free_port()
    account = server_account(data)
    programs = reachable(find_programs(), account)
    rules = data / "strangers_hba.conf"
    rules.write_text(f"host all {OWNER} 127.0.0.1/32 trust\nhost all all 127.0.0.1/32 scram-sha-256\n")
    os.chown(rules, account.uid, account.gid)
    user, group, groups = switch(account)
    options = [
        "-c",
        "listen_addresses=127.0.0.1",
        "-c",
        f"port={port}",
        "-c",
        "hba_file=/proc/self/cwd/strangers_hba.conf",
    ]
    server = subprocess.Popen(
        [str(programs.postgres), "-D", "/proc/self/cwd", *options],
        cwd=data, env=ENVIRONMENT, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        user=user, group=group, extra_groups=groups,
    )  # fmt: skip
    try:
        until(lambda: _answers(port), 20)
        tell(port, *statements)
        yield port
    finally:
        server.send_signal(signal.SIGINT)
        server.wait(20)


def tell(port: int, *statements: str) -> None:
    """Run statements there as its superuser."""
    with psycopg.connect(f"host=127.0.0.1 port={port} user={OWNER} dbname={OWNER}", autocommit=True) as connection:
        for one in statements:
            connection.execute(one.encode())


def _answers(port: int) -> bool:
    try:
        tell(port)
    except psycopg.OperationalError:
        return False
    return True


@contextlib.contextmanager
def of_version(version: str) -> Iterator[int]:
    """Says hello as PostgreSQL of that version does, lets everybody in, and answers nothing; its port."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        greeter = threading.Thread(target=_greet, args=(listening, version))
        greeter.start()
        yield int(listening.getsockname()[1])
        # whoever waits in accept(2) is woken by this, and by close(2) alone not
        listening.shutdown(socket.SHUT_RDWR)
    greeter.join()


def _greet(listening: socket.socket, version: str) -> None:
    """The start of a session (PostgreSQL's "Frontend/Backend Protocol"), for one client after another."""
    while True:
        try:
            client, _ = listening.accept()
        except OSError:
            return
        with client:
            while _asks_for_encryption(client):
                client.sendall(b"N")
            parameter = f"server_version\0{version}\0".encode()
            client.sendall(b"R" + struct.pack("!ii", 8, 0) + b"S" + struct.pack("!i", 4 + len(parameter)) + parameter)
            client.sendall(b"Z" + struct.pack("!i", 5) + b"I")
            # until it says goodbye or hangs up
            client.recv(4096)


def _asks_for_encryption(client: socket.socket) -> bool:
    """Whether the first message is SSLRequest or GSSENCRequest, to be declined, and not the startup itself."""
    (size,) = struct.unpack("!i", client.recv(4, socket.MSG_WAITALL))
    (code,) = struct.unpack("!i", client.recv(size - 4, socket.MSG_WAITALL)[:4])
    return code in (80877103, 80877104)
