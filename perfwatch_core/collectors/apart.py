"""Asks a file system in a process of its own, for one that hangs in the kernel may keep whoever asked from ending.

A request that the daemon behind a file system in user space took and does not answer cannot be given up, not even by
being killed (fs/fuse/dev.c, request_wait_answer): with a thread that waits so, PerfWatch would never be gone.
"""

from __future__ import annotations

import errno
import os
import shutil
import subprocess

from perfwatch_core.collectors.words import counts

# Block size, then blocks in all, free, and free for ordinary users (stat(1)).
_FORMAT, _NUMBERS = "%S %b %f %a", 4


class Apart:
    """Runs stat(1); `close` ends those that are not back."""

    def __init__(self) -> None:
        self._program = shutil.which("stat")
        self._running: set[subprocess.Popen[bytes]] = set()

    def statvfs(self, point: str) -> os.statvfs_result:
        """What os.statvfs says; without the program it is asked itself. Raises OSError; from any thread."""
        if self._program is None:
            return os.statvfs(point)
        with subprocess.Popen(
            [self._program, "-f", "-c", _FORMAT, "--", point],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            cwd="/",
            env={"LC_ALL": "C"},
        ) as child:
            self._running.add(child)
            try:
                out, said = child.communicate()
            finally:
                self._running.discard(child)
        numbers = counts(out.split())
        if child.returncode or numbers is None or len(numbers) != _NUMBERS:
            raise OSError(errno.EIO, said.decode(errors="replace").rpartition(": ")[2].strip() or "no answer")
        size, blocks, free, available = numbers
        return os.statvfs_result((size, size, blocks, free, available, 0, 0, 0, 0, 0))

    def close(self) -> None:
        """End them; one that cannot end now does so when its file system answers or goes."""
        for child in list(self._running):
            child.kill()
