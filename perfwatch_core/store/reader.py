"""Reads stored samples back: one after another over any span, in constant memory."""

from __future__ import annotations

import heapq
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from perfwatch_core.store.batch import SPAN_SECONDS, moment
from perfwatch_core.store.columns import times, unfold
from perfwatch_core.store.link import Link

# Batches fetched at once: with 300 samples in each some tens of megabytes at most, usually one.
_PAGE = 50
_SPAN = timedelta(seconds=SPAN_SECONDS)


class Stored(NamedTuple):
    """One stored sample: its UTC moment, true interval in seconds, and the known values as `Sample.by_type`."""

    moment: datetime
    interval: float | None
    by_type: dict[str, dict[str, Any]]


class Bounds(NamedTuple):
    """The moments (UTC) of the oldest and newest sample."""

    oldest: datetime
    newest: datetime


def samples_between(link: Link, machine_id: int, start: datetime, end: datetime) -> Iterator[Stored]:
    """The machine's samples with `start` <= moment < `end`, in the order of time."""
    waiting: list[tuple[datetime, int, Stored]] = []
    number = 0
    for started, body in _batches(link, machine_id, start, end):
        # batches of two sources may overlap: what lies before this one's beginning is in order for sure
        while waiting and waiting[0][0] < started:
            yield heapq.heappop(waiting)[2]
        for one in _unfolded(started, body):
            if start <= one.moment < end:
                number += 1
                heapq.heappush(waiting, (one.moment, number, one))
    while waiting:
        yield heapq.heappop(waiting)[2]


def bounds(link: Link, machine_id: int) -> Bounds | None:
    """The oldest and newest sample of a machine, None where it has none."""
    row = link.execute(
        "SELECT (SELECT min(started) FROM metrics_batch WHERE machine_id = %(id)s), (SELECT max(ended) FROM"
        " (SELECT ended FROM metrics_batch WHERE machine_id = %(id)s ORDER BY started DESC LIMIT 20) AS last)",
        {"id": machine_id},
    ).fetchone()
    return Bounds(row[0], row[1]) if row and row[0] else None


def size_bytes(link: Link) -> int:
    """Bytes that all samples take on the server's disk, indexes included."""
    row = link.execute("SELECT pg_total_relation_size('metrics_batch')").fetchone()
    return int(row[0]) if row else 0


def _batches(link: Link, machine_id: int, start: datetime, end: datetime) -> Iterator[tuple[datetime, str]]:
    """Each batch that may hold a sample of the span, by its beginning."""
    after: tuple[Any, ...] = (start - _SPAN, -1, -1)
    while True:
        page = link.execute(
            "SELECT started, source, first_number, samples::text FROM metrics_batch"
            " WHERE machine_id = %s AND started < %s AND ended >= %s"
            " AND (started, source, first_number) > (%s, %s, %s)"
            " ORDER BY started, source, first_number LIMIT %s",
            (machine_id, end, start, *after, _PAGE),
        ).fetchall()
        for row in page:
            yield row[0], row[3]
        if len(page) < _PAGE:
            return
        after = page[-1][:3]


def _unfolded(started: datetime, body: str) -> Iterator[Stored]:
    at, intervals = times(started, body)
    for time, interval, shape in zip(at, intervals, unfold(body), strict=True):
        yield Stored(moment(time), interval, shape)
