"""The newest samples as columns: those that lie in fresh batches because their hour is not packed yet."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

import msgspec

from perfwatch_core.metric import Value
from perfwatch_core.store.batch import SPAN_SECONDS, Place, microseconds
from perfwatch_core.store.chunks import SAMPLES, hour_of
from perfwatch_core.store.link import Link

_SPAN = timedelta(seconds=SPAN_SECONDS)
# More than an hour's: usually all at once.
_PAGE = 200
# Batches of two hours at 5 s, some six megabytes; they go with the connection, a minute after the last query.
_REMEMBERED = 300


class _Body(msgspec.Struct):
    """A batch whose types are decoded only when asked for."""

    at: list[int]
    interval: list[int | None]
    data: dict[str, msgspec.Raw]


class Fresh(NamedTuple):
    """A batch that is not packed: its beginning and its JSON text."""

    started: datetime
    body: str


class Tail(NamedTuple):
    """Rising times (UTC µs) and a value for each at the asked places."""

    at: list[int]
    columns: dict[Place, list[Value | None]]


def fresh(link: Link, machine_id: int, start: datetime, end: datetime) -> Iterator[Fresh]:
    """The batches that may hold samples of a span and are not packed, by their beginnings; a page at a time."""
    for _, found in _fetched(link, _keys(link, machine_id, start, end)):
        yield found


def _keys(link: Link, machine_id: int, start: datetime, end: datetime) -> list[tuple[int, int]]:
    """The names of those batches, (source, first number), in the same order."""
    rows = link.execute(
        "SELECT started, source, first_number FROM metrics_batch"
        " WHERE machine_id = %s AND started >= %s AND started < %s AND ended >= %s"
        " ORDER BY started, source, first_number",
        (machine_id, start - _SPAN, end, start),
    ).fetchall()
    if not rows:
        return []
    # one that a journal brought again after its hour was packed is there twice until the packer drops it
    packed = link.execute(
        "SELECT run.source, run.first, run.last FROM history"
        " CROSS JOIN LATERAL unnest(sources, firsts, lasts) AS run (source, first, last)"
        " WHERE machine_id = %s AND at >= %s AND at <= %s AND tier = %s",
        (machine_id, hour_of(microseconds(rows[0][0])), rows[-1][0], SAMPLES),
        prepare=False,
    ).fetchall()
    return [
        (source, number)
        for _, source, number in rows
        if not any(source == one and first <= number <= last for one, first, last in packed)
    ]


def _fetched(link: Link, keys: Sequence[tuple[int, int]]) -> Iterator[tuple[tuple[int, int], Fresh]]:
    for low in range(0, len(keys), _PAGE):
        page = keys[low : low + _PAGE]
        rows = link.execute(
            "SELECT source, first_number, started, samples::text FROM metrics_batch"
            " JOIN unnest(%s::bigint[], %s::bigint[]) AS asked (source, first_number) USING (source, first_number)"
            " ORDER BY started, source, first_number",
            ([one for one, _ in page], [one for _, one in page]),
        ).fetchall()
        for source, number, began, text in rows:
            yield (source, number), Fresh(began, text)


def _opened(link: Link, keys: Sequence[tuple[int, int]]) -> Iterator[tuple[datetime, _Body]]:
    """The batches with these names, from the server only where this connection has not seen them yet.

    A batch never changes, and a window that moves asks for the same ones again and again.
    """
    seen: dict[tuple[int, int], tuple[datetime, _Body]] = link.remembered
    for low in range(0, len(keys), _PAGE):
        page = keys[low : low + _PAGE]
        for key, (began, text) in _fetched(link, [key for key in page if key not in seen]):
            seen[key] = began, msgspec.json.decode(text, type=_Body)
        for key in page:
            yield seen[key]
        for key in list(seen)[:-_REMEMBERED]:
            del seen[key]


def tail(link: Link, machine_id: int, start: datetime, end: datetime, places: Sequence[Place]) -> Tail:
    """The samples of a span that are not packed yet, at some places."""
    at: list[int] = []
    columns: dict[Place, list[Value | None]] = {place: [] for place in places}
    for began, body in _opened(link, _keys(link, machine_id, start, end)):
        begin = microseconds(began)
        at += [begin + offset for offset in body.at]
        for place, column in zip(places, _leaves(body, places), strict=True):
            columns[place] += column
    low, high = microseconds(start), microseconds(end)
    order = [one for one in sorted(range(len(at)), key=at.__getitem__) if low <= at[one] < high]
    return Tail([at[one] for one in order], {place: [found[one] for one in order] for place, found in columns.items()})


def leaves_of(text: str, places: Iterable[Place]) -> list[list[Any]]:
    """A value for each sample of a batch at each of the places."""
    return list(_leaves(msgspec.json.decode(text, type=_Body), places))


def _leaves(body: _Body, places: Iterable[Place]) -> Iterator[list[Any]]:
    types: dict[str, Any] = {}
    for place in places:
        type_ = str(place[0])
        if type_ not in types:
            types[type_] = msgspec.json.decode(body.data[type_]) if type_ in body.data else None
        yield _leaf(types[type_], place[1:], len(body.at))


def _leaf(node: Any, path: Iterable[str | int], count: int) -> list[Any]:
    """A value for each sample at a place of a batch."""
    for key in path:
        if isinstance(key, int):
            rows = node if isinstance(node, list) else []
            node = [row[key] if row is not None and key < len(row) else None for row in rows]
        else:
            node = node.get(key) if isinstance(node, dict) else None
    if not isinstance(node, list):
        return [node if not isinstance(node, dict) else None] * count
    if len(node) != count:
        node = node[:1] * count
    return node or [None] * count
