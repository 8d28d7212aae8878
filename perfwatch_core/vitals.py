"""What PerfWatch knows of itself: written by each part as it works, read by the `self` collector."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass(slots=True)
class Vitals:
    """Plain numbers, each with one writer, so no lock is needed.

    `collect_ms` wall milliseconds by collector, `late_ms` how late the newest tick began, `missed` ticks
    skipped since the start, `dropped` samples that made room in an inbox, `queued` samples not yet in the
    database, `clients` browsers listening. `helpers` gives the pids of the processes PerfWatch runs.
    """

    collect_ms: dict[str, float] = field(default_factory=dict)
    late_ms: float = 0.0
    missed: int = 0
    dropped: Callable[[], int] = lambda: 0
    queued: Callable[[], int] = lambda: 0
    clients: Callable[[], int] = lambda: 0
    helpers: Callable[[], tuple[int, ...]] = tuple
