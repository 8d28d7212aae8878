"""Where the files of the private cluster lie, and the locks by which its processes know of each other.

A lock of flock(2) belongs to an open file, which children inherit: it is held exactly as long as one of
them lives, whatever ended them, and a process number that was given out again never holds it.
"""

from __future__ import annotations

import fcntl
import os
import shutil
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Place:
    """The cluster's directory, its owner's alone: PostgreSQL's data, three locks, the server's log.

    Held are `users` (shared) by each process that uses the server and (alone) by the watchdog while it stops
    it, `server` by who starts the server, then by PostgreSQL's processes, and `watch` by the watchdog.
    """

    home: Path

    @property
    def data(self) -> Path:
        """PostgreSQL's data directory, which is its working directory and holds its socket."""
        return self.home / "data"

    @property
    def users(self) -> Path:
        """Held by whoever uses the server."""
        return self.home / "users.lock"

    @property
    def server(self) -> Path:
        """Held while the server lives; says its process number and start time (proc_pid_stat(5), ticks)."""
        return self.home / "server.lock"

    @property
    def watch(self) -> Path:
        """Held while the watchdog lives; says its process number and start time."""
        return self.home / "watch.lock"

    @property
    def log(self) -> Path:
        """What PostgreSQL says since its last start."""
        return self.home / "server.log"

    def prepare(self) -> None:
        """Make the directory; those above keep their modes."""
        self.home.mkdir(parents=True, exist_ok=True)
        self.home.chmod(0o700)

    def open(self, path: Path, flags: int = 0) -> int:
        """Open one of these files, made if need be, never through a link; the descriptor."""
        fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | flags, 0o600)
        if os.geteuid() == 0:
            # root in somebody's directory leaves them files that they can use
            owner = self.home.stat()
            os.fchown(fd, owner.st_uid, owner.st_gid)
        return fd

    def lock(self, path: Path, how: int = fcntl.LOCK_EX) -> int | None:
        """Take a lock without waiting; the descriptor that holds it, or None where another does."""
        fd = self.open(path)
        try:
            fcntl.flock(fd, how | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(fd)
            return None
        # whatever it was, the descriptor must not stay open; it is raised on
        except BaseException:
            os.close(fd)
            raise
        return fd

    def held(self, path: Path) -> bool:
        """Whether a process lives that holds the lock."""
        fd = self.lock(path)
        if fd is None:
            return True
        os.close(fd)
        return False

    def clear_leftovers(self) -> None:
        """Remove what an interrupted initdb left; the caller holds `server`."""
        for path in self.home.glob("data.new-*"):
            shutil.rmtree(path)


def process_in(lock: Path, directory: Path) -> int | None:
    """The process that a lock's file names, if it still is that one and works in `directory`; else None.

    Number and start time together are never given out twice (proc_pid_stat(5), field 22), and a zombie has
    no working directory. Where we may not see that (root in a container, without CAP_SYS_PTRACE), both suffice.
    """
    try:
        pid, start = lock.read_text().split()
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2].split()
        here = directory.stat()
    except (OSError, ValueError):
        return None
    if fields[0] == "Z" or fields[19] != start:
        return None
    try:
        return int(pid) if os.path.samestat(Path(f"/proc/{pid}/cwd").stat(), here) else None
    except PermissionError:
        return int(pid)
    except OSError:
        return None
