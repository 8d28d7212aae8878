"""What a month of history costs: bytes, query times, expiry; the naive layout beside it in the same run."""

from __future__ import annotations

import random
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from perfwatch_core.changes import changes
from perfwatch_core.collectors import CATALOGUE
from perfwatch_core.metric import Metric
from perfwatch_core.store import schema
from perfwatch_core.store.cluster import Cluster
from perfwatch_core.store.compared import changed
from perfwatch_core.store.in_view import statistics_between
from perfwatch_core.store.link import Halt, Link
from perfwatch_core.store.past import size_bytes
from perfwatch_core.store.query import points, points_of
from perfwatch_core.store.retention import days, drop_day
from perfwatch_core.units import Unit
from tests.bench import naive_history
from tests.bench.figure import Figure
from tests.simulated_store import Store, machine_number

END = datetime(2026, 3, 1, tzinfo=UTC)
MONTH = 30
YEAR = 365
SPANS = {
    "5 min": timedelta(minutes=5),
    "1 h": timedelta(hours=1),
    "6 h": timedelta(hours=6),
    "24 h": timedelta(hours=24),
    "36 h": timedelta(hours=36),
    "7 d": timedelta(days=7),
    "30 d": timedelta(days=30),
}
_ROUNDS = 40
_NAIVE_DAYS = 2
SUBJECT = "History"
USAGE = Metric("cpu", "usage_percent", Unit.PERCENT, "")
CORE = Metric("cpu", "per_core", Unit.PERCENT, "", per="core", at="per_core.#")
EVENT = Metric("perf_events", "value", Unit.PER_SECOND, "", per="event", at="events.*.value")
PICKED = [USAGE.of(), EVENT.of("instructions"), *(CORE.of(str(core)) for core in range(8))]
TWELVE = [*PICKED, EVENT.of("cycles"), EVENT.of("branches")]


def figures() -> Iterator[Figure]:
    """Every figure, the month first, then a year in the same database."""
    with tempfile.TemporaryDirectory() as place:
        cluster = Cluster(Path(place))
        params = cluster.acquire()
        try:
            with Link.open(params, Halt()) as link:
                link.answer_seconds = 600.0
                schema.ensure(link, params, Halt())
                yield from _measured(link)
        finally:
            cluster.release()


def _measured(link: Link) -> Iterator[Figure]:
    machine_id = machine_number(link, "0" * 32, "bench")
    store = Store(link, machine_id)
    began = time.process_time()
    store.fill(END - timedelta(days=MONTH), MONTH)
    yield Figure(SUBJECT, "writing 30 simulated days of three kinds", time.process_time() - began, "s of CPU")
    month = size_bytes(link) / 1e6
    yield Figure(SUBJECT, "size of 30 d at 5 s, 240 series, rollups and indexes", month, "MB", 250)
    yield from _naive(link, month)
    yield from _queries(link, machine_id, "a month", SPANS)
    month_ago = END - timedelta(days=MONTH)
    taken_ms = _p95(lambda: statistics_between(link, machine_id, PICKED[0], month_ago, END), 5)
    yield Figure(SUBJECT, "percentiles of a month of a series from its samples, p95", taken_ms, "ms")
    yield from _comparisons(link, machine_id)
    store.fill(END - timedelta(days=YEAR), YEAR - MONTH)
    yield Figure(SUBJECT, "size of a year", size_bytes(link) / 1e6, "MB")
    yield from _queries(link, machine_id, "a year", {**SPANS, "a year": timedelta(days=YEAR)})
    taken = []
    for day in days(link)[:5]:
        began = time.perf_counter()
        assert drop_day(link, day)
        taken.append((time.perf_counter() - began) * 1000)
    yield Figure(SUBJECT, "expiry of a day, the slowest of five", max(taken), "ms", 100)


def _naive(link: Link, month: float) -> Iterator[Figure]:
    first = END - timedelta(days=_NAIVE_DAYS)
    naive_history.fill(link, first, _NAIVE_DAYS)
    link.execute("ANALYZE naive")
    size = naive_history.size_bytes(link) / 1e6 / _NAIVE_DAYS * MONTH
    yield Figure(SUBJECT, "the same in six JSONB rows a sample", size, "MB", note=f"{_NAIVE_DAYS} days, scaled to 30")
    yield Figure(SUBJECT, "naive size / packed size", size / month, "times", 10, at_least=True)
    asked = _p95(lambda: naive_history.ask(link, first, timedelta(days=_NAIVE_DAYS)), 5)
    yield Figure(SUBJECT, f"naive: {_NAIVE_DAYS} days of a series, p95", asked, "ms")
    link.execute("DROP TABLE naive")


def _comparisons(link: Link, machine_id: int) -> Iterator[Figure]:
    a, b = ((END - timedelta(hours=back), END - timedelta(hours=back - 1)) for back in (32, 8))
    taken = _p95(lambda: changed(link, machine_id, CATALOGUE, a, b), 5)
    yield Figure(SUBJECT, "what changed, all series of two hours, p95", taken, "ms", 1000)
    draw = random.Random(1)
    spans = [{key: [draw.gauss(0, 1) for _ in range(60)] for key in range(3000)} for _ in range(2)]
    yield Figure(SUBJECT, "ranking 3,000 series, p95", _p95(lambda: changes(*spans), 5), "ms", 1000)


def _queries(link: Link, machine_id: int, kept: str, spans: dict[str, timedelta]) -> Iterator[Figure]:
    for name, span in spans.items():
        turn = 0

        def ask(span: timedelta = span) -> None:
            nonlocal turn
            turn += 1
            end = END - timedelta(
                minutes=37 * turn % (1 + max(timedelta(days=30) - span, timedelta()) // timedelta(minutes=1))
            )
            found = points(link, machine_id, PICKED[turn % len(PICKED)], end - span, end)
            assert 0 < len(found.time) <= 2000

        yield Figure(SUBJECT, f"{name} of a series, {kept} kept, p95", _p95(ask, _ROUNDS), "ms", 50)
    month = END - timedelta(days=30)
    taken = _p95(lambda: points_of(link, machine_id, TWELVE, month, END), 10)
    yield Figure(SUBJECT, f"30 d of twelve series, {kept} kept, p95", taken, "ms", 250)


def _p95(ask: Callable[[], object], rounds: int) -> float:
    """Milliseconds that all but one in twenty took at most."""
    taken = []
    for _ in range(rounds):
        began = time.perf_counter()
        ask()
        taken.append((time.perf_counter() - began) * 1000)
    return statistics.quantiles(taken, n=20)[18]


if __name__ == "__main__":
    for one in figures():
        print(f"{one.what}: {one.value:.4g} {one.unit} {one.verdict}", flush=True)
