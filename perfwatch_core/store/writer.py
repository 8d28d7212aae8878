"""Keeps samples safe from the moment they are taken until PostgreSQL has them.

fresh file (tmpfs, at once) → batch, at most every 25 s → one commit; or, while the database is away, →
spool (disk) → replayed in order. `Journal` is the files, held by one process for each database; `Writer`
moves samples along.
"""

from __future__ import annotations

import fcntl
import logging
import os
import secrets
import time
from collections import deque
from collections.abc import Callable, Sequence
from itertools import accumulate
from pathlib import Path

import psycopg

from perfwatch_core.sample import Sample
from perfwatch_core.store.batch import Batch
from perfwatch_core.store.fresh import Cut, Fresh, fresh_directories, left_over
from perfwatch_core.store.link import Link
from perfwatch_core.store.spool import SUFFIX, Spool

log = logging.getLogger(__name__)

# A power cut may cost 30 s of samples; a commit costs the disk about 30 kB however many samples it carries.
COMMIT_SECONDS = 25.0
COMMIT_SAMPLES = 300
# About a month of a usual machine at 5 s.
SPOOL_BYTES = 256 << 20
# Replaying must not keep new samples waiting; the rest comes with the next tick.
REPLAY_SECONDS = 1.0
REPLAY_BATCHES = 40
# One statement has 20 s: also on a line of 20 kB a second something must get through.
REPLAY_BYTES = 256 << 10


