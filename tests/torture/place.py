"""A directory for one subject's torments, and an end to all that runs in it, also where a run before was killed."""

from __future__ import annotations

import fcntl
import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from tests.whole.program import at_home

_PREFIX = "perfwatch-torture-"
# Locked (flock(2)) as long as the subject lives: the kernel lets go of it however that ends.
_OWNER = "owner"
_PATIENCE = 10.0


@contextmanager
def own_place() -> Iterator[Path]:
    """A directory that is gone afterwards, with every process that works in it."""
    place = Path(tempfile.mkdtemp(prefix=_PREFIX))
    with (place / _OWNER).open("w") as owner:
        fcntl.flock(owner, fcntl.LOCK_EX)
        try:
            yield place
        finally:
            clear(place)


def sweep() -> list[Path]:
    """Clear what runs that were killed left behind; the places where there was something."""
    found = []
    for owner in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*/{_OWNER}"):
        with suppress(OSError), owner.open() as file:
            # refused while its subject lives
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            clear(owner.parent)
            found.append(owner.parent)
    return found


def clear(place: Path) -> None:
    """End what runs in a place, unmount what is mounted there, remove it."""
    deadline = time.monotonic() + _PATIENCE
    while end_all(place) and time.monotonic() < deadline:
        time.sleep(0.05)
    for line in Path("/proc/self/mounts").read_text().splitlines():
        mounted = line.split()[1]
        if Path(mounted).is_relative_to(place):
            subprocess.run(["umount", "--lazy", mounted], check=False)
    shutil.rmtree(place, ignore_errors=True)


def end_all(place: Path) -> int:
    """Kill every process that names the place or works in it, this one excepted; how many there were."""
    found = {int(line.split()[0]) for line in at_home(place)} - {os.getpid()}
    for pid in found:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    return len(found)
