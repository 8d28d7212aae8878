"""What a month of history costs: bytes, query times, expiry; the naive layout beside it in the same run."""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
from psycopg.conninfo import make_conninfo

from perfwatch_core.metric import Metric
from perfwatch_core.store import schema
from perfwatch_core.store.cluster import Cluster
from perfwatch_core.store.link import Halt, Link
from perfwatch_core.store.query import points, points_of
from perfwatch_core.units import Unit
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
    began = time.process_time()
    Store(link, machine_id).fill(END - timedelta(days=MONTH), MONTH)
    yield Figure("History", "writing 30 simulated days", time.process_time() - began, "s CPU")
    for table in ("history", "history_week", "history_series"):
        size = link.execute(
            "SELECT sum(pg_total_relation_size(relid)) / 1e6 FROM pg_partition_tree(%s)", (table,)
        ).fetchone()
        size = size if size and size[0] else link.execute("SELECT pg_total_relation_size(%s) / 1e6", (table,)).fetchone()
        yield Figure("History", f"size of {table}, 30 d at 5 s", float(size[0]) if size else 0, "MB", 250)
    yield from _queries(link, machine_id, "a month", SPANS)
    yield Figure("History", "twelve series of 30 d, a month kept, p95", _p95(lambda: points_of(link, machine_id, TWELVE, END - timedelta(days=30), END), 10), "ms", 250)


def _queries(link: Link, machine_id: int, kept: str, spans: dict[str, timedelta]) -> Iterator[Figure]:
    for name, span in spans.items():
        turn = 0

        def ask(span: timedelta = span) -> None:
            nonlocal turn
            turn += 1
            end = END - timedelta(minutes=37 * turn % (1 + (timedelta(days=30) - span) // timedelta(minutes=1)))
            found = points(link, machine_id, PICKED[turn % len(PICKED)], end - span, end)
            assert 0 < len(found.time) <= 2000

        yield Figure("History", f"{name} of a series, {kept} kept, p95", _p95(ask, _ROUNDS), "ms", 50)


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
        print(f"{one.what}: {one.value:.4g} {one.unit} {one.verdict}", file=sys.stdout, flush=True)
