"""What window and server are told of the past, through the one door they have."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import Future
from datetime import datetime, timedelta
from typing import Any, TypeVar

import pytest
from hypothesis import given
from hypothesis import strategies as st

from perfwatch_core.metric import Series
from perfwatch_core.spans import Span
from perfwatch_core.store.archive import Archive
from perfwatch_core.store.batch import moment
from perfwatch_core.store.jobs import Jobs
from perfwatch_core.store.link import Link
from perfwatch_core.store.packer import pack
from perfwatch_core.store.policy import BadPolicy
from perfwatch_core.store.query import Points
from perfwatch_core.store.state import StoreProblem
from tests.core.history.test_packing import stored
from tests.core.store.samples import BEGIN, CATALOGUE, FSTYPE, USAGE

START = moment(round(BEGIN * 1e6))
HOUR = timedelta(hours=1)
T = TypeVar("T")


@pytest.fixture
def jobs(ready: dict[str, str]) -> Iterator[Jobs]:
    """A thread and a connection for queries."""
    one = Jobs(lambda: ready)
    yield one
    assert one.close(5)


@pytest.fixture
def archive(link: Link, machine_id: int, jobs: Jobs) -> Archive:
    """Four hours of samples, the first two packed."""
    stored(link, machine_id, 0, 480)
    pack(link, machine_id, START + timedelta(hours=3, minutes=5))
    return Archive(jobs.run, jobs.run, CATALOGUE, lambda: machine_id)


def test_points_and_figures_of_a_span(archive: Archive) -> None:
    """Bins on one grid for all, no more than asked for; the figures are those of the same samples."""
    span = (START + HOUR / 2, START + 3 * HOUR)
    series = archive.series(*span).result()
    assert [str(one) for one in series][:3] == ["cpu.usage_percent", "cpu.per_core[0]", "cpu.per_core[1]"]
    found = archive.points(series, *span, 100).result()
    usage = found[USAGE.of()]
    assert 0 < len(usage.time) <= 100
    assert not usage.breaks()
    figures = archive.statistics([USAGE.of(), FSTYPE.of("/")], *span).result()
    assert list(figures) == [USAGE.of()]
    assert figures[USAGE.of()].count == sum(usage.count) == 300
    assert (figures[USAGE.of()].min, figures[USAGE.of()].max) == (min(usage.min), max(usage.max))


def test_samples_and_shapes_are_json_objects(archive: Archive) -> None:
    """By type, nested as on the wire; bins have the means, and no more of either than asked for."""
    assert archive.types().result() == ["cpu", "network", "disk", "memory"]
    samples = archive.samples(["cpu"], START, START + HOUR, 7).result()
    assert [one.moment for one in samples] == [START + timedelta(seconds=30 * place) for place in range(7)]
    assert set(samples[0].by_type) == {"cpu"}
    shapes = archive.shapes(["cpu"], START, START + HOUR, 300).result()
    assert (shapes.width, len(shapes.bins)) == (300, 12)
    values = [one.by_type["cpu"] for one in archive.samples(["cpu"], START, START + HOUR / 12).result()]
    first = shapes.bins[0]
    assert first.moment == START
    assert first.by_type["cpu"]["usage_percent"] == pytest.approx(sum(one["usage_percent"] for one in values) / 10)
    assert len(first.by_type["cpu"]["per_core"]) == len(values[0]["per_core"])
    assert len(archive.shapes(None, START, START + 4 * HOUR, limit=20).result().bins) <= 20


def test_two_spans_lie_upon_each_other(archive: Archive) -> None:
    """With the difference where both have a bin, also where the second is not on the grid of the first."""
    a = Span(START, START + HOUR)
    b = a.moved(timedelta(hours=2, seconds=10))
    found = archive.compare([USAGE.of()], a, b).result()[USAGE.of()]
    assert found.shift == 7210
    times, deltas = found.difference()
    assert len(times) == 120
    taken = archive.samples(["cpu"], START, START + 4 * HOUR).result()
    values = [one.by_type["cpu"]["usage_percent"] for one in taken]
    # ten seconds after a sample of a that before is nearest, except for the first, which is not in b
    assert deltas[1:] == pytest.approx(
        [late - early for early, late in zip(values[1:120], values[241:360], strict=True)]
    )
    with pytest.raises(ValueError, match="equal length"):
        archive.compare([USAGE.of()], a, Span(START, START + 2 * HOUR)).result()
    changes = archive.changes(a, b, ["cpu"]).result()
    assert {one.series.metric.type for one in changes.ranked} == {"cpu"}


def test_what_changed_in_long_spans_is_asked_where_charts_do_not_wait(jobs: Jobs, machine_id: int) -> None:
    """Up to an hour it is a query like any other."""
    long_jobs: list[object] = []

    def slow(job: Callable[[Link], T]) -> Future[T]:
        long_jobs.append(job)
        return jobs.run(job)

    archive = Archive(jobs.run, slow, CATALOGUE, lambda: machine_id)
    for length, expected in ((HOUR, 0), (2 * HOUR, 1)):
        a = Span(START, START + length)
        archive.changes(a, a.moved(length)).result()
        assert len(long_jobs) == expected


def test_the_policy_is_read_changed_and_applied(archive: Archive) -> None:
    """With what is stored under it."""
    before = archive.retention().result()
    assert (before.policy.retention_days, before.policy.downsample_interval) == (30, "1m")
    assert before.oldest == START
    assert archive.bounds().result() == (before.oldest, before.newest)
    assert before.size_bytes == archive.size_bytes().result() > 0
    after = archive.set_policy({"retention_days": 3650, "downsample_interval": "1h", "downsample_after_days": 1})
    assert after.result().policy.retention_days == 3650
    done = archive.clean().result()
    assert done is not None
    assert (done.dropped, done.downsampled) == (0, 1)
    last = archive.retention().result().policy.last_archive_run
    assert last is not None
    assert len(archive.samples(["cpu"], START, START + 2 * HOUR).result()) < 10


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"retention_days": 0}, "from 1 to 3650"),
        ({"retention_days": True}, "whole days"),
        ({"downsample_interval": "2m"}, "one of 1m, 5m, 1h"),
        ({"size_limit_bytes": 1}, "bytes"),
        ({"archive_enabled": 1}, "true or false"),
        ({"id": 2}, "no field"),
    ],
)
def test_what_is_no_policy_is_refused_in_words(archive: Archive, changes: dict[str, Any], words: str) -> None:
    """At once, before the database is asked."""
    with pytest.raises(BadPolicy, match=words):
        archive.set_policy(changes)


def test_while_the_database_is_away_there_is_a_sentence() -> None:
    """Also before this machine has a number."""
    jobs = Jobs(lambda: "The database is away: it is starting.")
    away = Archive(jobs.run, jobs.run, CATALOGUE, lambda: None)
    for future in (away.bounds(), away.points([USAGE.of()], START, START + HOUR), away.clean()):
        with pytest.raises(StoreProblem, match="starting"):
            future.result()
    assert jobs.close(5)


def _points(times: list[float], width: int) -> Points:
    return Points(width, times, [1] * len(times), times, times, times)


@given(st.floats(0.5, 60), st.integers(1, 300), st.integers(3, 40), st.data())
def test_a_line_breaks_where_samples_are_missing(interval: float, width: int, count: int, data: st.DataObject) -> None:
    """Not between narrow bins, nor for one lost sample's jitter; always where minutes are missing."""
    times = sorted({(place * interval) // width * width for place in range(count)})
    assert _points(times, width).breaks() == []
    cut = data.draw(st.integers(0, len(times)))
    later = [one + (200 + 4 * width) * (place >= cut) for place, one in enumerate(times)]
    assert _points(later, width).breaks() == ([cut] if 0 < cut < len(times) else [])


def test_a_longer_interval_is_no_gap() -> None:
    """From 5 to 60 seconds and back."""
    times = [0.0, 5, 10, 15, 75, 135, 195, 200, 205]
    assert _points(times, 1).breaks() == []


def test_a_series_keeps_its_identity(archive: Archive) -> None:
    """What comes back can be looked up by what was asked."""
    wanted: list[Series] = [USAGE.of(), FSTYPE.of("/")]
    found = archive.points(wanted, datetime.min.replace(tzinfo=START.tzinfo) + 365 * 2000 * timedelta(days=1), START)
    assert [one.time for one in found.result().values()] == [[], []]
