"""What a day of samples writes to a disk, by the disk's own counter: replayed in a minute, and watched as it goes."""

from __future__ import annotations

import contextlib
import ctypes
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from perfwatch_core.bus import Bus
from perfwatch_core.collectors import build
from perfwatch_core.collectors.machine import Machine
from perfwatch_core.sample import Sample
from perfwatch_core.sampler import Sampler
from perfwatch_core.settings import Settings
from perfwatch_core.store import schema
from perfwatch_core.store.batch import Batch, Column, batches, microseconds, record
from perfwatch_core.store.cluster import Cluster
from perfwatch_core.store.link import Halt, Link
from perfwatch_core.store.packer import pack_next
from perfwatch_core.store.past import size_bytes
from perfwatch_core.store.writer import insert
from perfwatch_core.vitals import Vitals
from tests.bench import figure
from tests.bench.figure import Figure
from tests.bench.periods import period
from tests.core.store.clusters import running
from tests.core.store.waiting import until
from tests.simulated_store import batched, machine_number
from tests.simulator import Simulator

SUBJECT = "Writing: a day at a sample each 5 s, on an ext4 of its own"
# Young enough to be kept.
START = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(days=3)
HOURS = int(period(24, 3))
# As the private cluster is configured: checkpoint_timeout.
_CHECKPOINT = timedelta(hours=8)
# Six samples: the first waits for 25 s.
_BATCH, _SAMPLES = timedelta(seconds=30), 6
_WARM_HOURS = 3
WATCHED = period(250.0, 10.0)
# Until the first packing and clean-up are over.
_SETTLE = period(150.0, 10.0)
GOAL_MB = 100.0
_INTERVAL = 5.0
_AN_HOUR = 720
_RECORDING = period(36.0, 11.0)
Hours = Callable[[int], Iterator[Batch]]
_DAY = 86400.0
_SECTOR = 512


class Disk:
    """A directory on a block device that nobody else uses, or on the one there is."""

    def __init__(self, path: Path, device: str, note: str) -> None:
        self.path = path
        self.device = device
        self.note = note

    def written(self) -> int:
        """Bytes written since it is there (Documentation/admin-guide/iostats.rst, field 7)."""
        rows = (line.split() for line in Path("/proc/diskstats").read_text().splitlines())
        return next(int(row[9]) * _SECTOR for row in rows if row[2] == self.device)

    def sync(self) -> None:
        """Write all that waits, with the file system's own log (syncfs(2)): ext4 does so by itself within 5 s."""
        place = os.open(self.path, os.O_RDONLY)
        ctypes.CDLL(None, use_errno=True).syncfs(place)
        os.close(place)

    def synced(self) -> int:
        """Bytes written, with all that waits to be."""
        self.sync()
        return self.written()


@contextlib.contextmanager
def disk() -> Iterator[Disk]:
    """An ext4 in a file for root; else the temporary directory, where others write as well."""
    with tempfile.TemporaryDirectory(prefix="perfwatch-disk-") as directory:
        path = Path(directory)
        if os.geteuid() != 0:
            yield Disk(path, _device_of(path), "not root: others write to this disk too")
            return
        image, mount = path / "image", path / "disk"
        mount.mkdir()
        with image.open("wb") as file:
            file.truncate(2 << 30)
        subprocess.run(["mkfs.ext4", "-q", "-E", "lazy_itable_init=0,lazy_journal_init=0", str(image)], check=True)
        subprocess.run(["mount", "-o", "loop", str(image), str(mount)], check=True)
        try:
            yield Disk(mount, _device_of(mount), "")
        finally:
            subprocess.run(["umount", str(mount)], check=True)


def _device_of(path: Path) -> str:
    """The name of the block device that holds it (sysfs(5))."""
    number = path.stat().st_dev
    return Path(f"/sys/dev/block/{os.major(number)}:{os.minor(number)}").resolve().name


def figures() -> Iterator[Figure]:
    """A whole day of this machine and of a larger one."""
    hour = recorded()
    with disk() as one:
        yield from _replayed(one, "this machine", lambda number: _at(hour, number), GOAL_MB)
    with disk() as one:
        yield from _replayed(one, "8 cores with all counters, simulated", _simulated, None)


def recorded() -> list[Sample]:
    """As many samples of this machine as an hour has, taken in half a minute."""
    settings = Settings()
    sampler = Sampler(build(Machine(), Vitals(), settings), Bus(), settings.interval, Vitals())
    taken = []
    for _ in range(_AN_HOUR):
        time.sleep(_RECORDING / _AN_HOUR)
        taken.append(sampler.tick())
    sampler.stop()
    return taken


