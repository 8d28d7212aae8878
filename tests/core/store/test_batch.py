"""Folding samples into batches loses nothing, whatever they hold and whatever the clock does."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from perfwatch_core.metric import Series, Value
from perfwatch_core.sample import Sample
from perfwatch_core.store.batch import SPAN_SECONDS, Batch, Column, batches, microseconds, moment, record
from perfwatch_core.store.columns import places_in, taken_apart, times, unfold
from tests.core.store.samples import BEGIN, FSTYPE, HEAT, PER_CORE, TOTAL, USAGE, numbered, sample_lists


def fold(samples: list[Sample]) -> list[Batch]:
    """The batches of these samples."""
    return list(batches(7, [record(one, one.number, tuple(map(Column.of, one.values))) for one in samples]))


@given(sample_lists())
def test_unfolding_gives_each_sample_back(samples: list[Sample]) -> None:
    """Shapes, moments and intervals come back as they were, in order."""
    found = fold(samples)
    assert [shape for batch in found for shape in unfold(batch.body)] == [one.by_type() for one in samples]
    moments = [at for batch in found for at in times(batch.since, batch.body)[0]]
    assert [moment(at) for at in moments] == [moment(microseconds(one.time)) for one in samples]
    gaps = [gap for batch in found for gap in times(batch.since, batch.body)[1]]
    assert gaps == [one.interval for one in samples]


@given(sample_lists())
def test_time_rises_inside_a_batch_and_its_span_is_limited(samples: list[Sample]) -> None:
    """A reader that looks SPAN_SECONDS back has found all batches that touch a moment."""
    for batch in fold(samples):
        at = times(batch.since, batch.body)[0]
        assert at == sorted(set(at))
        assert (at[0], at[-1]) == (batch.started, batch.ended)
        assert at[-1] - at[0] <= SPAN_SECONDS * 1_000_000
        assert len(at) == batch.count


@given(sample_lists())
def test_each_column_comes_back_at_its_place(samples: list[Sample]) -> None:
    """`taken_apart` says for each place what `unfold` says for each sample."""
    for batch in fold(samples):
        columns = taken_apart(batch.started, batch.body)
        rebuilt: list[dict[object, object]] = [{} for _ in columns.at]
        for place, leaf in columns.leaves:
            for index, flat in enumerate(rebuilt):
                value = leaf[index if len(leaf) > 1 else 0] if isinstance(leaf, list) else leaf
                if value is not None:
                    flat[place] = value
        assert rebuilt == [dict(_flat(shape)) for shape in unfold(batch.body)]
        assert set(places_in(batch.body)) == {place for flat in rebuilt for place in flat}


def _flat(node: object, place: tuple[object, ...] = ()) -> list[tuple[object, object]]:
    if isinstance(node, dict):
        return [pair for key, below in node.items() for pair in _flat(below, (*place, key))]
    if isinstance(node, list):
        return [pair for key, below in enumerate(node) if below is not None for pair in _flat(below, (*place, key))]
    return [(place, node)]


@given(st.datetimes(timezones=st.just(UTC)).filter(lambda time: 1970 <= time.year < 2200))
def test_microseconds_are_exact(time: datetime) -> None:
    """No float comes between a moment and its microseconds."""
    assert moment(microseconds(time)) == time
    assert microseconds(time) == (time - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)


def test_what_does_not_change_is_said_once() -> None:
    """A constant is a bare value, a constant list a list of one: that is what makes a batch small."""
    (batch,) = fold(list(numbered(5)))
    body = json.loads(batch.body)
    assert body["data"]["memory"]["total_bytes"] == 1 << 34
    assert body["data"]["disk"]["partitions"]["/"]["fstype"] == "ext4"
    assert body["data"]["cpu"]["per_core"] == [[12.5, 1.0], [12.5, 2.0], [12.5, 3.0], [12.5, 4.0], [12.5, 5.0]]
    assert body["at"] == [0, 5_000_000, 10_000_000, 15_000_000, 20_000_000]


@pytest.mark.parametrize(
    ("series", "value", "kept"),
    [
        (FSTYPE.of("/a\0b"), "x\0y", {"disk": {"partitions": {"/a\ufffdb": {"fstype": "x\ufffdy"}}}}),
        (FSTYPE.of("/\udcff"), "\udcff", {"disk": {"partitions": {"/?": {"fstype": "?"}}}}),
        (USAGE.of(), float("nan"), {}),
        (USAGE.of(), float("inf"), {}),
        (TOTAL.of(), 1 << 70, {"memory": {"total_bytes": float(1 << 70)}}),
        (HEAT.of("\\u0000"), 1.5, {"cpu": {"temperature_celsius": {"\\u0000": 1.5}}}),
    ],
)
def test_what_postgresql_cannot_hold_is_mended(series: Series, value: Value, kept: dict[str, object]) -> None:
    """NUL, half a surrogate pair, NaN, infinity and huge numbers do not spoil a batch."""
    (batch,) = fold([Sample(1, BEGIN, None, {series: value})])
    assert unfold(batch.body) == [kept]


def test_a_core_that_is_offline_keeps_its_place() -> None:
    """The list has null where a core has no value, as in the sample itself."""
    one = Sample(1, BEGIN, None, {PER_CORE.of("0"): 1.0, PER_CORE.of("2"): 3.0})
    (batch,) = fold([one])
    assert unfold(batch.body) == [{"cpu": {"per_core": [1.0, None, 3.0]}}]
