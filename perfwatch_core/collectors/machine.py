"""The machine as files: `/proc` and `/sys` read on kept-open descriptors, from any root for captured ones."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path

# Most files fit; what does not is read on until its end.
_SIZE = 65536
_PERHAPS_CUT = 2048
# A captured machine tells the space on its file systems here: mount point, then the ten numbers of statvfs(3).
CAPTURED_SPACE = "statvfs"


class Machine:
    """Reads kernel files below `root`; the live machine is `Machine()`. `clock` tells monotonic seconds.

    Not for several threads, `statvfs` excepted: the sampler owns it.
    """

    def __init__(self, root: Path = Path("/"), clock: Callable[[], float] = time.monotonic) -> None:
        self.root = root
        self.clock = clock
        # joining texts costs a tenth of joining paths
        self._prefix = f"{root}/".replace("//", "/")
        self._open: dict[str, int] = {}

    @property
    def captured(self) -> bool:
        """Whether this is a machine as files, where only files can be asked."""
        return self.root != Path("/")

    def read(self, path: str) -> bytes:
        """A `/proc` file that is read at every sample, whole; its descriptor stays open between calls.

        Raises OSError as opening or reading does. What a kept descriptor stood for may have gone and come again,
        as a network interface does: where it fails, the file is opened anew.
        """
        fd = self._open.get(path)
        if fd is not None:
            try:
                return _whole(fd)
            except OSError:
                os.close(self._open.pop(path))
        fd = os.open(self._prefix + path, os.O_RDONLY | os.O_CLOEXEC)
        try:
            data = _whole(fd)
        except OSError as error:
            os.close(fd)
            # only opening tells which file it was
            error.filename = self._prefix + path
            raise
        self._open[path] = fd
        return data

    def glance(self, path: str, whole: bool = False) -> str | None:
        """A small file's text, stripped, opened and closed again; None where it cannot be read.

        Of a larger one than 4 KiB only the beginning, unless the `whole` is asked for.
        """
        try:
            fd = os.open(self._prefix + path, os.O_RDONLY | os.O_CLOEXEC)
        except (OSError, ValueError):
            # the latter for a name that no file can have
            return None
        try:
            return (_whole(fd) if whole else os.read(fd, 4096)).decode(errors="replace").strip()
        except OSError:
            return None
        finally:
            os.close(fd)

    def number(self, path: str) -> float | None:
        """A small file that holds one number; None where it cannot be read or is none."""
        try:
            return float(self.glance(path) or "")
        except ValueError:
            return None

    def names(self, path: str) -> list[str]:
        """The sorted entries of a directory, none where it does not exist."""
        try:
            return sorted(entry.name for entry in (self.root / path).iterdir())
        except (OSError, ValueError):
            return []

    def statvfs(self, point: str) -> os.statvfs_result:
        """Space on a mounted file system (statvfs(3)); raises OSError.

        It may hang for ever on a dead network mount, so call it off the sampler's thread.
        """
        if not self.captured:
            return os.statvfs(point)
        for line in (self.glance(CAPTURED_SPACE, whole=True) or "").splitlines():
            name, *numbers = line.split("\t")
            if name == point:
                return os.statvfs_result(int(number) for number in numbers)
        raise FileNotFoundError(2, "No such file or directory", point)

    def close(self) -> None:
        """Close the kept descriptors; reading again opens them again."""
        for fd in self._open.values():
            os.close(fd)
        self._open.clear()


def _whole(fd: int) -> bytes:
    """The file from its start; the kernel hands out lists in pages, each ending with a whole line (fs/seq_file.c)."""
    data = os.pread(fd, _SIZE, 0)
    size = len(data)
    # no line is so long that it would not have found room in the rest of the page
    while size >= _PERHAPS_CUT and (more := os.pread(fd, _SIZE, size)):
        data += more
        size = len(data)
    return data
