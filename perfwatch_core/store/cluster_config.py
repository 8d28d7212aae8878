"""What the private PostgreSQL is told: small, owner-only, silent on the network."""

from __future__ import annotations

import contextlib
import os
import secrets
from collections.abc import Iterable
from pathlib import Path

from perfwatch_core.store.cluster_account import Account
from perfwatch_core.store.cluster_socket import NAME

# Each as measured on an idle cluster: what costs memory or wakes up without need is small or off.
SETTINGS = {
    "cluster_name": "'perfwatch'",
    "listen_addresses": "''",
    # relative to the data directory: never too long, whatever the characters in its path
    "unix_socket_directories": "'.'",
    "unix_socket_permissions": "0700",
    "port": "5432",
    "max_connections": "12",
    "superuser_reserved_connections": "0",
    "shared_buffers": "8MB",
    "work_mem": "4MB",
    "maintenance_work_mem": "16MB",
    "huge_pages": "off",
    "dynamic_shared_memory_type": "posix",
    "io_method": "sync",
    "jit": "off",
    "max_worker_processes": "1",
    "max_parallel_workers": "0",
    "max_parallel_workers_per_gather": "0",
    "max_logical_replication_workers": "0",
    "max_wal_senders": "0",
    "max_replication_slots": "0",
    "wal_level": "minimal",
    "wal_compression": "pglz",
    "wal_buffers": "1MB",
    "wal_writer_delay": "10s",
    "max_wal_size": "256MB",
    "min_wal_size": "16MB",
    # pages that are packed and used again within hours are written once; recovering takes a second
    "checkpoint_timeout": "8h",
    "bgwriter_delay": "10s",
    "autovacuum_worker_slots": "1",
    "autovacuum_max_workers": "1",
    "autovacuum_naptime": "5min",
    # a table that shrinks after each packing grows anew with each commit, which doubles what the disk has to write
    "vacuum_truncate": "off",
    "log_destination": "'stderr'",
    "logging_collector": "off",
    "log_min_messages": "warning",
    "log_checkpoints": "off",
    "log_line_prefix": "'%m [%p] '",
    "log_timezone": "'UTC'",
    "timezone": "'UTC'",
    "datestyle": "'iso, ymd'",
    "lc_messages": "'C'",
    "default_text_search_config": "'pg_catalog.simple'",
}

_HEAD = "# PerfWatch writes this file at each start of the server"


def configure(data: Path, account: Account, clients: Iterable[str]) -> None:
    """Write PostgreSQL's three files; `clients` are the system users who may connect, by the kernel's word."""
    lines = "".join(f"{name} = {value}\n" for name, value in SETTINGS.items())
    _write(data, account, "postgresql.conf", f"{_HEAD}; for yours there is ALTER SYSTEM.\n{lines}")
    _write(data, account, "pg_hba.conf", f"{_HEAD}.\nlocal all all peer map={NAME}\n")
    users = "".join(f'{NAME} "{user}" {NAME}\n' for user in dict.fromkeys(clients))
    _write(data, account, "pg_ident.conf", f"{_HEAD}.\n{users}")


def _write(data: Path, account: Account, name: str, text: str) -> None:
    """Replace a file of the server's, which root does without following what its owner may have laid there."""
    directory = os.open(data, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    new = f"{name}.{secrets.token_hex(8)}"
    try:
        fd = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600, dir_fd=directory)
        try:
            with open(fd, "w") as file:
                file.write(text)
                os.fchown(fd, account.uid, account.gid)
            os.rename(new, name, src_dir_fd=directory, dst_dir_fd=directory)
        # whatever it was, half a file must not stay; it is raised on
        except BaseException:
            with contextlib.suppress(FileNotFoundError):
                os.unlink(new, dir_fd=directory)
            raise
    finally:
        os.close(directory)
