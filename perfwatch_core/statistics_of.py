"""The figures that sum up what is in view: count, mean, least, most, and percentiles."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Statistics:
    """Of a series in a span, in its own unit; `count` is that of the samples."""

    count: int
    mean: float
    min: float
    max: float
    p50: float
    p95: float
    p99: float


def statistics_of(values: Sequence[float]) -> Statistics | None:
    """The figures of values in any order, None for none."""
    if not values:
        return None
    order = sorted(values)
    p50, p95, p99 = (percentile(order, part) for part in (0.5, 0.95, 0.99))
    return Statistics(len(order), math.fsum(order) / len(order), order[0], order[-1], p50, p95, p99)


def percentile(order: Sequence[float], part: float) -> float:
    """The value below which that part (0 to 1) of the sorted values lies, between two by their distance.

    Definition 7 of Hyndman and Fan, The American Statistician 50, 1996; that of spreadsheets.
    """
    place = (len(order) - 1) * part
    low = math.floor(place)
    high = min(low + 1, len(order) - 1)
    return order[low] + (order[high] - order[low]) * (place - low)
