"""Takes a stored batch apart again: by column for whoever sums, by sample for whoever shows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec

from perfwatch_core.store.batch import Place, microseconds


class _Times(msgspec.Struct):
    """The part of a batch that says when."""

    at: list[int]
    interval: list[int | None]


@dataclass(frozen=True, slots=True)
class Columns:
    """A batch taken apart: times (UTC µs), true intervals (seconds), for each place its value or values."""

    at: tuple[int, ...]
    intervals: tuple[float | None, ...]
    leaves: tuple[tuple[Place, Any], ...]


def taken_apart(started: int, body: bytes | str) -> Columns:
    """The columns of a batch that began at `started` (UTC µs); each element of a list has its own place."""
    tree = msgspec.json.decode(body)
    count = len(tree["at"])
    return Columns(
        tuple(started + offset for offset in tree["at"]),
        tuple(None if gap is None else gap / 1000 for gap in tree["interval"]),
        tuple(_leaves(tree["data"], (), count)),
    )


def _leaves(node: Mapping[str, Any], place: Place, count: int) -> Iterator[tuple[Place, Any]]:
    for name, below in node.items():
        here = (*place, name)
        if isinstance(below, dict):
            yield from _leaves(below, here, count)
        elif not isinstance(below, list):
            yield here, below
        elif any(isinstance(row, list) for row in below):
            yield from _list_leaves(below, here, count)
        else:
            yield here, below


def _list_leaves(rows: list[list[Any] | None], place: Place, count: int) -> Iterator[tuple[Place, Any]]:
    size = max(len(row) for row in rows if row is not None)
    for index in range(size):
        column = [None if row is None or index >= len(row) else row[index] for row in rows]
        yield (*place, index), column[0] if len(column) == 1 < count or count == 1 else column


def places_in(body: bytes | str) -> list[Place]:
    """Where a batch has values; `taken_apart` tells the same in four times the time."""
    found: list[Place] = []
    _walk(msgspec.json.decode(body)["data"], (), found)
    return found


def _walk(node: Mapping[str, Any], place: Place, found: list[Place]) -> None:
    for name, below in node.items():
        if isinstance(below, dict):
            _walk(below, (*place, name), found)
        elif not isinstance(below, list):
            found += [(*place, name)] if below is not None else []
        else:
            rows = [row for row in below if row is not None]
            if rows and isinstance(rows[0], list):
                found += [
                    (*place, name, index)
                    for index in range(max(map(len, rows)))
                    if any(index < len(row) and row[index] is not None for row in rows)
                ]
            elif rows:
                found.append((*place, name))


def times(started: datetime, body: bytes | str) -> tuple[list[int], list[float | None]]:
    """The moments (UTC µs) and true intervals (seconds) of a batch that began at `started`."""
    tree = msgspec.json.decode(body, type=_Times)
    begin = microseconds(started)
    return [begin + offset for offset in tree.at], [None if gap is None else gap / 1000 for gap in tree.interval]


def unfold(body: bytes | str) -> list[dict[str, dict[str, Any]]]:
    """The JSON objects of each sample in a batch, as `Sample.by_type` made them."""
    tree = msgspec.json.decode(body)
    samples = (_picked(tree["data"], index) for index in range(len(tree["at"])))
    return [{type_: shape for type_, shape in one.items() if shape} for one in samples]


def _picked(node: Mapping[str, Any], index: int) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, below in node.items():
        value: Any
        if isinstance(below, dict):
            value = _picked(below, index) or None
        elif isinstance(below, list):
            value = below[0] if len(below) == 1 else below[index]
        else:
            value = below
        if value is not None:
            found[name] = value
    return found
