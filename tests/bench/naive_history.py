"""The layout that comes to mind first, for the ratio: six JSONB rows a sample under an index on type and time."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any

from perfwatch_core.store.batch import microseconds, moment
from perfwatch_core.store.link import Link
from tests.simulated_hour import Hour
from tests.simulator import Simulator

TYPES = ("cpu", "memory", "network", "disk", "perf_events", "memory_bandwidth")


def fill(link: Link, start: datetime, days: int, seed: int = 1) -> None:
    """Write whole days in the naive layout, into a table of its own."""
    link.execute(
        "CREATE TABLE naive (id bigserial PRIMARY KEY, timestamp timestamptz NOT NULL, metric_type text NOT NULL,"
        " metric_data jsonb NOT NULL)"
    )
    simulator = Simulator(seed)
    copying = "COPY naive (timestamp, metric_type, metric_data) FROM STDIN"
    with link.cursor() as cursor, cursor.copy(copying) as copy:
        for hour in simulator.hours(microseconds(start), 24 * days):
            for row in _rows(hour):
                copy.write_row(row)
    link.execute("CREATE INDEX naive_type_time ON naive (metric_type, timestamp)")


def _rows(hour: Hour) -> list[tuple[datetime, str, str]]:
    found = []
    for index, at in enumerate(hour.at):
        shapes: dict[str, Any] = {type_: {} for type_ in TYPES}
        for place, column in hour.columns.items():
            if place[0] in shapes:
                node: Any = shapes
                for key in place[:-1]:
                    node = node.setdefault(key, {})
                node[place[-1]] = column[index]
        found += [(moment(at), type_, json.dumps(shape)) for type_, shape in shapes.items()]
    return found


def size_bytes(link: Link) -> int:
    """Bytes of the naive table with its indexes."""
    row = link.execute("SELECT pg_total_relation_size('naive')").fetchone()
    return int(row[0]) if row else 0


def ask(link: Link, start: datetime, span: timedelta) -> int:
    """Least, mean and most of a series in at most 500 bins; how many there are."""
    rows = link.execute(
        "SELECT floor(extract(epoch FROM timestamp) / %s) AS bin, min(v), avg(v), max(v) FROM (SELECT timestamp,"
        " (metric_data ->> 'usage_percent')::float8 AS v FROM naive WHERE metric_type = 'cpu' AND timestamp >= %s"
        " AND timestamp < %s OFFSET 0) AS picked GROUP BY bin ORDER BY bin",
        (span.total_seconds() / 500, start, start + span),
    ).fetchall()
    return len(rows)
