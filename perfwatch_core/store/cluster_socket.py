"""How clients reach the server: the directory to name to libpq, and asking there whether the server answers."""

from __future__ import annotations

import enum
import hashlib
import os
import socket
import stat
import struct
from collections.abc import Mapping
from pathlib import Path

from perfwatch_core.store.cluster_problem import ClusterProblem

# The one role and database of the private cluster.
NAME = "perfwatch"

# Tells the private server's parameters from a person's own; libpq and the server make nothing else of it.
_PRIVATE = {"fallback_application_name": "perfwatch, private"}

_SOCKET = ".s.PGSQL.5432"
# unix(7): sun_path has 108 bytes, the last one is a NUL.
_LONGEST = 107
# Protocol 3.0 (PostgreSQL's "Frontend/Backend Protocol").
_PROTOCOL = 196_608


class Answer(enum.Enum):
    """What comes back from the socket: nobody is there, no answer yet, "not yet" (57P03), or a session."""

    ABSENT = enum.auto()
    SILENT = enum.auto()
    STARTING = enum.auto()
    READY = enum.auto()


def parameters_at(host: str) -> dict[str, str]:
    """Libpq's parameters for the private server, whose clients find its socket in `host`."""
    return {"host": host, "port": "5432", "user": NAME, "dbname": NAME, **_PRIVATE}


def is_private(params: Mapping[str, str]) -> bool:
    """Whether libpq's parameters lead to the server that PerfWatch runs itself."""
    return _PRIVATE.items() <= params.items()


def directory_for_clients(data: Path) -> str:
    """What to give libpq as host: `data`, which holds the socket, or a short link to it that is ours.

    libpq takes a comma for the next host and UTF-8 only; a socket's path has 107 bytes at most.
    """
    target = str(data.absolute())
    if _fits(target):
        return target
    name = f"perfwatch-{os.geteuid()}-{hashlib.sha256(os.fsencode(target)).hexdigest()[:12]}"
    for directory in _short_directories():
        link = directory / name
        if _fits(str(link)) and _points(link, target):
            return str(link)
    raise ClusterProblem(
        f"the path {data} is too long for a socket and no short directory is ours;"
        " name a shorter one with --data-dir, or set XDG_RUNTIME_DIR"
    )


def ask(directory: str, seconds: float) -> Answer:
    """Ask the server for a session, waiting `seconds` at most for each step."""
    with socket.socket(socket.AF_UNIX) as sock:
        sock.settimeout(seconds)
        try:
            sock.connect(f"{directory}/{_SOCKET}")
        except (FileNotFoundError, ConnectionRefusedError):
            return Answer.ABSENT
        except (TimeoutError, BlockingIOError):
            return Answer.SILENT
        try:
            sock.sendall(_startup())
            said = sock.recv(4096)
            if said.startswith(b"R"):
                # goodbye, or the server would report a lost connection
                sock.sendall(b"X\0\0\0\4")
                return Answer.READY
        except OSError:
            return Answer.SILENT
    if not said or b"\0C57P03\0" in said:
        return Answer.STARTING
    # any other refusal comes from a server that runs; whoever connects is told
    return Answer.READY


def _startup() -> bytes:
    body = f"user\0{NAME}\0database\0{NAME}\0\0".encode()
    return struct.pack("!ii", len(body) + 8, _PROTOCOL) + body


def _fits(directory: str) -> bool:
    try:
        raw = directory.encode()
    except UnicodeEncodeError:
        return False
    return len(raw) + 1 + len(_SOCKET) <= _LONGEST and b"," not in raw


def _short_directories() -> list[Path]:
    """Where a link may lie: directories that are ours alone, and /tmp, where nobody can replace what is ours."""
    named = os.environ.get("XDG_RUNTIME_DIR", "")
    own = [Path(named)] if named.startswith("/") else []
    own += [Path(f"/run/user/{os.geteuid()}"), Path("/run")]
    return [path for path in own if _ours_alone(path)] + [Path("/tmp")]  # where every system has one


def _ours_alone(path: Path) -> bool:
    try:
        there = path.stat()
    except OSError:
        return False
    return there.st_uid == os.geteuid() and stat.S_ISDIR(there.st_mode) and not there.st_mode & 0o022


def _points(link: Path, target: str) -> bool:
    """Whether `link` is ours and leads to `target`, made to if possible."""
    for _ in range(2):
        try:
            if link.lstat().st_uid != os.geteuid():
                return False
            if str(link.readlink()) == target:
                return True
            link.unlink()
        except FileNotFoundError:
            pass
        except OSError:
            return False
        try:
            link.symlink_to(target)
        except FileExistsError:
            # another process of ours was quicker, or a stranger: look again
            continue
        except OSError:
            return False
        return True
    return False
