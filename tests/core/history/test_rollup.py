"""Buckets are what the definition says, however they were packed, merged, moved and coarsened."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from perfwatch_core.store.codec import encode, numbers
from perfwatch_core.store.rollup import Buckets, Cut, columns, moved, packed, unpacked

_decimals = st.integers(-(10**9), 10**9).flatmap(lambda one: st.sampled_from([one / 10, one / 100, one / 10000]))
_kinds = [st.integers(-(2**40), 2**40), _decimals, st.floats(-1e9, 1e9), st.booleans()]
_columns = st.one_of(*(st.lists(st.none() | kind, min_size=1, max_size=80) for kind in _kinds))
Plain = dict[int, list[float]]


def bucketed(values: list[float | None], at: list[int], width: int) -> Buckets:
    """A column's buckets by the code under test."""
    column = numbers(encode(values))
    assert column is not None
    found = Buckets()
    found.add(column, Cut.of(at, width))
    return found


def plainly(values: list[float | None], at: list[int], width: int) -> Plain:
    """By the definition."""
    held: dict[int, list[float]] = {}
    for time, value in zip(at, values, strict=True):
        if value is not None:
            held.setdefault(time // width, []).append(float(value))
    return {key: [len(row), min(row), math.fsum(row) / len(row), max(row)] for key, row in held.items()}


def _as_plain(buckets: Buckets) -> Plain:
    return {row[0]: list(row[1:]) for row in buckets.rows()}


def _same(found: Plain, expected: Plain) -> None:
    assert list(found) == list(expected)
    for key, row in expected.items():
        assert found[key] == pytest.approx(row, rel=1e-9, abs=1e-6)


@given(_columns, _columns, st.sampled_from([1, 2, 3, 5]), st.integers(1, 4), st.integers(0, 100))
def test_buckets_are_those_of_the_samples(
    one: list[float | None], two: list[float | None], step: int, ratio: int, start: int
) -> None:
    """Of two columns of any kind that follow each other, packed, merged, and made coarser on the way out."""
    at = list(range(start, start + len(one) + len(two)))
    first, second = bucketed(one, at[: len(one)], step), bucketed(two, at[len(one) :], step)
    joined = Buckets()
    for part in (first, second):
        joined.merge(unpacked(packed(part)))
    _same(_as_plain(joined), plainly([*one, *two], at, step))
    taken = Buckets()
    for part in (first, second):
        taken.take(columns(packed(part)), step, step * ratio, (0, 1000))
    _same(_as_plain(taken), plainly([*one, *two], at, step * ratio))
    coarse = Buckets()
    coarse.merge(joined, 1, ratio)
    _same(_as_plain(coarse), plainly([*one, *two], at, step * ratio))


@given(_columns, st.integers(0, 90), st.integers(0, 90), st.integers(1, 7))
def test_a_span_takes_what_begins_in_it(values: list[float | None], low: int, high: int, width: int) -> None:
    """Neither more nor less, whatever the bins."""
    taken = Buckets()
    taken.take(columns(packed(bucketed(values, list(range(len(values))), 1))), 1, width, (low, high))
    inside = [value if low <= time < high else None for time, value in enumerate(values)]
    _same(_as_plain(taken), plainly(inside, list(range(len(values))), width))


@given(_columns, st.integers(-1000, 1000))
def test_moved_buckets_are_the_same_later(values: list[float | None], by: int) -> None:
    """Only their numbers change."""
    found = bucketed(values, list(range(len(values))), 2)
    later = unpacked(moved(packed(found), by))
    assert later.unit == found.unit
    assert later.held == {key + by: row for key, row in found.held.items()}
