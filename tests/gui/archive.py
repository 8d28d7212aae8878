"""Stores of the past without a database: one that answers from a formula when it is told to, one that never does."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, TypeVar

from perfwatch_core.changes import Changes, changes
from perfwatch_core.metric import Kind, Series
from perfwatch_core.sample import Sample
from perfwatch_core.spans import Span
from perfwatch_core.statistics_of import Statistics, statistics_of
from perfwatch_core.store.link import Link
from perfwatch_core.store.past import Bounds, Stored
from perfwatch_core.store.query import Points, width_for

T = TypeVar("T")
DAY = 86400.0


def load(series: Series, moment: float) -> float:
    """What a series was at a moment (UTC seconds): a daily wave of its own, with a finer one upon it."""
    phase = sum(map(ord, str(series))) % 97
    return 40 + 30 * math.sin(2 * math.pi * moment / DAY + phase) + 10 * math.sin(moment / 600 + phase)


@dataclass
class FakeArchive:
    """Fulfils the window's `Archive`: history at every `interval` from `oldest` to `newest`, less what is in `gaps`.

    Questions wait in `waiting` until `answer` is called; with `prompt` they are answered at once. `asked` keeps
    what was asked, `widths` those of the bins, `trouble` is the sentence of what fails, `absent` what was never stored.
    """

    series_: Sequence[Series]
    oldest: float
    newest: float
    interval: float = 5.0
    gaps: Sequence[tuple[float, float]] = ()
    prompt: bool = True
    trouble: Exception | None = None
    value: Callable[[Series, float], float] = load
    asked: list[tuple[str, float, float]] = field(default_factory=list)
    widths: list[int] = field(default_factory=list)
    waiting: list[Callable[[], None]] = field(default_factory=list)

    def bounds(self) -> Future[Bounds | None]:
        """Oldest and newest, None for a store without a sample."""
        there = self.newest > self.oldest
        found = Bounds(_moment(self.oldest), _moment(self.newest)) if there else None
        return self._future("bounds", self.oldest, self.newest, lambda: found)

    def series(self, start: datetime, end: datetime) -> Future[list[Series]]:
        """All of them."""
        return self._future("series", start.timestamp(), end.timestamp(), lambda: list(self.series_))

    def points(
        self, series: Sequence[Series], start: datetime, end: datetime, points: int = 2000
    ) -> Future[dict[Series, Points]]:
        """Bins as the store makes them, of three samples each where there are more."""
        width = width_for(start, end, points)
        self.widths.append(width)

        def answer() -> dict[Series, Points]:
            return {one: self._points(one, start.timestamp(), end.timestamp(), width) for one in series}

        return self._future("points", start.timestamp(), end.timestamp(), answer)

    def _times(self, start: float, end: float, step: float) -> list[float]:
        first = math.ceil(max(start, self.oldest) / step)
        times = [place * step for place in range(first, math.ceil(min(end, self.newest) / step))]
        return [one for one in times if not any(begin <= one < finish for begin, finish in self.gaps)]

    def _points(self, series: Series, start: float, end: float, width: int) -> Points:
        times = self._times(start, end, max(float(width), self.interval))
        count = max(1, int(width / self.interval))
        bins = [
            [self.value(series, time + part * width / 3) for part in range(3 if count > 1 else 1)] for time in times
        ]
        begins = [float(time // width * width) for time in times]
        means = [sum(one) / len(one) for one in bins]
        return Points(width, begins, [count] * len(bins), [min(one) for one in bins], means, [max(one) for one in bins])

    def statistics(self, series: Sequence[Series], start: datetime, end: datetime) -> Future[dict[Series, Statistics]]:
        """Of at most some thousand samples."""
        span = start.timestamp(), end.timestamp()

        def answer() -> dict[Series, Statistics]:
            times = self._times(*span, max(self.interval, (span[1] - span[0]) / 2000))
            found = {one: statistics_of([self.value(one, time) for time in times]) for one in series}
            return {one: figures for one, figures in found.items() if figures is not None}

        return self._future("statistics", *span, answer)

    def changes(self, a: Span, b: Span, types: Iterable[str] | None = None) -> Future[Changes[Series]]:
        """By the core's own ranking."""
        wanted = None if types is None else set(types)

        def answer() -> Changes[Series]:
            both = [
                {
                    one: [self.value(one, time) for time in self._times(*_span(span), span.length.total_seconds() / 60)]
                    for one in self.series_
                    if wanted is None or one.metric.type in wanted
                }
                for span in (a, b)
            ]
            return changes(*both)

        return self._future("changes", *_span(b), answer)

    def samples(
        self, types: Iterable[str] | None, start: datetime, end: datetime, limit: int = 1000
    ) -> Future[list[Stored]]:
        """Samples with the numbers of all series."""
        span = start.timestamp(), end.timestamp()

        def answer() -> list[Stored]:
            found = []
            for time in self._times(*span, self.interval)[:limit]:
                shapes = self._sample(time).by_type()
                wanted = {one: shapes[one] for one in shapes if types is None or one in types}
                found.append(Stored(_moment(time), self.interval, wanted))
            return found

        return self._future("samples", *span, answer)

    def _sample(self, time: float) -> Sample:
        numbers = {one: self.value(one, time) for one in self.series_ if one.metric.kind is not Kind.TEXT}
        return Sample(1, time, self.interval, numbers)

    def chore(self, job: Callable[[Link, int], T]) -> Future[T]:
        """Nothing can be done without a database."""
        raise AssertionError(f"a fake archive has no database for {job}")

    def _future(self, what: str, start: float, end: float, make: Callable[[], T]) -> Future[T]:
        self.asked.append((what, start, end))
        future: Future[Any] = Future()

        def finish() -> None:
            if not future.set_running_or_notify_cancel():
                return
            if self.trouble is not None:
                future.set_exception(self.trouble)
            else:
                future.set_result(make())

        if self.prompt:
            finish()
        else:
            self.waiting.append(finish)
        return future

    def answer(self) -> None:
        """Answer everything that waits."""
        waiting, self.waiting = self.waiting, []
        for one in waiting:
            one()


def _moment(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def _span(span: Span) -> tuple[float, float]:
    return span.start.timestamp(), span.end.timestamp()
