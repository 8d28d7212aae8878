"""How the journal's files are framed: length, checksum, payload; a torn tail reads as the end."""

from __future__ import annotations

import fcntl
import os
import struct
import zlib
from collections.abc import Iterator
from pathlib import Path

# length of the payload and its CRC-32, little-endian
_HEAD = struct.Struct("<II")
_LARGEST = 64 << 20


class Frames:
    """One append-only file that this process alone owns, by flock(2); the lock goes with the process.

    Every write is one write(2), so a killed process leaves whole frames; a power cut may tear the last.
    """

    def __init__(self, path: Path) -> None:
        """Open or create the file; BlockingIOError where another process owns it."""
        self.path = path
        self._fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(self._fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(self._fd)
            raise
        self.size = os.fstat(self._fd).st_size

    @classmethod
    def adopt(cls, path: Path) -> Frames | None:
        """The file of a process that is gone; None where its owner lives, or another adopted it first."""
        try:
            frames = cls(path)
        except BlockingIOError:
            return None
        # between our open and our lock its owner may have unlinked it
        if os.fstat(frames._fd).st_nlink == 0 or frames.size == 0:
            frames.remove()
            return None
        return frames

    def append(self, payload: bytes) -> None:
        """Add one frame, whole or not at all; OSError (disk full) leaves the file as it was."""
        frame = _HEAD.pack(len(payload), zlib.crc32(payload)) + payload
        try:
            written = os.write(self._fd, frame)
        except OSError:
            os.ftruncate(self._fd, self.size)
            raise
        if written < len(frame):
            os.ftruncate(self._fd, self.size)
            raise OSError(28, os.strerror(28), str(self.path))
        self.size += len(frame)

    def sync(self) -> None:
        """Wait until what was appended would survive a power cut."""
        os.fdatasync(self._fd)

    def clear(self) -> None:
        """Drop all frames."""
        if self.size:
            os.ftruncate(self._fd, 0)
            self.size = 0

    def read(self, offset: int = 0) -> Iterator[tuple[int, bytes]]:
        """Each whole frame from `offset` on, as the offset behind it and its payload."""
        while len(head := os.pread(self._fd, _HEAD.size, offset)) == _HEAD.size:
            length, checksum = _HEAD.unpack(head)
            if length > _LARGEST:
                return
            payload = os.pread(self._fd, length, offset + _HEAD.size)
            if len(payload) < length or zlib.crc32(payload) != checksum:
                return
            offset += _HEAD.size + length
            yield offset, payload

    def close(self) -> None:
        """Let go of the file; what is in it stays for whoever comes next."""
        if self._fd >= 0:
            os.close(self._fd)
            self._fd = -1

    def remove(self) -> None:
        """Delete the file and let go of it."""
        self.path.unlink(missing_ok=True)
        self.close()
