"""Stored samples and bins as the JSON of the history endpoints, made off the event loop."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import msgspec

from perfwatch_core.metric import Metric
from perfwatch_core.sample import complete
from perfwatch_core.store.past import Stored

_PARTS = (("d", 86400), ("h", 3600), ("m", 60))


def told(points: Iterable[Stored], type_: str, metrics: Sequence[Metric]) -> msgspec.Raw:
    """`[{"timestamp", "data": {…}}]` with every declared field of the type, null where it is not known."""
    found = []
    for point in points:
        data = point.by_type.get(type_, {})
        for metric in metrics:
            complete(data, metric)
        found.append({"timestamp": point.moment.isoformat(), "data": data})
    return msgspec.Raw(msgspec.json.encode(found))


def interval_name(seconds: int) -> str:
    """`90` as `90s`, `300` as `5m`, `86400` as `1d`."""
    for unit, size in _PARTS:
        if seconds % size == 0:
            return f"{seconds // size}{unit}"
    return f"{seconds}s"
