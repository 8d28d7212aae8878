"""The endpoints of the past: a metric type over time, two spans side by side, and what changed between them."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Mapping
from concurrent.futures import Executor
from datetime import timedelta
from typing import Any

import msgspec

from perfwatch_core.changes import SURE, Change
from perfwatch_core.engine import Engine
from perfwatch_core.layout import PAGES
from perfwatch_core.metric import Kind, Series
from perfwatch_core.spans import Span
from perfwatch_core.store.compared import Compared, resolution
from perfwatch_core.store.query import Points
from perfwatch_net.asked import asked, declared_type, numbers_at
from perfwatch_net.endpoints import Access, Caller, Endpoints, NoParams
from perfwatch_net.history_points import interval_name, told
from perfwatch_net.history_wishes import WIDTHS, ChangesWish, CompareWish, MetricsWish, Spans, span, spans

# Bins narrower than these are made from an hour's samples or five-minute rollups: longer spans come in pieces.
_PIECES = ((300, timedelta(hours=36)), (3600, timedelta(days=62)))


class HistoryEndpoints:
    """What was stored, as the contract's JSON; `encoder` makes it, off the event loop."""

    def __init__(self, engine: Engine, encoder: Executor) -> None:
        self._engine = engine
        self._encoder = encoder
        self._catalogue = engine.catalogue

    def declare(self, endpoints: Endpoints) -> None:
        """Add all of them."""
        add = endpoints.add
        add("history.types", Access.FULL, NoParams, self.types, "/api/history/metrics/types")
        add("history.metrics", Access.FULL, MetricsWish, self.metrics, "/api/history/metrics")
        add("history.compare", Access.FULL, CompareWish, self.compare, "/api/history/compare")
        add("history.changes", Access.FULL, ChangesWish, self.changes, "/api/history/changes")

    async def types(self, _caller: Caller, _params: NoParams) -> dict[str, Any]:
        """Give the metric types that have history."""
        return {"metric_types": await asked(self._engine.store.archive.types())}

    async def metrics(self, _caller: Caller, wish: MetricsWish) -> dict[str, Any]:
        """Give a metric type over time: its samples (`raw`), or means of bins that begin at their timestamps.

        `auto` gives the samples where `limit` of them suffice, else bins as narrow as that allows. Any other
        interval gives the first `limit` points of the span; ask again from the last one's timestamp for more.
        """
        type_, asked_span = declared_type(self._catalogue, wish.metric_type), span(wish.start_time, wish.end_time)
        found, interval = await self._points(type_, asked_span, wish.interval, wish.limit)
        return {
            "metric_type": type_,
            **_times(asked_span),
            "interval": interval,
            "count": len(found),
            "data_points": await self._told(type_, found),
        }

    async def compare(self, _caller: Caller, wish: CompareWish) -> dict[str, Any]:
        """Give a metric type in two spans on equal bins, with the averages of the number that matters most.

        That number is the first of the type's card, or the `series` asked for.
        """
        type_, both = declared_type(self._catalogue, wish.metric_type), spans(wish)
        headline = numbers_at(self._catalogue, [wish.series]) if wish.series else self._headline(type_)
        averaged = await asked(
            self._engine.store.archive.compare(headline, both.comparison, both.current, max(2, wish.limit))
        )
        width = next(iter(averaged.values())).a.width
        wanted = interval_name(width) if wish.interval == "auto" else wish.interval
        answer: dict[str, Any] = {"metric_type": type_, **_named(both), "interval": wanted}
        for name, one in (("current", both.current), ("comparison", both.comparison)):
            found = await self._equal(type_, one, wanted, width, wish.limit)
            points = await self._told(type_, found)
            answer[name] = {**_times(one), "data_points": points}
        return {**answer, "summary": _summary(averaged)}

    async def changes(self, _caller: Caller, wish: ChangesWish) -> dict[str, Any]:
        """Give every series that changed from the comparison to the current span, the most changed first.

        `effect` is Cliff's delta, -1 to 1; `chance` the false discovery rate at which it counts as a change.
        `interval` is what was compared: raw, or 5m for spans over six hours.
        """
        types = None if wish.metric_type is None else [declared_type(self._catalogue, wish.metric_type)]
        both = spans(wish)
        found = await asked(self._engine.store.archive.changes(both.comparison, both.current, types))
        sure = [one for one in found.ranked if one.chance <= SURE]
        return {
            **_named(both),
            "interval": resolution(both.current.length),
            "current": _times(both.current),
            "comparison": _times(both.comparison),
            "count": len(sure),
            "compared": len(found.ranked),
            "changes": [_change(one) for one in sure[: wish.limit]],
            "appeared": [str(one) for one in found.appeared],
            "vanished": [str(one) for one in found.vanished],
        }

    async def _points(self, type_: str, wanted: Span, interval: str, limit: int) -> tuple[list[Any], str]:
        """The points of a span, and the name of the interval they truly have."""
        archive = self._engine.store.archive
        if interval == "auto" and wanted.length / timedelta(seconds=self._engine.settings.interval) <= 2 * limit:
            found = await asked(archive.samples([type_], *wanted, limit + 1))
            if len(found) <= limit:
                return found, "raw"
        if interval == "raw":
            return await asked(archive.samples([type_], *wanted, limit)), "raw"
        if interval in WIDTHS:
            return await self._bins(type_, wanted, WIDTHS[interval], limit), interval
        shapes = await asked(archive.shapes([type_], *wanted, None, limit))
        return shapes.bins, interval_name(shapes.width)

    async def _equal(self, type_: str, wanted: Span, interval: str, width: int, limit: int) -> list[Any]:
        if interval == "raw":
            return await asked(self._engine.store.archive.samples([type_], *wanted, limit))
        return await self._bins(type_, wanted, WIDTHS.get(interval, width), limit)

    async def _bins(self, type_: str, wanted: Span, width: int, limit: int) -> list[Any]:
        """The first `limit` bins; a span longer than its samples answer quickly for comes in pieces."""
        piece = next((longest for narrow, longest in _PIECES if width < narrow), wanted.length)
        found: list[Any] = []
        start = wanted.start
        while start < wanted.end and len(found) < limit:
            end = min(start + piece, wanted.end)
            shapes = await asked(self._engine.store.archive.shapes([type_], start, end, width, limit - len(found)))
            found += shapes.bins
            start = end
        return found

    async def _told(self, type_: str, found: list[Any]) -> msgspec.Raw:
        # ten thousand points are a second's work: not on the loop
        loop, metrics = asyncio.get_running_loop(), self._catalogue.of_type(type_)
        return await loop.run_in_executor(self._encoder, told, found, type_, metrics)

    def _headline(self, type_: str) -> list[Series]:
        """The numbers of the machine as a whole that a type is judged by, the foremost first."""
        figures = [
            figure.address for page in PAGES for card in page.cards if card.type == type_ for figure in card.headline
        ]
        whole = [
            metric.key
            for metric in self._catalogue.of_type(type_)
            if metric.kind is Kind.GAUGE and (not metric.per or metric.total)
        ]
        return numbers_at(self._catalogue, [one for one in figures if one.startswith(f"{type_}.")] + whole)


