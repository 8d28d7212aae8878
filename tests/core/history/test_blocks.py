"""The fast means of blocks are those of the bins, for whatever was stored."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from perfwatch_core.sample import Sample
from perfwatch_core.store.batch import Column, batches, moment, record
from perfwatch_core.store.blocks import SAMPLES_SPAN, means
from perfwatch_core.store.chunks import days
from perfwatch_core.store.link import Link
from perfwatch_core.store.packer import pack
from perfwatch_core.store.past import places_between
from perfwatch_core.store.query import RAW_SPAN, binned
from perfwatch_core.store.retention import downsample_day
from perfwatch_core.store.writer import insert
from tests.core.store.samples import sample_lists


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(taken=sample_lists(), width=st.sampled_from([1, 7, 60, 3600]), cut=st.integers(0, 3))
def test_means_are_those_of_the_bins(link: Link, machine_id: int, taken: list[Sample], width: int, cut: int) -> None:
    """Fresh, packed, downsampled; with gaps, clocks that jump, flags and words."""
    link.execute("TRUNCATE metrics_batch, history, history_recent, history_week")
    link.remembered.clear()
    for one in taken:
        columns = tuple(Column.of(series) for series in one.values)
        insert(link, machine_id, list(batches(1, [record(one, one.number, columns)])))
    moments = sorted(moment(round(one.time * 1e6)) for one in taken)
    start = moments[0] + timedelta(seconds=cut)
    span = (start, min(moments[-1] + timedelta(seconds=1), start + timedelta(hours=36)))
    if span[1] <= start:
        return
    _same(link, machine_id, span, width)
    pack(link, machine_id, moments[-1] + timedelta(days=2))
    _same(link, machine_id, span, width)
    for day in days(link):
        downsample_day(link, day, 60)
    _same(link, machine_id, span, width)


def _same(link: Link, machine_id: int, span: tuple[datetime, datetime], width: int) -> None:
    places = places_between(link, machine_id, *span)
    longest = SAMPLES_SPAN if width == 3600 else RAW_SPAN
    expected = [[row[3] for row in one.rows()] for one in binned(link, machine_id, places, *span, width, longest)]
    for found, row in zip(means(link, machine_id, places, *span, width), expected, strict=True):
        assert found == pytest.approx(row, rel=1e-9, abs=1e-9)
