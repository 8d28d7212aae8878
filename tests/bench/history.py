"""What a month of history costs: bytes, query times, expiry; then a year, and the naive layout in the same run."""

from __future__ import annotations

import math
import time
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta

from perfwatch_core.metric import Metric
from perfwatch_core.store.batch import microseconds
from perfwatch_core.store.chunks import days, partition
from perfwatch_core.store.in_view import statistics_between
from perfwatch_core.store.link import Link
from perfwatch_core.store.past import size_bytes
from perfwatch_core.store.query import points, points_of
from perfwatch_core.store.retention import drop_day
from perfwatch_core.store.writer import insert
from perfwatch_core.units import Unit
from tests.bench import naive_history
from tests.bench.database import Times, database, timed
from tests.bench.figure import Column, Figure
from tests.bench.periods import QUICK
from tests.simulated_store import Store, batched
from tests.simulator import Simulator

END = datetime(2026, 3, 1, tzinfo=UTC)
MONTH = timedelta(days=30)
YEAR = timedelta(days=45 if QUICK else 365)
SPANS = {
    "5 min": timedelta(minutes=5),
    "1 h": timedelta(hours=1),
    "6 h": timedelta(hours=6),
    "24 h": timedelta(hours=24),
    "36 h": timedelta(hours=36),
    "7 d": timedelta(days=7),
    "30 d": MONTH,
}
_ROUNDS = 60
_READ_BACK = {"1 h": Column.HOUR, "24 h": Column.DAY}
_NAIVE_DAYS = 2
SUBJECT = "History"
USAGE = Metric("cpu", "usage_percent", Unit.PERCENT, "")
CORE = Metric("cpu", "per_core", Unit.PERCENT, "", per="core", at="per_core.#")
EVENT = Metric("perf_events", "value", Unit.PER_SECOND, "", per="event", at="events.*.value")
PICKED = [USAGE.of(), EVENT.of("instructions"), *(CORE.of(str(core)) for core in range(8))]
TWELVE = [*PICKED, EVENT.of("cycles"), EVENT.of("branches")]


def figures() -> Iterator[Figure]:
    """Every figure, the month first, then a year in the same database."""
    with database() as (_, link, machine_id):
        yield from _measured(link, machine_id)


def _measured(link: Link, machine_id: int) -> Iterator[Figure]:
    store = Store(link, machine_id)
    began = time.process_time()
    store.fill(END - MONTH, MONTH.days)
    yield Figure(SUBJECT, "writing 30 simulated days of three kinds", time.process_time() - began, "s of CPU")
    month = size_bytes(link) / 1e6
    series = link.execute("SELECT count(*) FROM history_series").fetchone()
    assert series is not None
    what = f"size of 30 d at 5 s, {series[0]} series, rollups and indexes"
    yield Figure(SUBJECT, what, month, "MB", 250, note=f"{_bytes_a_value(link):.2f} bytes a value")
    yield from _naive(link, month)
    yield from _queries(link, machine_id, "a month", SPANS)
    taken = timed(lambda: statistics_between(link, machine_id, PICKED[0], END - MONTH, END), 7)
    yield Figure(SUBJECT, "percentiles of a month from its samples, p95", taken.part(0.95), "ms", note=taken.note)
    store.fill(END - YEAR, (YEAR - MONTH).days)
    yield Figure(SUBJECT, "size of a year", size_bytes(link) / 1e6, "MB")
    yield from _queries(link, machine_id, "a year", {**SPANS, "a year": YEAR})
    yield from _expiry(link)
    for batch in batched(Simulator(), microseconds(END), hours=2):
        insert(link, machine_id, [batch])
    taken = timed(lambda: points(link, machine_id, PICKED[0], END, END + timedelta(hours=2)), _ROUNDS)
    yield Figure(SUBJECT, "2 h of a series, nothing of it packed yet, p95", taken.part(0.95), "ms", 50, note=taken.note)


