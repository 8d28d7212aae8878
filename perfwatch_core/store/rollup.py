"""Buckets of time with count, sum, smallest and largest value of a series: made, merged, coarsened, packed.

Sums of numbers with few decimals are whole numbers and so exact, however often they are merged: the average of
a month's buckets is the average of its samples. Buckets are numbered from 1970 on, so those of one width merge.
"""

from __future__ import annotations

import struct
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import accumulate
from operator import sub
from typing import NamedTuple, cast

from perfwatch_core.store.codec import MOST_DECIMALS, Numbers, decode, encode, numbers
from perfwatch_core.store.whole import pack, unpack

FIVE_MINUTES = 300
HALF_HOUR = 1800
# Not a tag of `codec`: tells a packed rollup from a packed column.
TAG = 32
_HEAD = struct.Struct("<BHIIIII")
MICRO = 1_000_000
_UNBROKEN = 128


class Cut(NamedTuple):
    """Where an axis is cut into buckets: their numbers, which samples are in each, and how many."""

    buckets: list[int]
    parts: list[slice]
    counts: list[int]

    @classmethod
    def of(cls, at: Sequence[int], width: int) -> Cut:
        """Rising times (UTC µs) in buckets of `width` µs."""
        found = cls([], [], [])
        low = 0
        while low < len(at):
            bucket = at[low] // width
            high = bisect_left(at, (bucket + 1) * width, low)
            found.buckets.append(bucket)
            found.parts.append(slice(low, high))
            found.counts.append(high - low)
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

    def add(self, column: Numbers, cut: Cut) -> None:
        """Put a column's numbers in, cut by its axis."""
        factor = self._fit(column.unit)
        parts = list(map(column.values.__getitem__, cut.parts))
        if column.complete:
            known = cast("list[Sequence[float]]", parts)
            self._put_all(cut.buckets, cut.counts, map(sum, known), map(min, known), map(max, known), factor)
            return
        for bucket, part in zip(cut.buckets, parts, strict=True):
            if there := [one for one in part if one is not None]:
                self._put(bucket, len(there), sum(there), min(there), max(there), factor)

    def merge(self, other: Buckets, step: int = 1, width: int = 1) -> None:
        """Put other buckets in: theirs are `step` wide and ours `width`, in any one unit of time."""
        factor = self._fit(other.unit)
        for bucket, (count, total, least, most) in other.held.items():
            self._put(bucket * step // width, int(count), total, least, most, factor)

    def take(self, packed: Columns, step: int, width: int, span: tuple[int, int]) -> None:
        """Like `merge`, from what lies there packed, only what begins in a span; fast where many make one."""
        factor = self._fit(packed.unit)
        order, counts = packed.order, packed.counts
        low = bisect_left(order, -(-span[0] // step))
        end = bisect_left(order, -(-span[1] // step))
        while low < end:
            bucket = order[low] * step // width
            # the first of theirs that is not in this one of ours
            high = bisect_left(order, -(-(bucket + 1) * width // step), low, end)
            if isinstance(order, range) and width % step == 0 and high - low == width // step:
                low = self._whole(packed, bucket, low, end, high - low, factor)
                continue
            least, most = min(packed.least[low:high]), max(packed.most[low:high])
            self._put(bucket, sum(counts[low:high]), sum(packed.sums[low:high]), least, most, factor)
            low = high

    def _whole(self, packed: Columns, bucket: int, low: int, end: int, ratio: int, factor: float) -> int:
        """Take as many whole buckets as there are from `low` on, `ratio` of theirs in each; where it stopped."""
        stop = end - (end - low) % ratio

        def parts(column: Sequence[float]) -> list[Sequence[float]]:
            return [column[low + place : stop : ratio] for place in range(ratio)]

        if ratio == 1:
            least, most = iter(packed.least[low:stop]), iter(packed.most[low:stop])
        else:
            least, most = map(min, *parts(packed.least)), map(max, *parts(packed.most))
        counts, sums = (_sums(column[low:stop], ratio, packed.unit != 0) for column in (packed.counts, packed.sums))
        self._put_all(range(bucket, bucket + (stop - low) // ratio), counts, sums, least, most, factor)
        return stop

    def _put_all(
        self,
        buckets: Sequence[int],
        counts: Iterable[float],
        sums: Iterable[float],
        least: Iterable[float],
        most: Iterable[float],
        factor: float,
    ) -> None:
        rows = zip(counts, sums, least, most, strict=True)
        if factor == 1 and self.held.keys().isdisjoint(buckets):
            self.held.update(zip(buckets, map(list, rows), strict=True))
            return
        for bucket, (count, total, smallest, largest) in zip(buckets, rows, strict=True):
            self._put(bucket, int(count), total, smallest, largest, factor)

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


def _sums(values: Sequence[float], ratio: int, whole: bool) -> Iterable[float]:
    """The sum of each `ratio` values."""
    if ratio == 1:
        return values
    if not whole:
        return map(sum, zip(*(values[place::ratio] for place in range(ratio)), strict=True))
    # whole numbers add up exactly, so each sum is the difference of two totals
    totals = list(accumulate(values, initial=0))[::ratio]
    return map(sub, totals[1:], totals)


def packed(buckets: Buckets) -> bytes:
    """The buckets as bytes."""
    order = sorted(buckets.held)
    counts, *sums = zip(*(buckets.held[one] for one in order), strict=True) if order else [()] * 4
    exponent = len(str(buckets.unit)) - 1 if buckets.unit else MOST_DECIMALS + 1
    if order and order[-1] - order[0] == len(order) - 1:
        # most are without a gap: the first says it all
        exponent, order = exponent | _UNBROKEN, order[:1]
    parts = [pack(order), pack([int(one) for one in counts]), *map(encode, sums)]
    return _HEAD.pack(TAG, exponent, len(counts), *map(len, parts[:4])) + b"".join(parts)


class Columns(NamedTuple):
    """Buckets as they were packed: rising numbers, counts, and sums, least and most in multiples of 1 / `unit`."""

    unit: int
    order: Sequence[int]
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
    order: Sequence[int]
    if exponent & _UNBROKEN:
        first = unpack(pieces[0], 1)[0]
        order = range(first, first + count)
        exponent ^= _UNBROKEN
    else:
        order = unpack(pieces[0], count)
    plain = exponent > MOST_DECIMALS
    counts = unpack(pieces[1], count)
    return Columns(0 if plain else 10**exponent, order, counts, *(_numbers(piece, plain) for piece in pieces[2:]))


def unpacked(data: bytes) -> Buckets:
    """The inverse of `packed`."""
    unit, order, *rest = columns(data)
    return Buckets(unit, {key: list(row) for key, *row in zip(order, *rest, strict=True)})


def _numbers(piece: bytes, plain: bool) -> Sequence[float]:
    found = numbers(piece)
    if found is None or plain:
        # plain floats that happen to have few decimals; or sums of more than 64 bits beside smaller ones
        return [one for one in decode(piece) if isinstance(one, int | float)]
    # without gaps, for a bucket has all of its numbers
    return cast("Sequence[float]", found.values)


def moved(data: bytes, by: int) -> bytes:
    """Packed buckets `by` numbers later, without unpacking their values."""
    _, exponent, count, length, *rest = _HEAD.unpack_from(data)
    old = unpack(data[_HEAD.size : _HEAD.size + length], 1 if exponent & _UNBROKEN else count)
    order = pack([one + by for one in old])
    return _HEAD.pack(TAG, exponent, count, len(order), *rest) + order + data[_HEAD.size + length :]
