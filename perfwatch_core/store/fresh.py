"""The samples of the last half minute, in memory that outlives this process but costs no disk.

Appending to a file on a disk each second makes ext4 commit its own journal every five seconds, 12 kB each
time or 300 MB a day, whatever is written (measured). So the newest samples lie on a tmpfs: kill -9 loses
nothing, a power cut at most what was not yet committed. Where there is no tmpfs they lie in the data
directory.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from perfwatch_core.metric import Series
from perfwatch_core.sample import Sample
from perfwatch_core.store.batch import Batch, Column, Record, batches, plain_text, record
from perfwatch_core.store.frames import Frames

SUFFIX = ".fresh"
_COLUMNS, _SAMPLE = 0, 1


def fresh_directories(data_dir: Path, environ: Mapping[str, str] = os.environ) -> list[Path]:
    """Where the newest samples may lie, the best place first; all of them exist.

    `$XDG_RUNTIME_DIR/perfwatch`, a directory of ours in /dev/shm, `data_dir`/journal. A process started
    without XDG_RUNTIME_DIR writes elsewhere than one with it, so left-overs are looked for in every one.
    """
    places = [Path(f"/dev/shm/perfwatch-{os.geteuid()}")]
    if environ.get("XDG_RUNTIME_DIR", "").startswith("/"):
        places.insert(0, Path(environ["XDG_RUNTIME_DIR"]) / "perfwatch")
    last = data_dir / "journal"
    last.mkdir(mode=0o700, parents=True, exist_ok=True)
    return [*(place for place in places if place.parent.is_dir() and _ours(place)), last]


def _ours(place: Path) -> bool:
    """Whether the directory exists, or could be made, with us as its owner and nobody else let in."""
    try:
        place.mkdir(mode=0o700, exist_ok=True)
        found = place.lstat()
    except OSError:
        return False
    # /dev/shm is open to all: a stranger's directory or symbolic link of that name is not ours
    return stat.S_ISDIR(found.st_mode) and found.st_uid == os.geteuid() and not found.st_mode & 0o077


@dataclass(frozen=True, slots=True)
class Cut:
    """Batches on their way to the database, and the file that keeps their samples until they are there."""

    batches: tuple[Batch, ...]
    frames: Frames | None

    @property
    def samples(self) -> int:
        """Samples in all the batches."""
        return sum(batch.count for batch in self.batches)

    def arrived(self) -> None:
        """Delete the file: every batch lies safely elsewhere."""
        if self.frames is not None:
            self.frames.remove()


class Fresh:
    """The open samples, in memory and in a file; `cut` folds them into batches and begins a new file.

    `prefix` begins each file's name: left-overs are found by it. `error` says why the newest samples are in
    memory only, None while the file takes them.
    """

    def __init__(self, directory: Path, prefix: str, source: int) -> None:
        self.directory = directory
        self._stem = directory / f"{prefix}-{source:016x}"
        self._source = source
        self._frames: Frames | None = None
        self._files = 0
        self._open: list[Record] = []
        self._series: tuple[Series, ...] = ()
        self._columns: tuple[Column, ...] = ()
        self._columns_written = False
        self._next = 1
        self.error: OSError | None = None

    def __len__(self) -> int:
        return len(self._open)

    def add(self, sample: Sample) -> None:
        """Keep a sample; where the file cannot take it, it is still kept in memory and `error` says why."""
        series = tuple(sample.values)
        if series != self._series:
            # where one of thousands came or went, the others have their columns already
            known = dict(zip(self._series, self._columns, strict=True))
            self._series = series
            self._columns = tuple(known.get(one) or Column.of(one) for one in series)
            self._columns_written = False
        one = record(sample, self._next, self._columns)
        self._next += 1
        self._open.append(one)
        self.error = None
        if not self._columns_written:
            self._columns_written = self._write((_COLUMNS, self._columns))
        if self._columns_written:
            self._write((_SAMPLE, one.number, one.at, one.interval, one.values))

    def cut(self) -> Cut | None:
        """The open samples as batches whose bounds never change again; None without any."""
        if not self._open:
            return None
        done = Cut(tuple(batches(self._source, self._open)), self._frames)
        self._open.clear()
        self._frames = None
        self._columns_written = False
        return done

    def close(self) -> None:
        """Let go; a file with samples stays for the next process."""
        if self._frames is not None:
            self._frames.close()
            self._frames = None

    def _write(self, entry: tuple[Any, ...]) -> bool:
        try:
            payload = msgspec.msgpack.encode(entry)
        except (OverflowError, UnicodeEncodeError):
            payload = msgspec.msgpack.encode(_encodable(entry))
        try:
            if self._frames is None:
                self._files += 1
                self._frames = Frames(Path(f"{self._stem}-{self._files:06d}{SUFFIX}"))
            self._frames.append(payload)
        except OSError as error:
            self.error = error
            return False
        return True


def _encodable(node: Any) -> Any:
    if isinstance(node, tuple):
        return [_encodable(item) for item in node]
    if isinstance(node, str):
        return plain_text(node)
    return float(node) if isinstance(node, int) and not -(2**63) <= node < 2**64 else node


def left_over(directories: list[Path], prefix: str) -> list[Cut]:
    """What processes that are gone could not bring home, oldest first, in the same batches again."""
    found = []
    for path in (path for place in directories for path in place.glob(f"{prefix}-*{SUFFIX}")):
        frames = Frames.adopt(path)
        if frames is not None:
            found.append(Cut(tuple(batches(_source(path), list(_records(frames)))), frames))
    return sorted(found, key=lambda cut: cut.batches[0].started if cut.batches else 0)


def _source(path: Path) -> int:
    return int(path.stem.split("-")[-2], 16)


def _records(frames: Frames) -> Iterator[Record]:
    columns: tuple[Column, ...] = ()
    for _, payload in frames.read():
        match msgspec.msgpack.decode(payload):
            case [0, layout]:
                columns = tuple(Column(tuple(place), flag) for place, flag in layout)
            case [1, number, at, interval, values]:
                yield Record(number, at, interval, columns, tuple(values))
