"""The samples of the last half minute, in memory that outlives this process but costs no disk.

Appending to a file on a disk each second makes ext4 commit its own journal every five seconds, 12 kB each time or 300 MB a day,
whatever is written (measured). So the newest samples lie on a tmpfs: kill -9 loses nothing, a power cut at most what was not yet
committed. Where there is no tmpfs they lie in the data directory.
"""

from __future__ import annotations

import logging
import os
import stat
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import msgspec

from perfwatch_core.metric import Series
from perfwatch_core.sample import Sample
from perfwatch_core.store.batch import Batch, Column, Record, batches, plain_text, record
from perfwatch_core.store.frames import Frames

log = logging.getLogger(__name__)

SUFFIX = ".fresh"
_COLUMNS, _SAMPLE, _CUT = 0, 1, 2


def fresh_directory(data_dir: Path, environ: Mapping[str, str] = os.environ) -> Path:
    """Where the newest samples go: `$XDG_RUNTIME_DIR/perfwatch`, else a directory of ours in /dev/shm, else `data_dir`/journal."""
    places = [Path(f"/dev/shm/perfwatch-{os.geteuid()}")]
    if environ.get("XDG_RUNTIME_DIR", "").startswith("/"):
        places.insert(0, Path(environ["XDG_RUNTIME_DIR"]) / "perfwatch")
    for place in places:
        if place.parent.is_dir() and _ours(place):
            return place
    return data_dir / "journal"


def _ours(place: Path) -> bool:
    """Whether the directory exists, or could be made, with us as its owner and nobody else let in."""
    try:
        place.mkdir(mode=0o700, exist_ok=True)
        found = place.lstat()
    except OSError:
        return False
    # /dev/shm is open to all: a stranger's directory or symbolic link of that name is not ours
    return stat.S_ISDIR(found.st_mode) and found.st_uid == os.geteuid() and not found.st_mode & 0o077


class Fresh:
    """The open samples, in memory and in one file; `cut` folds them into batches whose bounds never change again."""

    def __init__(self, directory: Path, machine: str, source: int) -> None:
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._source = source
        self._frames = Frames(directory / f"{machine}-{source:016x}{SUFFIX}")
        self._open: list[Record] = []
        self._series: tuple[Series, ...] = ()
        self._columns: tuple[Column, ...] = ()
        self._columns_written = False
        self._next = 1
        self.error: OSError | None = None

    def __len__(self) -> int:
        return len(self._open)

    @property
    def oldest(self) -> Record | None:
        """The first sample that is in no batch yet."""
        return self._open[0] if self._open else None

    def add(self, sample: Sample) -> None:
        """Keep a sample; where the file cannot take it, it is still kept in memory and `error` says why."""
        series = tuple(sample.values)
        if series != self._series:
            self._series = series
            self._columns = tuple(map(Column.of, series))
            self._columns_written = False
        one = record(sample, self._next, self._columns)
        self._next += 1
        self._open.append(one)
        if not self._columns_written:
            self._columns_written = self._write((_COLUMNS, self._columns))
        if self._columns_written:
            self._write((_SAMPLE, one.number, one.at, one.interval, one.values))

    def cut(self) -> list[Batch]:
        """The open samples as batches; from now on these, and what comes later, are apart."""
        if not self._open:
            return []
        self._write((_CUT,))
        done = list(batches(self._source, self._open))
        self._open.clear()
        return done

    def settle(self) -> None:
        """Forget the file's content: every batch that was cut lies safely elsewhere."""
        self._frames.clear()
        self._columns_written = False
        self.error = None

    def close(self) -> None:
        """Let go; an empty file goes, one with samples stays for the next process."""
        if self._frames.size:
            self._frames.close()
        else:
            self._frames.remove()

    def _write(self, entry: tuple[Any, ...]) -> bool:
        try:
            try:
                payload = msgspec.msgpack.encode(entry)
            except (OverflowError, UnicodeEncodeError):
                payload = msgspec.msgpack.encode(_encodable(entry))
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


def left_over(frames: Frames) -> list[Batch]:
    """The batches in a file whose process is gone, with the same bounds that process gave them."""
    source = int(frames.path.stem.rpartition("-")[2], 16)
    return [batch for group in _groups(frames) for batch in batches(source, group)]


def _groups(frames: Frames) -> Iterator[list[Record]]:
    group: list[Record] = []
    columns: tuple[Column, ...] = ()
    for _, payload in frames.read():
        match msgspec.msgpack.decode(payload):
            case [0, layout]:
                columns = tuple(Column(tuple(place), flag) for place, flag in layout)
            case [1, number, at, interval, values]:
                group.append(Record(number, at, interval, columns, tuple(values)))
            case [2] if group:
                yield group
                group = []
    if group:
        yield group
