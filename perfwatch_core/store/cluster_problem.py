"""What keeps the private PostgreSQL from running, as one sentence for a person."""

from __future__ import annotations

import errno
import os
from pathlib import Path

from perfwatch_core.store.state import StoreProblem

# What the system, and in the second case PostgreSQL itself, calls it.
_FULL = ("No space left on device", "Check free disk space", "File too large", "Disk quota exceeded")
# PostgreSQL's own files need some room beside the journal: below this it cannot even start (one WAL segment).
_LEAST_ROOM = 16 * 1024 * 1024


class ClusterProblem(StoreProblem):
    """Why the private PostgreSQL does not run; its text is one sentence that says what mends it."""


STOPPING = "PerfWatch is stopping"


def full(home: Path) -> ClusterProblem:
    """The disk of the cluster has no room."""
    return ClusterProblem(f"the disk that holds {home} is full; make room there, or name another with --data-dir")


def of_system(error: OSError, home: Path, user: str) -> ClusterProblem:
    """What the system refused (errno(3)) while the cluster at `home` was made or started by `user`."""
    place = error.filename if isinstance(error.filename, str) else str(home)
    match error.errno:
        case errno.ENOSPC | errno.EDQUOT | errno.EFBIG:
            return full(home)
        case errno.EROFS:
            return ClusterProblem(f"{place} is on a read-only file system; name another directory with --data-dir")
        case errno.EACCES | errno.EPERM:
            return ClusterProblem(f"user {user} may not write {place}; name another directory with --data-dir")
        case errno.ENOTDIR | errno.EEXIST:
            return ClusterProblem(f"{place} is in the way, it is no directory; name another with --data-dir")
    return ClusterProblem(f"the private database cannot run in {home}: {error.strerror or error}: {place}")


def of_log(text: str, home: Path) -> ClusterProblem:
    """What PostgreSQL or initdb said last before it gave up."""
    if any(words in text for words in _FULL) or (not text and _room(home) < _LEAST_ROOM):
        # the log lies on the same disk, so that it may say nothing at all
        return full(home)
    lines = text.splitlines()
    # what clients were told meanwhile is not why it ended
    own = [line for line in lines if "FATAL:  the database system is" not in line]
    said = [line.partition(": ")[2] for line in own if any(f"{word}: " in line for word in ("FATAL", "PANIC"))]
    reason = said[-1] if said else " ".join(own[-2:])
    reason = " ".join(reason.split()) or "it said nothing"
    return ClusterProblem(f"the private database does not start ({reason}); read {home}/server.log")


def _room(home: Path) -> int:
    """Bytes that an ordinary user may still write there (statvfs(3))."""
    there = os.statvfs(home)
    return there.f_bavail * there.f_frsize
