"""What was stored comes back sample by sample, packed, half packed, or downsampled with the same averages."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings

from perfwatch_core.metric import Metric
from perfwatch_core.sample import Sample
from perfwatch_core.store.batch import Column, batches, moment, record
from perfwatch_core.store.chunks import days
from perfwatch_core.store.link import Link
from perfwatch_core.store.packer import pack
from perfwatch_core.store.past import Stored, bounds, places_between, raw, size_bytes
from perfwatch_core.store.query import Points, points, points_of
from perfwatch_core.store.retention import downsample_day, drop_day, keep
from perfwatch_core.store.writer import insert
from perfwatch_core.units import Unit
from tests.core.history.test_packing import stored
from tests.core.store.samples import BEGIN, USAGE, sample_lists
from tests.simulated_store import Store

EVER = (datetime(2020, 1, 1, tzinfo=UTC), datetime(2030, 1, 1, tzinfo=UTC))
DAY = datetime(2026, 1, 5, tzinfo=UTC)
NEXT = DAY + timedelta(days=1)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(taken=sample_lists())
def test_every_sample_comes_back(link: Link, machine_id: int, taken: list[Sample]) -> None:
    """Whatever its values and however the clock ran; before packing and after."""
    link.execute("TRUNCATE metrics_batch, history, history_recent, history_week")
    link.remembered.clear()
    for one in taken:
        columns = tuple(Column.of(series) for series in one.values)
        insert(link, machine_id, list(batches(1, [record(one, one.number, columns)])))
    ordered = sorted(taken, key=lambda one: one.time)
    expected = [Stored(moment(round(one.time * 1e6)), one.interval, one.by_type()) for one in ordered]
    assert list(raw(link, machine_id, None, *EVER)) == expected
    pack(link, machine_id, EVER[1])
    assert link.execute("SELECT count(*) FROM metrics_batch").fetchone() == (0,)
    assert list(raw(link, machine_id, None, *EVER)) == expected


def test_bounds_places_and_size_see_both(link: Link, machine_id: int) -> None:
    """Packed hours and fresh batches are one."""
    assert bounds(link, machine_id) is None
    stored(link, machine_id, 0, 300)
    first, last = moment(round(BEGIN * 1e6)), moment(round((BEGIN + 299 * 30) * 1e6))
    assert bounds(link, machine_id) == (first, last)
    places = places_between(link, machine_id, first, last)
    pack(link, machine_id, first + timedelta(hours=2))
    assert bounds(link, machine_id) == (first, last)
    assert sorted(map(str, places_between(link, machine_id, first, last))) == sorted(map(str, places))
    assert size_bytes(link) > 100_000


@pytest.mark.parametrize("step", [60, 300, 3600])
def test_averages_survive_downsampling(link: Link, machine_id: int, step: int) -> None:
    """Within 1e-9, in every tier, also when made coarser twice."""
    Store(link, machine_id, interval=30.0).fill(DAY, 1)
    wanted = [
        Metric("cpu", "usage_percent", Unit.PERCENT, "").of(),
        Metric("network", "bytes", Unit.BYTES, "", at="interfaces.eth0.bytes_recv").of(),
    ]
    spans = [(DAY, DAY + timedelta(hours=1)), (DAY, NEXT), (DAY, DAY + timedelta(days=3))]
    before = [_average(points_of(link, machine_id, wanted, *span)[one]) for span in spans for one in wanted]
    size = size_bytes(link)
    assert downsample_day(link, DAY, 60)
    if step > 60:
        assert downsample_day(link, DAY, step)
    assert not downsample_day(link, DAY, step)
    if step > 60:
        assert size_bytes(link) < size
    after = [_average(points_of(link, machine_id, wanted, *span)[one]) for span in spans for one in wanted]
    assert after == pytest.approx(before, rel=1e-9)
    samples = list(raw(link, machine_id, ["cpu", "disk"], DAY, NEXT))
    assert len(samples) == 86400 // step
    assert sum(one.by_type["cpu"]["usage_percent"] for one in samples) / len(samples) == pytest.approx(before[2])
    assert samples[0].by_type["disk"]["partitions"]["/"]["fstype"] == "ext4"


def _average(found: Points) -> float:
    return sum(one * mean for one, mean in zip(found.count, found.mean, strict=True)) / sum(found.count)


def test_the_policy_holds(link: Link, machine_id: int) -> None:
    """Old days are coarse, older ones gone, and the size limit drops the oldest first."""
    Store(link, machine_id, interval=60.0, distinct=1).fill(DAY, 5)
    link.execute("UPDATE archive_policy SET retention_days = 4, downsample_after_days = 2, downsample_interval = '1h'")
    done = keep(link, DAY + timedelta(days=5))
    assert done is not None
    assert (done.dropped, done.downsampled) == (1, 2)
    assert days(link) == [DAY + timedelta(days=one) for one in range(1, 5)]
    assert not list(raw(link, machine_id, ["cpu"], DAY, NEXT))
    assert len(list(raw(link, machine_id, ["cpu"], NEXT, NEXT + timedelta(days=1)))) == 24
    limit = size_bytes(link) * 3 // 4
    link.execute("UPDATE archive_policy SET size_limit_bytes = %s", (limit,))
    done = keep(link, DAY + timedelta(days=5))
    assert done is not None
    assert done.size == size_bytes(link) <= limit
    assert 1 < len(days(link)) < 4
    link.execute("UPDATE archive_policy SET size_limit_bytes = 1")
    assert keep(link, DAY + timedelta(days=5)) is not None
    assert days(link) == [DAY + timedelta(days=4)]
    link.execute("UPDATE archive_policy SET archive_enabled = false")
    assert keep(link, DAY + timedelta(days=500)) is None
    assert days(link) == [DAY + timedelta(days=4)]


def test_a_day_goes_while_nobody_reads_it(link: Link, machine_id: int, ready: dict[str, str]) -> None:
    """A reader's moment holds: the day is left to the next round."""
    Store(link, machine_id, interval=60.0, distinct=1).fill(DAY, 1)
    with Link.open(ready, link.waiting.halt) as other:
        reading = raw(other, machine_id, ["cpu"], DAY, NEXT)
        next(reading)
        assert not drop_day(link, DAY)
        assert len(list(reading)) == 24 * 60 - 1
    assert drop_day(link, DAY)
    assert not points(link, machine_id, USAGE.of(), DAY, NEXT).time
