"""What the program left in its private database: read after it ended, each sample with the interval before it."""

from __future__ import annotations

import contextlib
import itertools
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from perfwatch_core.store.batch import microseconds
from perfwatch_core.store.cluster import Cluster
from perfwatch_core.store.link import Halt, Link


class Kept(NamedTuple):
    """A sample: when (UTC µs), how long after the one before by the monotonic clock (ms), by which process."""

    at: int
    interval: int | None
    source: int


@contextlib.contextmanager
def database(data_dir: Path) -> Iterator[Mapping[str, str]]:
    """Parameters of libpq for the private database in `data_dir`."""
    cluster = Cluster(data_dir)
    try:
        yield cluster.acquire()
    finally:
        cluster.release()


def samples(params: Mapping[str, str]) -> list[Kept]:
    """All of them, in the order of time."""
    with Link.open(params, Halt()) as link:
        rows: list[tuple[datetime, int, list[int], list[int | None]]] = link.execute(
            "SELECT started, source, samples -> 'at', samples -> 'interval' FROM metrics_batch ORDER BY started"
        ).fetchall()
    found = []
    for started, source, offsets, intervals in rows:
        # a list that never changed is a list of one
        spread = intervals * len(offsets) if len(intervals) == 1 else intervals
        begin = microseconds(started)
        found += [Kept(begin + offset, interval, source) for offset, interval in zip(offsets, spread, strict=True)]
    return sorted(found)


def lost(kept: list[Kept]) -> list[tuple[Kept, Kept]]:
    """Neighbours of one process between which a sample is missing: further apart than the later one's interval."""
    return [
        (one, after)
        for one, after in itertools.pairwise(kept)
        if after.interval is not None
        and after.source == one.source
        and (after.at - one.at) / 1000 - after.interval > 0.5 * after.interval
    ]
