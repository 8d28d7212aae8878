"""What PostgreSQL could not take yet, on disk: batches in files, oldest first, within a limit."""

from __future__ import annotations

import logging
import zlib
from collections import deque
from collections.abc import Iterator
from pathlib import Path

import msgspec

from perfwatch_core.store.batch import Batch
from perfwatch_core.store.frames import Frames

log = logging.getLogger(__name__)

SUFFIX = ".spool"
SEGMENT_BYTES = 4 << 20
# about three days of a usual machine at 5 s, when even the disk is full
HELD_BYTES = 32 << 20


class Spool:
    """A queue of batches that survives kill -9 and power cuts.

    `limit` bytes on disk: beyond it the oldest file goes and its samples are counted in `lost`. While the
    disk takes nothing (`error` says why) batches are held in memory, up to `HELD_BYTES`.
    """

    def __init__(self, directory: Path, machine: str, source: int, limit: int) -> None:
        self._directory = directory
        self._machine = machine
        self._source = source
        self._limit = limit
        self._segments: list[Frames] = []
        self._writing: Frames | None = None
        self._made = 0
        self._offset = 0
        self._held: deque[Batch] = deque()
        self._held_bytes = 0
        self._counts: dict[Path, int] = {}
        self.lost = 0
        self.error: OSError | None = None

    @property
    def samples(self) -> int:
        """Samples that wait here; from any thread."""
        return sum(self._counts.copy().values()) + sum(batch.count for batch in self._held.copy())

    @property
    def held(self) -> int:
        """Batches that are in memory only, because the disk takes nothing."""
        return len(self._held)

    @property
    def bytes(self) -> int:
        """Bytes on disk."""
        return sum(frames.size for frames in self._segments)

    def adopt(self, path: Path) -> bool:
        """Take over the file of a process that is gone, before all of ours; False where its owner lives."""
        frames = Frames.adopt(path)
        if frames is None:
            return False
        place = 0 if self._offset == 0 else 1
        self._segments.insert(place, frames)
        self._counts[path] = sum(batch.count for batch, _ in _read(frames, 0))
        return True

    def put(self, batch: Batch) -> None:
        """Add a batch; returns when it would survive a power cut, or is held in memory with `error` set."""
        if not self._held and self._store(batch):
            return
        self._held.append(batch)
        self._held_bytes += len(batch.body)
        while self._held_bytes > HELD_BYTES:
            dropped = self._held.popleft()
            self._held_bytes -= len(dropped.body)
            self._lose(dropped.count, "the disk takes nothing and memory is used up")

    def flush(self) -> None:
        """Try again to bring to disk what is held in memory."""
        while self._held and self._store(self._held[0]):
            self._held_bytes -= len(self._held.popleft().body)

    def peek(self, count: int) -> list[Batch]:
        """The oldest batches, up to `count`, fewer where a file ends; none when nothing waits."""
        while self._segments:
            found = [batch for _, (batch, _) in zip(range(count), _read(self._segments[0], self._offset), strict=False)]
            if found:
                return found
            self._finish()
        return [batch for _, batch in zip(range(count), self._held, strict=False)]

    def drop(self, count: int) -> None:
        """Forget the oldest `count` batches, which are those `peek` gave."""
        if not self._segments:
            for _ in range(count):
                self._held_bytes -= len(self._held.popleft().body)
            return
        first = self._segments[0]
        for _, (batch, offset) in zip(range(count), _read(first, self._offset), strict=False):
            self._counts[first.path] -= batch.count
            self._offset = offset
        if self._offset >= first.size:
            self._finish()

    def close(self) -> None:
        """Let go of the files; what is in them stays."""
        self.flush()
        for frames in self._segments:
            if frames.size:
                frames.close()
            else:
                frames.remove()
        self._segments.clear()
        self._writing = None

    def _store(self, batch: Batch) -> bool:
        entry = (
            batch.source,
            batch.first,
            batch.count,
            batch.started,
            batch.ended,
            zlib.compress(batch.body),
        )
        try:
            target = self._target()
            target.append(msgspec.msgpack.encode(entry))
            target.sync()
        except OSError as error:
            self.error = error
            return False
        self.error = None
        self._counts[target.path] = self._counts.get(target.path, 0) + batch.count
        while self.bytes > self._limit and len(self._segments) > 1:
            self._lose(self._counts[self._segments[0].path], f"the journal reached its {self._limit >> 20} MB")
            self._finish()
        return True

    def _target(self) -> Frames:
        if self._writing is None or self._writing.size >= min(SEGMENT_BYTES, self._limit // 4):
            self._directory.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._made += 1
            name = f"{self._machine}-{self._source:016x}-{self._made:06d}{SUFFIX}"
            self._writing = Frames(self._directory / name)
            self._segments.append(self._writing)
        return self._writing

    def _finish(self) -> None:
        """Delete the oldest file."""
        first = self._segments.pop(0)
        self._counts.pop(first.path, None)
        self._offset = 0
        if first is self._writing:
            self._writing = None
        first.remove()

    def _lose(self, samples: int, reason: str) -> None:
        self.lost += samples
        log.error("%d samples were dropped: %s", samples, reason)


def _read(frames: Frames, offset: int) -> Iterator[tuple[Batch, int]]:
    """Each batch from `offset` on, with the offset behind it."""
    for behind, payload in frames.read(offset):
        source, first, count, started, ended, packed = msgspec.msgpack.decode(payload)
        yield Batch(source, first, count, started, ended, zlib.decompress(packed)), behind
