"""The values of chosen places sample by sample, in the order of time: what an export writes, at a row in 20 µs."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from perfwatch_core.metric import Value
from perfwatch_core.store.batch import Place, moment
from perfwatch_core.store.chunks import gaps, times
from perfwatch_core.store.columns import times as batch_times
from perfwatch_core.store.link import Link
from perfwatch_core.store.past import Block, decoded, in_order, packed_blocks
from perfwatch_core.store.query import ids_of, snapshot
from perfwatch_core.store.tail import fresh, leaves_of


class Row(NamedTuple):
    """One sample: its UTC moment, true interval in seconds, and a value for each place, None where unknown."""

    moment: datetime
    interval: float | None
    values: Sequence[Value | None]


def rows_between(
    link: Link, machine_id: int, places: Sequence[Place], start: datetime, end: datetime
) -> Generator[Row]:
    """The samples with `start` <= moment < `end`, as of one moment, those without any of the values left out.

    As `past.raw`: a downsampled bucket is one sample, about an hour of samples is in memory at a time, and the
    link is in a transaction until the iterator ends or is closed.
    """
    with snapshot(link):
        ids = ids_of(link, places)

        def unpack(step: int, axis: bytes, pieces: Sequence[bytes | None]) -> Iterator[Row]:
            at = times(axis)
            nothing: list[Any] = [None] * len(at)
            found = [nothing if piece is None else decoded(piece, at, step) for piece in pieces]
            return map(Row, map(moment, at), gaps(axis), _transposed(found, len(at)))

        blocks = packed_blocks(link, machine_id, ids, start, end, unpack)
        for row in in_order(blocks, _fresh_blocks(link, machine_id, places, start, end), start, end):
            if any(value is not None for value in row.values):
                yield row


def _fresh_blocks(
    link: Link, machine_id: int, places: Sequence[Place], start: datetime, end: datetime
) -> Iterator[Block[Row]]:
    for began, body in fresh(link, machine_id, start, end):

        def rows(began: datetime = began, body: str = body) -> Iterator[Row]:
            at, intervals = batch_times(began, body)
            return map(Row, map(moment, at), intervals, _transposed(leaves_of(body, places), len(at)))

        yield began, rows


def _transposed(columns: Sequence[Sequence[Any]], count: int) -> Iterable[Sequence[Any]]:
    return zip(*columns, strict=True) if columns else [()] * count
