"""A span as JSON objects by type: the samples themselves, or bins with their means."""

from __future__ import annotations

from collections.abc import Collection
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any

from perfwatch_core.store.batch import moment
from perfwatch_core.store.link import Link
from perfwatch_core.store.past import Stored, places_between, put, raw
from perfwatch_core.store.query import binned, snapshot, width_for
from perfwatch_core.store.rollup import MICRO


@dataclass(frozen=True, slots=True)
class Shapes:
    """Bins `width` seconds wide, those without a value left out; each moment is its bin's beginning."""

    width: int
    bins: list[Stored]


def samples(
    link: Link, machine_id: int, types: Collection[str] | None, start: datetime, end: datetime, limit: int
) -> list[Stored]:
    """The first `limit` samples of a span that have a value of the types."""
    with closing(raw(link, machine_id, types, start, end)) as found:
        return list(islice(found, limit))


def shapes(
    link: Link,
    machine_id: int,
    types: Collection[str] | None,
    start: datetime,
    end: datetime,
    width: int | None,
    limit: int,
) -> Shapes:
    """The first `limit` bins of a span; without a width, the narrowest of which no more are needed.

    A flag's mean is the part of samples in which it was true; words are in samples only.
    """
    width = width_for(start, end, limit) if width is None else width
    with snapshot(link):
        places = places_between(link, machine_id, start, end)
        wanted = [place for place in places if types is None or place[0] in types]
        found = binned(link, machine_id, wanted, start, end, width)
    means = [{row[0]: row[3] for row in buckets.rows()} for buckets in found]
    order = sorted(set().union(*means))[:limit]
    made: list[dict[str, Any]] = [{} for _ in order]
    for place, column in zip(wanted, means, strict=True):
        put(made, place, [column.get(bucket) for bucket in order])
    return Shapes(
        width, [Stored(moment(key * width * MICRO), float(width), one) for key, one in zip(order, made, strict=True)]
    )