def _times(one: Span) -> dict[str, str]:
    """The moments of a span as the stream writes them."""
    return {"start_time": one.start.isoformat(), "end_time": one.end.isoformat()}


def _named(both: Spans) -> dict[str, Any]:
    return {"period": both.period, "compare_to": both.compare_to}


def _summary(averaged: Mapping[Series, Compared]) -> dict[str, Any]:
    """The averages over all samples of the foremost series that has any."""
    for series, one in averaged.items():
        before, now = _average(one.a), _average(one.b)
        if before is not None or now is not None:
            change = None if before is None or now is None or not before else 100 * (now - before) / abs(before)
            return {
                "series": str(series),
                "current_avg": now,
                "comparison_avg": before,
                "change_percent": change,
            }
    return {"series": None, "current_avg": None, "comparison_avg": None, "change_percent": None}


def _average(points: Points) -> float | None:
    count = sum(points.count)
    return math.fsum(map(float.__mul__, points.mean, map(float, points.count))) / count if count else None


def _change(one: Change[Series]) -> dict[str, Any]:
    return {
        "series": str(one.series),
        "current_avg": one.mean_b,
        "comparison_avg": one.mean_a,
        "change": one.delta,
        "change_percent": one.percent,
        "effect": one.effect,
        "chance": one.chance,
        # beyond all measure where nothing ever moved before; JSON has no infinity
        "shift": one.shift if math.isfinite(one.shift) else None,
    }
