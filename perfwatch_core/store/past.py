"""Reads everything back sample by sample, packed or fresh, in the order of time and in bounded memory."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from operator import attrgetter
from typing import Any, NamedTuple, Protocol, TypeVar

from perfwatch_core.metric import Value
from perfwatch_core.spans import local
from perfwatch_core.store.batch import Place, moment
from perfwatch_core.store.chunks import PIECES, SAMPLES, gaps, times
from perfwatch_core.store.codec import decode
from perfwatch_core.store.columns import places_in, unfold
from perfwatch_core.store.columns import times as batch_times
from perfwatch_core.store.link import Link
from perfwatch_core.store.query import snapshot
from perfwatch_core.store.rollup import MICRO, TAG, columns
from perfwatch_core.store.series_ids import known, place_of
from perfwatch_core.store.tail import fresh

_REACH = timedelta(hours=1, minutes=5)


class Stored(NamedTuple):
    """One stored sample: its UTC moment, true interval in seconds, and the known values as `Sample.by_type`."""

    moment: datetime
    interval: float | None
    by_type: dict[str, dict[str, Any]]


class Bounds(NamedTuple):
    """The moments (UTC) of the oldest and newest sample."""

    oldest: datetime
    newest: datetime


def raw(link: Link, machine_id: int, types: Iterable[str] | None, start: datetime, end: datetime) -> Generator[Stored]:
    """The samples with `start` <= moment < `end`, with all types or some, as of one moment.

    A downsampled bucket is one sample at its beginning: means, and the last of words. The link is in a
    transaction until the iterator ends or is closed; about an hour of samples is in memory at a time.
    """
    wanted = None if types is None else frozenset(types)
    with snapshot(link):
        places = known(link, wanted)

        def unpack(step: int, axis: bytes, pieces: Sequence[bytes | None]) -> Iterable[Stored]:
            at = times(axis)
            made: list[dict[str, Any]] = [{} for _ in at]
            for place, piece in zip(places, pieces, strict=True):
                if piece is not None:
                    put(made, place, decoded(piece, at, step))
            return map(Stored, map(moment, at), gaps(axis), made)

        blocks = packed_blocks(link, machine_id, list(places.values()), start, end, unpack)
        for one in in_order(blocks, _fresh(link, machine_id, wanted, start, end), start, end):
            if one.by_type or wanted is None:
                yield one


def bounds(link: Link, machine_id: int) -> Bounds | None:
    """The moments (UTC) of the oldest and newest sample, None where there is none."""
    span = {"machine": machine_id}
    row = link.execute(
        "SELECT least("
        " (SELECT started FROM history WHERE machine_id = %(machine)s AND tier = 0 ORDER BY at LIMIT 1),"
        " (SELECT min(started) FROM metrics_batch WHERE machine_id = %(machine)s)),"
        " greatest((SELECT max(ended) FROM (SELECT ended FROM history WHERE machine_id = %(machine)s AND tier = 0"
        " ORDER BY at DESC LIMIT 3) AS packed), (SELECT max(ended) FROM (SELECT ended FROM metrics_batch"
        " WHERE machine_id = %(machine)s ORDER BY started DESC LIMIT 20) AS last))",
        span,
    ).fetchone()
    return Bounds(row[0], row[1]) if row and row[0] else None


def kept(span: Bounds | None) -> str:
    """What history there is, in words for whoever asked for another."""
    if span is None:
        return "there is no history yet; collect some with: perfwatch --serve"
    return f"there is history from {local(span.oldest)} to {local(span.newest)}"


def size_bytes(link: Link) -> int:
    """Bytes that all samples and rollups take on the server's disk, indexes included."""
    row = link.execute(
        "SELECT (SELECT coalesce(sum(pg_total_relation_size(relid)), 0) FROM pg_partition_tree('history'))"
        " + pg_total_relation_size('history_recent') + pg_total_relation_size('history_week')"
        " + pg_total_relation_size('history_series') + pg_total_relation_size('metrics_batch')"
    ).fetchone()
    return int(row[0]) if row else 0


def places_between(link: Link, machine_id: int, start: datetime, end: datetime) -> list[Place]:
    """The places that had a value in the hours of a span."""
    rows = link.execute(
        "SELECT place FROM history_series WHERE id IN (SELECT unnest(series) FROM history WHERE machine_id = %s"
        " AND tier = 0 AND at > %s AND at < %s AND ended >= %s) ORDER BY id",
        (machine_id, start - _REACH, end, start),
        prepare=False,
    ).fetchall()
    found = dict.fromkeys(place_of(row[0]) for row in rows)
    for _, body in fresh(link, machine_id, start, end):
        found.update(dict.fromkeys(places_in(body)))
    return list(found)


