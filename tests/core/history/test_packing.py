"""Packed hours answer what the fresh batches answered, and neither lose nor double a sample."""

from __future__ import annotations

from datetime import timedelta

from perfwatch_core.store.batch import Batch, Column, batches, moment, record
from perfwatch_core.store.link import Link
from perfwatch_core.store.packer import pack
from perfwatch_core.store.query import points
from perfwatch_core.store.writer import insert
from tests.core.store.samples import BEGIN, RECEIVED, USAGE, sample

SOURCE = 42


def stored(link: Link, machine_id: int, first: int, count: int, step: float = 30.0) -> list[Batch]:
    """Batches of so many plain samples, committed."""
    taken = [sample(number, usage=number % 97 / 4, step=step) for number in range(first, first + count)]
    columns = tuple(Column.of(series) for series in taken[0].values)
    found = [
        batch
        for low in range(0, count, 6)
        for batch in batches(SOURCE, [record(one, one.number, columns) for one in taken[low : low + 6]])
    ]
    for low in range(0, len(found), 50):
        insert(link, machine_id, found[low : low + 50])
    return found


def test_points_are_the_same_before_and_after_packing(link: Link, machine_id: int) -> None:
    """Half packed, half fresh, rolled up or not: the answer stays."""
    stored(link, machine_id, 1, 6000)
    start, end = moment(round(BEGIN * 1e6)), moment(round((BEGIN + 6000 * 30) * 1e6) + 1)
    spans = [(start, end), (start + timedelta(hours=7, minutes=3), start + timedelta(hours=9))]
    before = [points(link, machine_id, series, *span) for span in spans for series in (USAGE.of(), RECEIVED.of("eth0"))]
    assert sum(before[0].count) == 6000
    assert pack(link, machine_id, start + timedelta(hours=20)) > 2000
    half = [points(link, machine_id, series, *span) for span in spans for series in (USAGE.of(), RECEIVED.of("eth0"))]
    assert half == before
    pack(link, machine_id, end + timedelta(days=1))
    row = link.execute(
        "SELECT count(*), (SELECT count(*) FROM metrics_batch), (SELECT count(*) FROM history_recent) FROM history"
    ).fetchone()
    assert row is not None
    assert row[1:] == (0, 0)
    after = [points(link, machine_id, series, *span) for span in spans for series in (USAGE.of(), RECEIVED.of("eth0"))]
    assert after == before


def test_a_replayed_batch_is_not_counted_twice(link: Link, machine_id: int) -> None:
    """Neither while it lies there again, nor after the next packing."""
    again = stored(link, machine_id, 1, 240)
    start, end = moment(round(BEGIN * 1e6)), moment(round((BEGIN + 7300) * 1e6))
    before = points(link, machine_id, USAGE.of(), start, end)
    pack(link, machine_id, end + timedelta(hours=2))
    insert(link, machine_id, again[:30])
    assert points(link, machine_id, USAGE.of(), start, end) == before
    assert pack(link, machine_id, end + timedelta(hours=2)) == 0
    assert points(link, machine_id, USAGE.of(), start, end) == before


def test_a_batch_is_fetched_once_for_windows_that_move(link: Link, machine_id: int) -> None:
    """With the same answers as on a new connection, also after newer ones came, and no more than two hours of them."""
    stored(link, machine_id, 1, 3000)
    start = moment(round(BEGIN * 1e6))
    spans = [(start + timedelta(minutes=one), start + timedelta(hours=25)) for one in (0, 7, 7)]
    first = [points(link, machine_id, USAGE.of(), *span) for span in spans]
    assert 0 < len(link.remembered) <= 300
    stored(link, machine_id, 3001, 12)
    again = points(link, machine_id, USAGE.of(), *spans[1])
    link.remembered.clear()
    assert again == points(link, machine_id, USAGE.of(), *spans[1])
    assert sum(again.count) == sum(first[1].count) == sum(first[2].count)


def test_late_samples_are_packed_beside_their_hour(link: Link, machine_id: int) -> None:
    """What a spool brings days later is in every tier, once."""
    stored(link, machine_id, 1, 240)
    start = moment(round(BEGIN * 1e6))
    pack(link, machine_id, start + timedelta(days=2))
    stored(link, machine_id, 241, 240)
    for _ in range(2):
        for days in (1, 3, 90):
            found = points(link, machine_id, USAGE.of(), start, start + timedelta(days=days))
            assert sum(found.count) == 480
        pack(link, machine_id, start + timedelta(days=2))
