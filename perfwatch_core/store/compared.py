"""The block means of all series in two spans, and what changed between them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from perfwatch_core.changes import BLOCKS, Changes, changes
from perfwatch_core.metric import Catalogue, Series
from perfwatch_core.store.link import Link
from perfwatch_core.store.past import places_between
from perfwatch_core.store.query import binned, snapshot, width_for
from perfwatch_core.store.series_ids import by_address

Moments = tuple[datetime, datetime]


def changed(
    link: Link, machine_id: int, catalogue: Catalogue, a: Moments, b: Moments, types: Iterable[str] | None = None
) -> Changes[Series]:
    """Every declared series ranked by how far it moved from span a to span b; ValueError for unequal lengths."""
    if a[1] - a[0] != b[1] - b[0]:
        raise ValueError(f"the spans differ in length: {a[1] - a[0]} and {b[1] - b[0]}; give two of equal length")
    with snapshot(link):
        return changes(_blocks(link, machine_id, catalogue, a, types), _blocks(link, machine_id, catalogue, b, types))


def _blocks(
    link: Link, machine_id: int, catalogue: Catalogue, span: Moments, types: Iterable[str] | None
) -> dict[Series, list[float]]:
    wanted = None if types is None else set(types)
    places = [place for place in places_between(link, machine_id, *span) if wanted is None or place[0] in wanted]
    known = by_address(catalogue, dict.fromkeys(places))
    width = width_for(*span, BLOCKS + 1)
    found = binned(link, machine_id, list(known.values()), *span, width)
    return {series: [row[3] for row in one.rows()] for series, one in zip(known, found, strict=True)}
