"""What the window asks the store of the past; `perfwatch_core.store.archive.Archive` answers it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future
from datetime import datetime
from typing import Protocol, TypeVar

from perfwatch_core.changes import Changes
from perfwatch_core.metric import Series
from perfwatch_core.spans import Span
from perfwatch_core.statistics_of import Statistics
from perfwatch_core.store.link import Link
from perfwatch_core.store.past import Bounds, Stored
from perfwatch_core.store.query import Points

T = TypeVar("T")


class Archive(Protocol):
    """Every call returns at once; errors are StoreProblem or ValueError with one sentence. Moments are aware."""

    def bounds(self) -> Future[Bounds | None]:
        """The oldest and the newest stored moment."""

    def series(self, start: datetime, end: datetime) -> Future[list[Series]]:
        """What had a value in a span."""

    def points(
        self, series: Sequence[Series], start: datetime, end: datetime, points: int = ...
    ) -> Future[dict[Series, Points]]:
        """At most so many bins of each series, on one grid."""

    def statistics(self, series: Sequence[Series], start: datetime, end: datetime) -> Future[dict[Series, Statistics]]:
        """The figures of each series."""

    def changes(self, a: Span, b: Span, types: Iterable[str] | None = None) -> Future[Changes[Series]]:
        """Every series, the most changed first."""

    def samples(
        self, types: Iterable[str] | None, start: datetime, end: datetime, limit: int = ...
    ) -> Future[list[Stored]]:
        """The first samples of a span."""

    def chore(self, job: Callable[[Link, int], T]) -> Future[T]:
        """Something long, with a connection and the number of this machine."""