def _at(hour: list[Sample], number: int) -> Iterator[Batch]:
    """The batches of an hour, with these values."""
    first = number * _AN_HOUR + 1
    for low in range(0, _AN_HOUR, _SAMPLES):
        some = [
            replace(one, time=START.timestamp() + (first + low + place) * _INTERVAL, interval=_INTERVAL)
            for place, one in enumerate(hour[low : low + _SAMPLES])
        ]
        records = [
            record(one, first + low + place, tuple(map(Column.of, one.values))) for place, one in enumerate(some)
        ]
        yield from batches(1, records)


def _simulated(number: int) -> Iterator[Batch]:
    """The batches of an hour of the simulator's machine."""
    return batched(Simulator(), microseconds(START + timedelta(hours=number)), hours=1, per_batch=_SAMPLES)


def _replayed(place: Disk, whose: str, hour: Hours, goal: float | None) -> Iterator[Figure]:
    """Each commit, each checkpoint and each packing of a day that is not the first, without the time between them."""
    with _database(place) as (link, machine):
        _write(link, machine, hour, range(_WARM_HOURS), lambda: None)
        link.execute("CHECKPOINT")
        before, began, held = place.synced(), _position(link), size_bytes(link)
        commits = _write(link, machine, hour, range(_WARM_HOURS, _WARM_HOURS + HOURS), place.sync)
        written, log = place.synced() - before, _position(link) - began
        kept = size_bytes(link) - held
    note = f"{commits} commits, {log / 1e6:.0f} MB of PostgreSQL's log; {place.note}".rstrip("; ")
    yield Figure(SUBJECT, f"{whose}: written in a day", written / 1e6, "MB", goal, note=note)
    what, told = f"{whose}: kept of a sample", "packed, with rollups and indexes"
    program, column = ("PerfWatch", figure.Column.DISK) if goal else ("", None)
    each = kept / HOURS / _AN_HOUR
    yield Figure(SUBJECT, what, each, "B", note=told, program=program, column=column)


@contextlib.contextmanager
def _database(place: Disk) -> Iterator[tuple[Link, int]]:
    """A private database there, and a machine in it."""
    cluster = Cluster(place.path / "data")
    params = cluster.acquire()
    try:
        with Link.open(params, Halt()) as link:
            link.answer_seconds = 600.0
            schema.ensure(link, params, Halt())
            yield link, machine_number(link, "0" * 32, "bench")
    finally:
        cluster.release()
        until(lambda: not running(place.path / "data"), 60)


def _write(link: Link, machine: int, hour: Hours, numbers: range, afterwards: Callable[[], None]) -> int:
    """Write so many hours, doing `afterwards` after each commit; the number of commits."""
    commits = 0
    each = _CHECKPOINT // _BATCH
    for number in numbers:
        for batch in hour(number):
            insert(link, machine, [batch])
            afterwards()
            commits += 1
            if commits % each == 0:
                link.execute("CHECKPOINT")
        while pack_next(link, START + timedelta(hours=number + 1, minutes=5)) is not None:
            pass
        # what autovacuum does within five minutes
        link.execute("VACUUM metrics_batch")
    return commits


def _position(link: Link) -> int:
    """Bytes of log since the cluster was made."""
    row = link.execute("SELECT pg_current_wal_lsn() - '0/0'").fetchone()
    assert row
    return int(row[0])


def watched(place: Disk, hour: Hours) -> Figure:
    """What the file system adds with its own log, which it writes every five seconds if there is anything to it."""
    with _database(place) as (link, machine):
        # room for rows, as there is after some hours, and nothing to pack meanwhile
        for batch in hour(0):
            insert(link, machine, [batch])
        link.execute("DELETE FROM metrics_batch")
        link.execute("VACUUM metrics_batch")
    words = ("--serve", "--interval", "5", "--port", "0", "--data-dir", str(place.path / "data"))
    process = subprocess.Popen(
        [sys.executable, "-m", "perfwatch_gui", *words], stdout=subprocess.DEVNULL, start_new_session=True
    )
    try:
        time.sleep(_SETTLE)
        before, began = place.synced(), time.monotonic()
        time.sleep(WATCHED)
        written, seconds = place.written() - before, time.monotonic() - began
    finally:
        process.terminate()
        process.wait(20)
        until(lambda: not running(place.path / "data"), 60)
    note = f"{written / 1e3:.0f} kB in {seconds:.0f} s, with what each start does once"
    return Figure(
        SUBJECT, "this machine in real time: written in a day", written / seconds * _DAY / 1e6, "MB", GOAL_MB, note=note
    )


def live() -> Iterator[Figure]:
    """Some minutes of a running PerfWatch."""
    hour = recorded()
    with disk() as one:
        yield watched(one, lambda number: _at(hour, number))
