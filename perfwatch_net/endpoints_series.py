"""The endpoints that charts of the past are drawn from: points with a band, figures, and what there is to draw."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Annotated, Any, TypeVar

import msgspec

from perfwatch_core.engine import Engine
from perfwatch_core.metric import Kind, Series, UnknownSeries
from perfwatch_core.spans import BadTime, Span, span_of
from perfwatch_core.store.in_view import statistics_between
from perfwatch_core.store.link import Link
from perfwatch_core.store.past import places_between
from perfwatch_core.store.query import Points, points_of, snapshot
from perfwatch_core.store.series_ids import by_address
from perfwatch_core.store.state import StoreProblem
from perfwatch_net.endpoints import Access, Caller, Endpoints
from perfwatch_net.wire import INVALID_PARAMS, UNAVAILABLE, RpcError

_Answer = TypeVar("_Answer")
_Addresses = Annotated[list[str], msgspec.Meta(min_length=1, max_length=100)]


class SpanWish(msgspec.Struct, forbid_unknown_fields=True):
    """A span of time: ISO 8601, or relative such as `-2h` and `now`."""

    start_time: str
    end_time: str = "now"


class PointsWish(msgspec.Struct, forbid_unknown_fields=True):
    """The addresses to draw, the span, how many points are enough, and whether least and most are wanted."""

    series: _Addresses
    start_time: str
    end_time: str = "now"
    points: Annotated[int, msgspec.Meta(ge=2, le=2000)] = 500
    band: bool = True


class FiguresWish(msgspec.Struct, forbid_unknown_fields=True):
    """The addresses to sum up, and the span."""

    series: Annotated[list[str], msgspec.Meta(min_length=1, max_length=12)]
    start_time: str
    end_time: str = "now"


class SeriesEndpoints:
    """History by address, as the page's charts want it."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def declare(self, endpoints: Endpoints) -> None:
        """Add all of them."""
        endpoints.add("history.addresses", Access.FULL, SpanWish, self.addresses)
        endpoints.add("history.points", Access.FULL, PointsWish, self.points)
        endpoints.add("history.figures", Access.FULL, FiguresWish, self.figures)

    async def addresses(self, _caller: Caller, wish: SpanWish) -> dict[str, Any]:
        """Give the addresses of all numbers that have history in a span."""
        span, catalogue = _span(wish.start_time, wish.end_time), self._engine.catalogue

        def found(link: Link, machine: int) -> list[str]:
            with snapshot(link):
                places = places_between(link, machine, *span)
            known = by_address(catalogue, dict.fromkeys(places))
            return sorted(str(series) for series in known if series.metric.kind is not Kind.TEXT)

        return {"addresses": await self._read(found)}

    async def points(self, _caller: Caller, wish: PointsWish) -> dict[str, Any]:
        """Give a span of several series on one axis: bins of `width` seconds from `time` on, with mean, least and most.

        A bin in which a series has no value is null there; one in which none has any is left out.
        """
        wanted, span = self._series(wish.series), _span(wish.start_time, wish.end_time)

        def found(link: Link, machine: int) -> dict[Series, Points]:
            return points_of(link, machine, wanted, *span, wish.points)

        points = await self._read(found)
        axis = sorted(set().union(*(points[series].time for series in wanted)))
        return {
            "start_time": span.start,
            "end_time": span.end,
            "width": points[wanted[0]].width,
            "time": axis,
            "series": {str(series): _on(axis, points[series], series.metric.decimals, wish.band) for series in wanted},
        }

    async def figures(self, _caller: Caller, wish: FiguresWish) -> dict[str, Any]:
        """Sum up a span of several series: count, mean, least, most, and percentiles; null where there is nothing."""
        wanted, span = self._series(wish.series), _span(wish.start_time, wish.end_time)

        def found(link: Link, machine: int) -> dict[str, Any]:
            return {str(series): statistics_between(link, machine, series, *span) for series in wanted}

        figures = await self._read(found)
        return {"start_time": span.start, "end_time": span.end, "series": msgspec.to_builtins(figures)}

    def _series(self, addresses: list[str]) -> list[Series]:
        try:
            wanted = [self._engine.catalogue.series(address) for address in dict.fromkeys(addresses)]
        except UnknownSeries as unknown:
            raise RpcError(INVALID_PARAMS, str(unknown)) from None
        words = [str(one) for one in wanted if one.metric.kind is Kind.TEXT]
        if words:
            raise RpcError(INVALID_PARAMS, f"{words[0]!r} is a text, not a number; it cannot be drawn")
        return wanted

    async def _read(self, job: Callable[[Link, int], _Answer]) -> _Answer:
        """Have the store's reader do it; the loop goes on meanwhile."""
        machine = self._engine.store.machine_id
        if machine is None:
            raise RpcError(UNAVAILABLE, "the database is not there yet; try again soon")
        try:
            return await asyncio.wrap_future(self._engine.store.run(lambda link: job(link, machine)))
        except StoreProblem as problem:
            raise RpcError(UNAVAILABLE, str(problem)) from None


def _span(start: str, end: str) -> Span:
    try:
        return span_of(start, end, datetime.now(UTC))
    except BadTime as bad:
        raise RpcError(INVALID_PARAMS, str(bad)) from None


def _on(axis: list[float], points: Points, decimals: int, band: bool) -> dict[str, list[float | None]]:
    """The columns on a common axis; a mean keeps a digit more than what it is made of."""
    columns = [("mean", points.mean, decimals + 1)]
    if band:
        columns += [("min", points.min, decimals), ("max", points.max, decimals)]
    return {name: _spread(axis, points.time, column, digits) for name, column, digits in columns}


def _spread(axis: list[float], times: list[float], column: list[float], digits: int) -> list[float | None]:
    known = dict(zip(times, column, strict=True))
    return [None if (value := known.get(at)) is None else round(value, digits) for at in axis]