def _bytes_a_value(link: Link) -> float:
    row = link.execute(
        "SELECT sum(length(body))::float8 / sum(cardinality(series)) / 720 FROM history WHERE tier = 0"
    ).fetchone()
    return float(row[0]) if row else math.nan


def _naive(link: Link, month: float) -> Iterator[Figure]:
    first = END - timedelta(days=_NAIVE_DAYS)
    naive_history.fill(link, first, _NAIVE_DAYS)
    link.execute("ANALYZE naive")
    size = naive_history.size_bytes(link) / 1e6 / _NAIVE_DAYS * MONTH.days
    yield Figure(SUBJECT, "the same in six JSONB rows a sample", size, "MB", note=f"{_NAIVE_DAYS} days, scaled to 30")
    yield Figure(SUBJECT, "naive size / packed size", size / month, "times", 10, at_least=True)
    taken = timed(lambda: naive_history.ask(link, first, timedelta(days=_NAIVE_DAYS)), 7).part(0.95)
    yield Figure(SUBJECT, f"naive: {_NAIVE_DAYS} days of a series, p95", taken, "ms")
    link.execute("DROP TABLE naive")


def _queries(link: Link, machine_id: int, kept: str, spans: Mapping[str, timedelta]) -> Iterator[Figure]:
    medians = {}
    for name, span in spans.items():
        taken = _asked(link, machine_id, span)
        medians[span] = taken.part(0.5)
        what = f"{name} of a series, {kept} kept, p95"
        yield Figure(SUBJECT, what, taken.part(0.95), "ms", 50, note=taken.note)
        if kept == "a month" and name in _READ_BACK:
            what = f"PerfWatch: {name} of a series, asked of the running program, median"
            column = _READ_BACK[name]
            yield Figure(SUBJECT, what, taken.part(0.5), "ms", program="PerfWatch", column=column)
    taken = timed(lambda: points_of(link, machine_id, TWELVE, END - MONTH, END), 20)
    what = f"30 d of twelve series, {kept} kept, p95"
    yield Figure(SUBJECT, what, taken.part(0.95), "ms", 250, note=taken.note)
    least = min(medians)
    growth = max(
        medians[span] / medians[least] / (1 + math.log2(span / least)) for span in medians if span is not least
    )
    note = "the longer window's median over that of 5 min, over 1 + log2 of their lengths' ratio"
    yield Figure(SUBJECT, f"growth with the window's length, {kept} kept", growth, "", 1, note=note)


def _asked(link: Link, machine_id: int, span: timedelta) -> Times:
    """A span of one series after another, each time somewhere else in the last month."""
    turn = 0
    room = 1 + max(MONTH - span, timedelta()) // timedelta(minutes=1)

    def ask() -> None:
        nonlocal turn
        turn += 1
        end = END - timedelta(minutes=37 * turn % room)
        found = points(link, machine_id, PICKED[turn % len(PICKED)], end - span, end)
        assert 0 < len(found.time) <= 2000

    return timed(ask, _ROUNDS)


def _expiry(link: Link) -> Iterator[Figure]:
    taken, held, before = [], 0, size_bytes(link)
    for day in days(link)[:10]:
        row = link.execute("SELECT pg_total_relation_size(%s)", (partition(day),)).fetchone()
        assert row is not None
        held += row[0]
        began = time.perf_counter()
        assert drop_day(link, day)
        taken.append((time.perf_counter() - began) * 1000)
    yield Figure(SUBJECT, "expiry of a day, the slowest of ten", max(taken), "ms", 100)
    given_back = (before - size_bytes(link)) / held * 100
    yield Figure(SUBJECT, "of that day's bytes the disk has back at once", given_back, "%", 99, at_least=True)


if __name__ == "__main__":
    for one in figures():
        print(f"{one.what}: {one.value:.4g} {one.unit} {one.verdict} {one.note}", flush=True)
