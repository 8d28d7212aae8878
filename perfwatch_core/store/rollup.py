"""Buckets of time with count, sum, smallest and largest value of a series: made, merged, coarsened, packed.

Sums of numbers with few decimals are whole numbers and so exact, however often they are merged: the average of
a month's buckets is the average of its samples. Buckets are numbered from 1970 on, so those of one width merge.
"""

from __future__ import annotations

import struct
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from perfwatch_core.store.codec import MOST_DECIMALS, Numbers, decode, encode, numbers
from perfwatch_core.store.whole import pack, unpack

FIVE_MINUTES = 300
HOUR = 3600
# Not a tag of `codec`: tells a packed rollup from a packed column.
TAG = 32
_HEAD = struct.Struct("<BHIIIII")
MICRO = 1_000_000


class Slice(NamedTuple):
    """The samples `low` to `high` of an axis fall into one bucket."""

    bucket: int
    low: int
    high: int


def slices(at: Sequence[int], width: int) -> list[Slice]:
    """Cut rising times (UTC µs) into buckets of `width` µs."""
    found = []
    low = 0
    while low < len(at):
        bucket = at[low] // width
        high = bisect_left(at, (bucket + 1) * width, low)
        found.append(Slice(bucket, low, high))
        low = high
    return found


@dataclass(slots=True)
class Buckets:
    """Buckets of one series by number: [count, sum, min, max], the last three in multiples of 1 / `unit`.

    A `unit` of 0 marks plain floats.
    """

    unit: int = 1
    held: dict[int, list[float]] = field(default_factory=dict)

    @property
    def divisor(self) -> int:
        """What sums, smallest and largest are divided by."""
        return self.unit or 1

    def add(self, column: Numbers, cut: Sequence[Slice]) -> None:
        """Put a column's numbers in, cut by its axis."""
        values = column.values
        factor = self._fit(column.unit)
        for bucket, low, high in cut:
            known = [one for one in values[low:high] if one is not None]
            if known:
                self._put(bucket, len(known), sum(known), min(known), max(known), factor)

    def merge(self, other: Buckets, step: int = 1, width: int = 1) -> None:
        """Put other buckets in: theirs are `step` wide and ours `width`, in any one unit of time."""
        factor = self._fit(other.unit)
        for bucket, (count, total, least, most) in other.held.items():
            self._put(bucket * step // width, int(count), total, least, most, factor)

    def take(self, packed: Columns, step: int, width: int, span: tuple[int, int]) -> None:
        """Like `merge`, from what lies there packed, only what begins in a span; fast where many make one."""
        factor = self._fit(packed.unit)
        low = bisect_left(packed.order, -(-span[0] // step))
        end = bisect_left(packed.order, -(-span[1] // step))
        while low < end:
            bucket = packed.order[low] * step // width
            # the first of theirs that is not in this one of ours
            high = bisect_left(packed.order, -(-(bucket + 1) * width // step), low, end)
            self._put(
                bucket,
                sum(packed.counts[low:high]),
                sum(packed.sums[low:high]),
                min(packed.least[low:high]),
                max(packed.most[low:high]),
                factor,
            )
            low = high

    def _put(self, bucket: int, count: int, total: float, low: float, high: float, factor: float) -> None:
        if factor != 1:
            total, low, high = total * factor, low * factor, high * factor
        here = self.held.get(bucket)
        if here is None:
            self.held[bucket] = [count, total, low, high]
            return
        here[0] += count
        here[1] += total
        here[2] = min(here[2], low)
        here[3] = max(here[3], high)

    def _fit(self, unit: int) -> float:
        """Take on the finer unit of the two; the factor for numbers that have `unit`."""
        if not self.held:
            self.unit = unit
        if unit == self.unit:
            return 1
        if unit and self.unit > unit:
            return self.unit // unit
        if not self.unit:
            return 1 / unit
        # plain floats from here on, or more decimals
        factor = unit // self.unit if unit else 1 / self.unit
        self.unit = unit
        for here in self.held.values():
            here[1:] = [one * factor for one in here[1:]]
        return 1

    def rows(self) -> Iterator[tuple[int, int, float, float, float]]:
        """(bucket, count, min, mean, max) in the order of time."""
        divisor = self.divisor
        for bucket in sorted(self.held):
            count, total, low, high = self.held[bucket]
            yield bucket, int(count), low / divisor, total / count / divisor, high / divisor


def packed(buckets: Buckets) -> bytes:
    """The buckets as bytes."""
    order = sorted(buckets.held)
    counts, *sums = zip(*(buckets.held[one] for one in order), strict=True) if order else [()] * 4
    parts = [pack(order), pack([int(one) for one in counts]), *map(encode, sums)]
    exponent = len(str(buckets.unit)) - 1 if buckets.unit else MOST_DECIMALS + 1
    return _HEAD.pack(TAG, exponent, len(order), *map(len, parts[:4])) + b"".join(parts)


class Columns(NamedTuple):
    """Buckets as they were packed: rising numbers, counts, and sums, least and most in multiples of 1 / `unit`."""

    unit: int
    order: list[int]
    counts: list[int]
    sums: Sequence[float]
    least: Sequence[float]
    most: Sequence[float]


def columns(data: bytes) -> Columns:
    """What `packed` packed, as it lies there."""
    _, exponent, count, *lengths = _HEAD.unpack_from(data)
    pieces, start = [], _HEAD.size
    for length in (*lengths, len(data)):
        pieces.append(data[start : start + length])
        start += length
    plain = exponent > MOST_DECIMALS
    order, counts = unpack(pieces[0], count), unpack(pieces[1], count)
    return Columns(0 if plain else 10**exponent, order, counts, *(_numbers(piece, plain) for piece in pieces[2:]))


def unpacked(data: bytes) -> Buckets:
    """The inverse of `packed`."""
    unit, order, *rest = columns(data)
    return Buckets(unit, {key: list(row) for key, *row in zip(order, *rest, strict=True)})


def _numbers(piece: bytes, plain: bool) -> Sequence[float]:
    found = numbers(piece)
    if found is None:
        # sums of more than 64 bits beside smaller ones
        return [one for one in decode(piece) if isinstance(one, int | float)]
    known = [one for one in found.values if one is not None]
    return [one / found.divisor for one in known] if plain else known
