"""A private PostgreSQL for a benchmark, with all tables, gone afterwards with all its files."""

from __future__ import annotations

import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from perfwatch_core.store import schema
from perfwatch_core.store.cluster import Cluster
from perfwatch_core.store.link import Halt, Link
from perfwatch_core.store.machine import this_machine
from tests.simulated_store import machine_number

_STOP_SECONDS = 30


class Place(NamedTuple):
    """Where the database is: its data directory, a connection, and the number of this machine there."""

    data_dir: Path
    link: Link
    machine_id: int


@contextmanager
def database() -> Iterator[Place]:
    """Start it, and wait for its end."""
    with tempfile.TemporaryDirectory() as name:
        cluster = Cluster(Path(name))
        params = cluster.acquire()
        watched = cluster.pids()
        try:
            with Link.open(params, Halt()) as link:
                link.answer_seconds = 600.0
                schema.ensure(link, params, Halt())
                machine = this_machine()
                yield Place(Path(name), link, machine_number(link, machine.key, machine.name))
        finally:
            cluster.release()
            # with gigabytes to write it takes longer to stop than a process waits that leaves it
            pause, deadline = threading.Event(), time.monotonic() + _STOP_SECONDS
            while any(Path(f"/proc/{pid}").exists() for pid in watched) and time.monotonic() < deadline:
                pause.wait(0.05)


@dataclass(frozen=True, slots=True)
class Times:
    """What some rounds took, in milliseconds that passed, and of this process's CPU in the median."""

    passed: Sequence[float]
    cpu: float

    def part(self, share: float) -> float:
        """The milliseconds that this share (0 to 1) of the rounds took at most."""
        order = sorted(self.passed)
        return order[min(int(share * len(order)), len(order) - 1)]

    @property
    def note(self) -> str:
        """The rest was spent in the server, or waiting for a processor that others had."""
        return f"median {self.part(0.5):.3g} ms, {self.cpu:.3g} ms of them CPU here"


def timed(ask: Callable[[], object], rounds: int) -> Times:
    """Ask so many times, after once that does not count."""
    ask()
    passed, used = [], []
    for _ in range(rounds):
        began, cpu = time.perf_counter(), time.thread_time()
        ask()
        used.append((time.thread_time() - cpu) * 1000)
        passed.append((time.perf_counter() - began) * 1000)
    return Times(passed, sorted(used)[rounds // 2])
