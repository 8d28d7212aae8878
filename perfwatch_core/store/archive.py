"""What window and server ask the store for: any span of history, and the policy that keeps it, as futures.

    engine.store.archive.points([series], start, end)     at most 2,000 bins with count, min, mean, max
    engine.store.archive.statistics([series], start, end)  count, mean, min, max, p50, p95, p99
    engine.store.archive.compare([series], a, b)           the bins of two spans, one upon the other
    engine.store.archive.changes(a, b)                     every series, the most changed first
    engine.store.archive.samples(types, start, end)        the samples themselves, as their JSON objects
    engine.store.archive.shapes(types, start, end)         the same in bins, each with its means
    engine.store.archive.series(start, end), .types(), .bounds(), .size_bytes()    what there is
    engine.store.archive.retention(), .set_policy({…}), .clean()                   what is kept
    engine.store.archive.chore(job)                        something long, such as an export

Every call returns at once; the answer comes from a thread of the store's own. Its error is a StoreProblem with
one sentence while the database is away, and a ValueError with one for what was asked wrongly. Cancel a future
whose answer nobody waits for any more: a query that did not begin yet then never does. Moments are aware, spans
do not contain their end.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import Future
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol, TypeVar

from perfwatch_core.changes import Changes
from perfwatch_core.metric import Catalogue, Series
from perfwatch_core.spans import Span
from perfwatch_core.statistics_of import Statistics
from perfwatch_core.store import compared, in_view, past, policy, query, shapes
from perfwatch_core.store.link import Link
from perfwatch_core.store.policy import Retention
from perfwatch_core.store.query import POINTS, Points
from perfwatch_core.store.retention import Kept, keep
from perfwatch_core.store.series_ids import by_address, in_order
from perfwatch_core.store.state import StoreProblem

T = TypeVar("T")

# What changed between longer spans is a long job: charts and figures do not wait for it.
_QUICK_SPAN = timedelta(hours=1)


class Run(Protocol):
    """Calls a job with a connection, in another thread."""

    def __call__(self, job: Callable[[Link], T]) -> Future[T]:
        """The future of its result."""


class Archive:
    """The history of this machine. Thread-safe; `machine_id` gives its number, None before the first connection."""

    def __init__(self, quick: Run, slow: Run, catalogue: Catalogue, machine_id: Callable[[], int | None]) -> None:
        self._quick = quick
        self._slow = slow
        self._catalogue = catalogue
        self._machine_id = machine_id

    def bounds(self) -> Future[past.Bounds | None]:
        """The moments of the oldest and newest stored sample, None where there is none."""
        return self._ask(past.bounds)

    def size_bytes(self) -> Future[int]:
        """What all history takes on the server's disk, indexes and rollups included."""
        return self._quick(past.size_bytes)

    def types(self) -> Future[list[str]]:
        """The metric types that were ever stored, in the order of the catalogue."""
        return self._ask(lambda link, machine: past.types(link, machine, self._catalogue.types))

    def series(self, start: datetime, end: datetime) -> Future[list[Series]]:
        """The declared series that had a value in the hours of a span, in the order of the catalogue."""

        def job(link: Link, machine: int) -> list[Series]:
            there = by_address(self._catalogue, dict.fromkeys(past.places_between(link, machine, start, end)))
            return in_order(self._catalogue, there)

        return self._ask(job)

    def points(
        self, series: Sequence[Series], start: datetime, end: datetime, points: int = POINTS
    ) -> Future[dict[Series, Points]]:
        """At most so many bins of each series, all on the same grid; words have none."""
        return self._ask(lambda link, machine: query.points_of(link, machine, series, start, end, points))

    def statistics(self, series: Sequence[Series], start: datetime, end: datetime) -> Future[dict[Series, Statistics]]:
        """The figures of each series from its samples; one without numbers in the span is left out."""

        def job(link: Link, machine: int) -> dict[Series, Statistics]:
            found = {one: in_view.statistics_between(link, machine, one, start, end) for one in series}
            return {one: figures for one, figures in found.items() if figures is not None}

        return self._ask(job)

    def compare(
        self, series: Sequence[Series], a: Span, b: Span, points: int = POINTS
    ) -> Future[dict[Series, compared.Compared]]:
        """The bins of each series in two spans of equal length, and their differences; ValueError where unequal."""
        return self._ask(lambda link, machine: compared.compare(link, machine, series, a, b, points))

    def changes(self, a: Span, b: Span, types: Iterable[str] | None = None) -> Future[Changes[Series]]:
        """Every series of all or some types ranked by how far it moved from span a to span b.

        `compared.resolution` says what was compared.
        """
        wanted = None if types is None else frozenset(types)

        def job(link: Link, machine: int) -> Changes[Series]:
            return compared.changed(link, machine, self._catalogue, a, b, wanted)

        return self._ask(job) if a.length <= _QUICK_SPAN else self.chore(job)

    def samples(
        self, types: Iterable[str] | None, start: datetime, end: datetime, limit: int = 1000
    ) -> Future[list[past.Stored]]:
        """The first `limit` samples of a span, with the JSON objects of all or some types."""
        wanted = None if types is None else frozenset(types)
        return self._ask(lambda link, machine: shapes.samples(link, machine, wanted, start, end, limit))

    def shapes(
        self,
        types: Iterable[str] | None,
        start: datetime,
        end: datetime,
        width: int | None = None,
        limit: int = 1000,
    ) -> Future[shapes.Shapes]:
        """A span as JSON objects of means in bins `width` seconds wide, by default as narrow as `limit` allows."""
        wanted = None if types is None else frozenset(types)
        return self._ask(lambda link, machine: shapes.shapes(link, machine, wanted, start, end, width, limit))

    def retention(self) -> Future[Retention]:
        """The policy, what is stored under it, and its bytes."""
        return self._ask(policy.retention)

    def set_policy(self, changes: Mapping[str, Any]) -> Future[Retention]:
        """Change fields of the policy by their names; BadPolicy says what is accepted."""
        wanted = policy.checked(changes)

        def job(link: Link, machine: int) -> Retention:
            policy.update(link, wanted)
            return policy.retention(link, machine)

        return self._ask(job)

    def clean(self) -> Future[Kept | None]:
        """Apply the policy now; None where it is switched off."""
        return self._slow(lambda link: keep(link, datetime.now(UTC)))

    def chore(self, job: Callable[[Link, int], T]) -> Future[T]:
        """Call a long job with a connection and this machine's number; queries do not wait for it."""
        return self._slow(self._for_machine(job))

    def _ask(self, job: Callable[[Link, int], T]) -> Future[T]:
        return self._quick(self._for_machine(job))

    def _for_machine(self, job: Callable[[Link, int], T]) -> Callable[[Link], T]:
        def with_machine(link: Link) -> T:
            machine = self._machine_id()
            if machine is None:
                raise StoreProblem("The database is away: it is starting.")
            return job(link, machine)

        return with_machine
