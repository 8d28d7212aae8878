"""The machine as files: `/proc` and `/sys` read on kept-open descriptors, from any root for captured ones."""

from __future__ import annotations

import os
from pathlib import Path

# One read must take a whole file for the kernel to give a consistent picture of it.
_FIRST_SIZE = 16384


class Machine:
    """Reads kernel files below `root`; the live machine is `Machine()`.

    Not for several threads: the sampler owns it.
    """

    def __init__(self, root: Path = Path("/")) -> None:
        self.root = root
        self._open: dict[str, tuple[int, int]] = {}

    def read(self, path: str) -> bytes:
        """A `/proc` file that is read at every sample, whole; its descriptor stays open between calls.

        Raises OSError as opening or reading does; a descriptor that fails is closed and opened anew next time.
        """
        kept = self._open.get(path)
        fd, size = (
            kept
            if kept
            else (os.open(self.root / path, os.O_RDONLY | os.O_CLOEXEC), _FIRST_SIZE)
        )
        try:
            data = os.pread(fd, size, 0)
            while len(data) == size:
                size *= 2
                data = os.pread(fd, size, 0)
        except OSError:
            os.close(fd)
            self._open.pop(path, None)
            raise
        self._open[path] = (fd, size)
        return data

    def glance(self, path: str) -> str | None:
        """A small file's text, stripped, opened and closed again; None where it cannot be read."""
        try:
            with open(self.root / path, "rb") as file:
                return file.read(4096).decode(errors="replace").strip()
        except OSError:
            return None

    def number(self, path: str) -> float | None:
        """A small file that holds one number; None where it cannot be read or is none."""
        try:
            return float(self.glance(path) or "")
        except ValueError:
            return None

    def names(self, path: str) -> list[str]:
        """The sorted entries of a directory, none where it does not exist."""
        try:
            return sorted(os.listdir(self.root / path))
        except OSError:
            return []

    def statvfs(self, mountpoint: str) -> os.statvfs_result:
        """Space on a mounted file system; may hang on a dead network mount, so call it off the sampler thread."""
        return os.statvfs(mountpoint)

    def close(self) -> None:
        """Close the kept descriptors; reading again opens them again."""
        for fd, _ in self._open.values():
            os.close(fd)
        self._open.clear()