def types(link: Link, machine_id: int, declared: Sequence[str]) -> list[str]:
    """Those of the declared metric types that were ever stored."""
    there = {place[0] for place in known(link)}
    span = bounds(link, machine_id)
    if span:
        # a new machine has no packed hour yet
        there |= {place[0] for place in places_between(link, machine_id, *_last_hour(span))}
    return [one for one in declared if one in there]


def _last_hour(span: Bounds) -> tuple[datetime, datetime]:
    end = span.newest + timedelta(microseconds=1)
    return end - timedelta(hours=1), end


class Sampled(Protocol):
    """What is taken at a moment."""

    @property
    def moment(self) -> datetime:
        """When (UTC)."""


S = TypeVar("S", bound=Sampled)
# The beginning of some samples that were stored together, and how to get them, in the order of time.
Block = tuple[datetime, Callable[[], Iterable[S]]]


def in_order(packed: Iterable[Block[S]], fresh: Iterable[Block[S]], start: datetime, end: datetime) -> Iterator[S]:
    """The samples of a span from blocks that come by their beginnings and may overlap."""
    moment_of = attrgetter("moment")
    return heapq.merge(_sorted(packed, start, end), _sorted(fresh, start, end), key=moment_of)


def _sorted(blocks: Iterable[Block[S]], start: datetime, end: datetime) -> Iterator[S]:
    waiting: list[tuple[datetime, int, S]] = []
    number = 0
    for began, samples in blocks:
        while waiting and waiting[0][0] < began:
            yield heapq.heappop(waiting)[2]
        for one in samples():
            if start <= one.moment < end:
                number += 1
                heapq.heappush(waiting, (one.moment, number, one))
    while waiting:
        yield heapq.heappop(waiting)[2]


def _fresh(
    link: Link, machine_id: int, types: frozenset[str] | None, start: datetime, end: datetime
) -> Iterator[Block[Stored]]:
    for began, body in fresh(link, machine_id, start, end):

        def samples(began: datetime = began, body: str = body) -> Iterator[Stored]:
            at, intervals = batch_times(began, body)
            for time, interval, shape in zip(at, intervals, unfold(body), strict=True):
                picked = shape if types is None else {one: shape[one] for one in shape if one in types}
                yield Stored(moment(time), interval, picked)

        yield began, samples


def packed_blocks(
    link: Link,
    machine_id: int,
    wanted: Sequence[int],
    start: datetime,
    end: datetime,
    unpack: Callable[[int, bytes, Sequence[bytes | None]], Iterable[S]],
) -> Iterator[Block[S]]:
    """The packed hours of a span; `unpack` makes samples of its step, its axis and the wanted series' columns."""
    keys = link.execute(
        "SELECT started, at, part FROM history WHERE machine_id = %s AND tier = %s AND at > %s AND at < %s"
        " AND started < %s AND ended >= %s::timestamptz - step * interval '1 second' ORDER BY started, part",
        (machine_id, SAMPLES, start - _REACH, end, end, start),
        prepare=False,
    ).fetchall()
    for began, at, part in keys:

        def samples(at: datetime = at, part: int = part) -> Iterable[S]:
            row = link.execute(
                f"SELECT step, axis, {PIECES} FROM history AS row"
                f" WHERE machine_id = %(machine)s AND tier = {SAMPLES} AND at = %(at)s AND part = %(part)s",
                {"machine": machine_id, "at": at, "part": part, "wanted": list(wanted)},
                prepare=False,
                binary=True,
            ).fetchone()
            assert row is not None  # its key was there, as of the same moment
            return unpack(*row)

        yield began, samples


def decoded(piece: bytes, at: Sequence[int], step: int) -> Sequence[Value | None]:
    """A packed column for each time of its axis (UTC µs); of buckets, `step` seconds wide, the means."""
    if piece[0] != TAG:
        return decode(piece)
    found, width = columns(piece), step * MICRO
    means = {
        bucket * width: total / count / (found.unit or 1)
        for bucket, count, total in zip(found.order, found.counts, found.sums, strict=True)
    }
    return [means.get(one) for one in at]


def put(shapes: list[dict[str, Any]], place: Place, values: Iterable[Any]) -> None:
    """Put a column into the nested objects of its samples; a list is as long as its last known element."""
    *path, last = place
    for shape, value in zip(shapes, values, strict=True):
        if value is None:
            continue
        node: Any = shape
        if isinstance(last, int):
            for key in path[:-1]:
                node = node.setdefault(key, {})
            row = node.setdefault(path[-1], [])
            row += [None] * (last + 1 - len(row))
            row[last] = value
        else:
            for key in path:
                node = node.setdefault(key, {})
            node[last] = value
