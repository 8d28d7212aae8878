"""One window for each user, data directory and display: a second start rings, and the first one comes to the front.

Who holds the lock is the first; the kernel lets go of it however that process ends, so nothing is left to clean up.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import socket
import time
from collections.abc import Mapping
from pathlib import Path

_ANSWER = b"shown\n"
# A first window that still loads has no bell yet; one that hangs longer than this does not come to the front.
_PATIENCE = 30.0
_AGAIN = 0.05
_LONGEST = 512


class NoAnswer(Exception):
    """Another window has the place and does not answer; the message is a sentence for a person."""


def runtime_directory(environ: Mapping[str, str] = os.environ) -> Path:
    """The user's own directory for sockets (XDG Base Directory 0.8), made with mode 0700 where there is none."""
    base = environ.get("XDG_RUNTIME_DIR", "")
    if base.startswith("/"):
        return Path(base) / "perfwatch"
    return Path("/dev/shm" if Path("/dev/shm").is_dir() else "/tmp") / f"perfwatch-window-{os.getuid()}"


def place_of(data_dir: Path, environ: Mapping[str, str] = os.environ) -> Path:
    """Where the bell of the window for this data directory on this display is; short enough for unix(7)."""
    display = environ.get("WAYLAND_DISPLAY") or environ.get("DISPLAY") or environ.get("QT_QPA_PLATFORM", "")
    name = hashlib.sha256(f"{data_dir.absolute()}\0{display}".encode()).hexdigest()[:16]
    return runtime_directory(environ) / f"window-{name}"


class Claim:
    """The place of the only window; `bell` listens once it is ours."""

    def __init__(self, lock: int, bell: socket.socket, path: Path) -> None:
        self._lock = lock
        self._path = path
        self.bell = bell

    def answer(self) -> str | None:
        """Take one who rang; the activation token they brought, None where nobody rang after all."""
        try:
            caller, _ = self.bell.accept()
        except BlockingIOError:
            return None
        with caller:
            caller.settimeout(_AGAIN)
            try:
                token = caller.recv(_LONGEST).decode(errors="replace").strip()
                caller.sendall(_ANSWER)
            except OSError:
                # whoever rang went away again; that they rang is enough
                token = ""
        return token

    def release(self) -> None:
        """Give the place to the next."""
        self.bell.close()
        self._path.unlink(missing_ok=True)
        os.close(self._lock)


def claim(path: Path) -> Claim | None:
    """Become the only window at `path`, or None where there is one; raises OSError where no socket can be made."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    if path.parent.stat().st_uid != os.getuid():
        raise PermissionError(f"{path.parent} belongs to somebody else")
    lock = os.open(f"{path}.lock", os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(lock)
        return None
    # of one that was killed
    path.unlink(missing_ok=True)
    bell = socket.socket(socket.AF_UNIX)
    bell.setblocking(False)
    bell.bind(str(path))
    bell.listen()
    return Claim(lock, bell, path)


def ring(path: Path, token: str = "") -> None:
    """Bring the window at `path` to the front; raises NoAnswer where it does not say that it did.

    `token` is the desktop's permission to take the focus (xdg-activation).
    """
    deadline = time.monotonic() + _PATIENCE
    while time.monotonic() < deadline:
        with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX) as caller:
            caller.settimeout(max(_AGAIN, deadline - time.monotonic()))
            caller.connect(str(path))
            caller.sendall(f"{token}\n".encode())
            if caller.recv(_LONGEST) == _ANSWER:
                return
        time.sleep(_AGAIN)
    raise NoAnswer("PerfWatch's window is open already and does not answer; end it, then start it again")