class Journal:
    """The files in which samples wait, held through flock(2) by one process at a time for each database.

    BlockingIOError where another process holds them. What dead processes left is adopted; `prefix` (the
    machine and the database) begins the name of every file.
    """

    def __init__(self, data_dir: Path, prefix: str, limit: int = SPOOL_BYTES) -> None:
        # in the data directory, not beside the fresh files: with and without XDG_RUNTIME_DIR it is the same
        places = fresh_directories(data_dir)
        self._lock = os.open(places[-1] / f"{prefix}.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(self._lock)
            raise
        source = secrets.randbits(63)
        self._kept: list[Cut] = []
        self.spool = Spool(places[-1], prefix, source, limit)
        self.fresh = Fresh(places[0], prefix, source)
        for path in sorted(places[-1].glob(f"{prefix}-*{SUFFIX}"), key=_age):
            self.spool.adopt(path)
        for cut in left_over(places, prefix):
            self.keep(cut)

    def keep(self, cut: Cut) -> None:
        """Move batches from memory and tmpfs to the disk's spool."""
        for batch in cut.batches:
            self.spool.put(batch)
        self._kept.append(cut)
        self.settle()

    def settle(self) -> None:
        """Delete fresh files that are needed no more: while the spool holds batches in memory only, they are."""
        if not self.spool.held:
            while self._kept:
                self._kept.pop().arrived()

    def close(self) -> None:
        """Let go of all files; what is in them stays for the next process."""
        self.spool.close()
        self.fresh.close()
        os.close(self._lock)


def _age(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except FileNotFoundError:
        return 0.0


class Writer:
    """Takes samples, commits them in batches, spools them while the database is away.

    All of it runs in the store's thread, except for `queued` and `notices`: others look at a copy.
    """

    def __init__(self, journal: Journal, clock: Callable[[], float] = time.monotonic) -> None:
        self._journal = journal
        self._clock = clock
        self._cuts: deque[Cut] = deque()
        self._opened = 0.0
        self.rejected = 0

    @property
    def queued(self) -> int:
        """Samples that are not in the database yet; from any thread."""
        open_ = len(self._journal.fresh)
        return open_ + sum(cut.samples for cut in self._cuts.copy()) + self._journal.spool.samples

    @property
    def ripe(self) -> bool:
        """Whether anything is to be committed now."""
        return bool(self._cuts) or self._journal.spool.samples > 0

    @property
    def due(self) -> float | None:
        """When (monotonic seconds) the open samples are to be committed, None without any."""
        return self._opened + COMMIT_SECONDS if len(self._journal.fresh) else None

    def add(self, sample: Sample) -> None:
        """Keep a sample: from now on it outlives this process."""
        if not len(self._journal.fresh):
            self._opened = self._clock()
        self._journal.fresh.add(sample)
        if len(self._journal.fresh) >= COMMIT_SAMPLES:
            self.cut()

    def tick(self) -> None:
        """Close the open batch when it is due."""
        if self.due is not None and self._clock() >= self.due:
            self.cut()

    def cut(self) -> None:
        """Close the open batch now."""
        if cut := self._journal.fresh.cut():
            self._cuts.append(cut)

    def discard(self) -> None:
        """Forget the open samples: another process has stored the same moments."""
        if cut := self._journal.fresh.cut():
            cut.arrived()

    def shelve(self) -> None:
        """Bring what is cut to the spool, for the database is away."""
        while self._cuts:
            self._journal.keep(self._cuts.popleft())

    def commit(self, link: Link, machine_id: int) -> bool:
        """Store what waits, oldest first; True where anything was stored.

        Raises psycopg.Error when the database cannot take it; nothing is lost then, whether or not the
        server did commit: a batch that comes twice is ignored by its key.
        """
        spool = self._journal.spool
        stored = False
        if spool.samples:
            self.shelve()
            until = self._clock() + REPLAY_SECONDS
            while (waiting := _light(spool.peek(REPLAY_BATCHES))) and self._clock() < until:
                self._insert(link, machine_id, waiting)
                spool.drop(len(waiting))
                stored = True
            self._journal.settle()
        while self._cuts and not spool.samples:
            self._insert(link, machine_id, self._cuts[0].batches)
            self._cuts.popleft().arrived()
            stored = True
        return stored

    def notices(self) -> tuple[str, ...]:
        """Sentences about what endangers samples, none when all is well."""
        return tuple(self._notices())

    def close(self) -> None:
        """Bring everything to where the next process finds it."""
        self.cut()
        self.shelve()
        self._journal.close()

    def _insert(self, link: Link, machine_id: int, batches: Sequence[Batch]) -> None:
        try:
            insert(link, machine_id, batches)
        except psycopg.DataError:
            # one that PostgreSQL will never take must not hold up all that come after it
            for batch in batches:
                try:
                    insert(link, machine_id, [batch])
                except psycopg.DataError as error:
                    self.rejected += batch.count
                    log.error("PostgreSQL refused %d samples for good: %s", batch.count, error)

    def _notices(self) -> list[str]:
        found = []
        spool, fresh = self._journal.spool, self._journal.fresh
        if spool.lost:
            found.append(
                f"The journal is full: {spool.lost} samples were dropped, the oldest first;"
                " bring the database back to keep the rest."
            )
        if spool.held and (error := spool.error) is not None:
            found.append(f"The disk takes no samples ({error.strerror}): they wait in memory; make room.")
        if (error := fresh.error) is not None:
            found.append(
                f"The newest samples are in memory only ({error.strerror}): a crash would lose up to"
                f" {COMMIT_SECONDS:.0f} s of them; make room in {fresh.directory}."
            )
        if self.rejected:
            found.append(f"PostgreSQL refused {self.rejected} samples for good; the log says why.")
        return found


def _light(batches: list[Batch]) -> list[Batch]:
    """The first of them that make up one statement, at least one."""
    sizes = accumulate(len(batch.body) for batch in batches)
    return batches[: max(1, sum(size <= REPLAY_BYTES for size in sizes))]


def insert(link: Link, machine_id: int, batches: Sequence[Batch]) -> None:
    """Commit batches in one statement; those that are there already stay as they are."""
    row = "(%s, %s, %s, %s, %s, %s, %s)"
    values = [
        value
        for one in batches
        for value in (
            one.source, one.first, one.since, one.until, one.count, machine_id, one.body.decode()
        )
    ]  # fmt: skip
    if values:
        link.execute(
            "INSERT INTO metrics_batch"
            " (source, first_number, started, ended, sample_count, machine_id, samples)"
            f" VALUES {', '.join([row] * len(batches))} ON CONFLICT DO NOTHING",
            values,
        )
