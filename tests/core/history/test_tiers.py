"""What was stored is in every tier: hypothesis against the samples, across packing, downsampling and expiry."""

from __future__ import annotations

import math
from datetime import datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from perfwatch_core.metric import Series
from perfwatch_core.sample import Sample
from perfwatch_core.store.batch import Column, batches, moment, record
from perfwatch_core.store.chunks import days
from perfwatch_core.store.in_view import statistics_between
from perfwatch_core.store.link import Link
from perfwatch_core.store.packer import pack
from perfwatch_core.store.query import points_of
from perfwatch_core.store.retention import downsample_day, drop_day
from perfwatch_core.store.writer import insert
from tests.core.store.samples import IS_UP, USAGE, sample_lists

# One for each tier: samples, five minutes, half hours.
LENGTHS = (timedelta(hours=20), timedelta(days=5), timedelta(days=90))


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(taken=sample_lists(), step=st.sampled_from([60, 300, 3600]))
def test_every_tier_has_all_samples(link: Link, machine_id: int, taken: list[Sample], step: int) -> None:
    """Count, mean, least and most of all samples, whatever the clock did; after expiry there is nothing."""
    link.execute("TRUNCATE metrics_batch, history, history_recent, history_week")
    link.remembered.clear()
    for one in taken:
        columns = tuple(Column.of(series) for series in one.values)
        insert(link, machine_id, list(batches(1, [record(one, one.number, columns)])))
    moments = sorted(moment(round(one.time * 1e6)) for one in taken)
    _all_there(link, machine_id, taken, moments[0])
    pack(link, machine_id, moments[-1] + timedelta(hours=1, minutes=5))
    _all_there(link, machine_id, taken, moments[0])
    pack(link, machine_id, moments[-1] + timedelta(days=2))
    _all_there(link, machine_id, taken, moments[0])
    for day in days(link):
        downsample_day(link, day, step)
    # a bucket begins before its first sample
    _all_there(link, machine_id, taken, moments[0] - timedelta(seconds=step))
    for day in days(link):
        assert drop_day(link, day)
    _all_there(link, machine_id, [], moments[0] - timedelta(days=8))


def _all_there(link: Link, machine_id: int, taken: list[Sample], start: datetime) -> None:
    wanted: list[Series] = [USAGE.of(), *{one for sample in taken for one in sample.values if one.metric is IS_UP}]
    for length in LENGTHS:
        found = points_of(link, machine_id, wanted, start, start + length)
        for series in wanted:
            values = [float(one.values[series]) for one in taken if series in one.values]
            points = found[series]
            assert sum(points.count) == len(values)
            figures = statistics_between(link, machine_id, series, start, start + length)
            if not values:
                assert figures is None
                continue
            mean = sum(count * one for count, one in zip(points.count, points.mean, strict=True)) / len(values)
            expected = [math.fsum(values) / len(values), min(values), max(values)]
            scale = max(map(abs, values)) * 1e-9
            assert [mean, min(points.min), max(points.max)] == pytest.approx(expected, rel=1e-9, abs=scale)
            assert figures is not None
            assert [figures.mean, figures.min, figures.max] == pytest.approx(expected, rel=1e-9, abs=scale)
            assert figures.count == len(values)
