"""What PerfWatch itself costs, with the programs it runs: processor, memory, and how well it keeps up."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator

from perfwatch_core.collector import Collector, Fact
from perfwatch_core.collectors.process_tree import ProcessTree
from perfwatch_core.metric import Kind, Metric, Rule
from perfwatch_core.units import Unit
from perfwatch_core.vitals import Vitals

TYPE = "self"
CPU = Metric(
    TYPE,
    "cpu_percent",
    Unit.PERCENT,
    "Processor time of PerfWatch, its database and perf; 100 % is one processor.",
    rule=Rule.PER_SECOND,
    scale=100,
)
RSS = Metric(
    TYPE,
    "rss_bytes",
    Unit.BYTES,
    "Memory of PerfWatch, its database and perf; what a helper shares with its children counts once.",
)
COLLECT = Metric(
    TYPE, "collect_ms", Unit.MILLISECONDS, "How long the newest reading of one type took.", per="collector"
)
LATE = Metric(TYPE, "late_ms", Unit.MILLISECONDS, "How late the newest sample was begun.")
MISSED = Metric(
    TYPE, "missed", Unit.COUNT, "Samples that were not taken since the start, for it was too late.", kind=Kind.COUNTER
)
DROPPED = Metric(
    TYPE, "dropped", Unit.COUNT, "Samples that someone was too slow to take since the start.", kind=Kind.COUNTER
)
QUEUED = Metric(TYPE, "queued", Unit.COUNT, "Samples that are not in the database yet.")
CLIENTS = Metric(TYPE, "clients", Unit.COUNT, "Browsers that listen.")
# Memory changes slowly, and each process costs a file.
_RSS_SECONDS = 5.0


class OwnCostCollector(Collector):
    """Keeps PerfWatch honest."""

    type = TYPE
    metrics = (CPU, RSS, COLLECT, LATE, MISSED, DROPPED, QUEUED, CLIENTS)

    def __init__(self, vitals: Vitals) -> None:
        self._vitals = vitals
        self._spent: dict[int, float] = {}
        self._total = 0.0
        self._rss = 0
        self._rss_due = 0.0
        self._weighed: list[int] = []

    def collect(self) -> Iterator[Fact]:
        """Seconds of processor time since the first look, bytes, milliseconds, counts."""
        trees = [ProcessTree(pid) for pid in dict.fromkeys(self._vitals.helpers())]
        yield CPU, "", self._processor_seconds(trees)
        now = time.monotonic()
        pids = [tree.pid for tree in trees]
        if now >= self._rss_due or pids != self._weighed:
            self._rss_due, self._weighed = now + _RSS_SECONDS, pids
            self._rss = ProcessTree(os.getpid()).own_rss() + sum(tree.rss() for tree in trees)
        yield RSS, "", self._rss
        for type_, cost in self._vitals.collect_ms.items():
            yield COLLECT, type_, cost
        yield LATE, "", self._vitals.late_ms
        yield MISSED, "", self._vitals.missed
        yield DROPPED, "", self._vitals.dropped()
        yield QUEUED, "", self._vitals.queued()
        yield CLIENTS, "", self._vitals.clients()

    def _processor_seconds(self, trees: list[ProcessTree]) -> float:
        """A total that only grows: a helper that goes or comes takes and brings nothing."""
        spent = {0: time.process_time()}
        spent.update({tree.pid: tree.processor_seconds() for tree in trees})
        for pid, seconds in spent.items():
            self._total += max(0.0, seconds - self._spent.get(pid, seconds))
        self._spent = spent
        return self._total
