"""The figures of what is in view are those of its samples, packed, fresh or downsampled."""

from __future__ import annotations

import statistics
from dataclasses import astuple
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from perfwatch_core.statistics_of import percentile, statistics_of
from perfwatch_core.store.batch import moment
from perfwatch_core.store.in_view import statistics_between
from perfwatch_core.store.link import Link
from perfwatch_core.store.packer import pack
from perfwatch_core.store.past import raw
from perfwatch_core.store.retention import downsample_day
from tests.core.history.test_packing import stored
from tests.core.store.samples import BEGIN, FSTYPE, USAGE


@given(st.lists(st.floats(-1e6, 1e6), min_size=2, max_size=50))
def test_percentiles_are_the_standard_librarys(values: list[float]) -> None:
    """Its inclusive method is the same definition."""
    expected = statistics.quantiles(values, n=100, method="inclusive")
    found = [percentile(sorted(values), part / 100) for part in range(1, 100)]
    assert found == pytest.approx(expected, rel=1e-9, abs=1e-6)


@given(st.lists(st.integers(-3, 30), min_size=1, max_size=300))
def test_whole_numbers_have_the_same_figures(values: list[int]) -> None:
    """However often they repeat, and whatever they are multiples of."""
    found = statistics_of(values, 100)
    expected = statistics_of([one / 100 for one in values])
    assert found is not None
    assert expected is not None
    assert astuple(found) == pytest.approx(astuple(expected), rel=1e-12, abs=1e-12)


def test_of_nothing_there_is_nothing(link: Link, machine_id: int) -> None:
    """Neither in memory nor in the store; words have no figures."""
    assert statistics_of([]) is None
    stored(link, machine_id, 1, 200)
    span = (datetime(2020, 1, 1, tzinfo=UTC), datetime(2030, 1, 1, tzinfo=UTC))
    pack(link, machine_id, moment(round(BEGIN * 1e6)) + timedelta(hours=1, minutes=5))
    assert statistics_between(link, machine_id, FSTYPE.of("/"), *span) is None


def test_the_figures_are_those_of_the_samples(link: Link, machine_id: int) -> None:
    """Of three days, the newest hours fresh; after downsampling least, most, mean and count stay."""
    stored(link, machine_id, 1, 3 * 2880)
    start = moment(round(BEGIN * 1e6))
    span = (start + timedelta(minutes=7), start + timedelta(days=3))
    values = [one.by_type["cpu"]["usage_percent"] for one in raw(link, machine_id, ["cpu"], *span)]
    pack(link, machine_id, start + timedelta(hours=60))
    found = statistics_between(link, machine_id, USAGE.of(), *span)
    expected = statistics_of(values)
    assert found is not None
    assert expected is not None
    assert astuple(found) == pytest.approx(astuple(expected), rel=1e-12)
    downsample_day(link, start + timedelta(days=1), 3600)
    coarse = statistics_between(link, machine_id, USAGE.of(), *span)
    assert found is not None
    assert coarse is not None
    assert (coarse.count, coarse.min, coarse.max) == (found.count, found.min, found.max)
    assert coarse.mean == pytest.approx(found.mean, rel=1e-9)
