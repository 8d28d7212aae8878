"""The endpoints that charts of the past are drawn from: points with a band, figures, and what there is to draw."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec

from perfwatch_core.engine import Engine
from perfwatch_core.metric import Kind
from perfwatch_core.store.query import Points
from perfwatch_net.asked import asked, numbers_at
from perfwatch_net.endpoints import Access, Caller, Endpoints, NoParams
from perfwatch_net.history_wishes import span
from perfwatch_net.hub import Hub


class SpanWish(msgspec.Struct, forbid_unknown_fields=True):
    """A span of time: ISO 8601, or relative such as `-2h` and `now`."""

    start_time: str
    end_time: str = "now"


class PointsWish(SpanWish, kw_only=True):
    """The addresses to draw, the span, how many points are enough, and whether least and most are wanted."""

    series: Annotated[list[str], msgspec.Meta(min_length=1, max_length=100)]
    points: Annotated[int, msgspec.Meta(ge=2, le=2000)] = 500
    band: bool = True


class FiguresWish(SpanWish, kw_only=True):
    """The addresses to sum up, and the span."""

    series: Annotated[list[str], msgspec.Meta(min_length=1, max_length=12)]


class SeriesEndpoints:
    """History by address, as the page's charts want it."""

    def __init__(self, engine: Engine, hub: Hub) -> None:
        self._hub = hub
        self._archive = engine.store.archive
        self._catalogue = engine.catalogue

    def declare(self, endpoints: Endpoints) -> None:
        """Add all of them."""
        endpoints.add("history.addresses", Access.FULL, SpanWish, self.addresses)
        endpoints.add("history.points", Access.FULL, PointsWish, self.points)
        endpoints.add("history.figures", Access.FULL, FiguresWish, self.figures)
        endpoints.add("metrics.recent", Access.FULL, NoParams, self.recent)

    async def addresses(self, _caller: Caller, wish: SpanWish) -> dict[str, Any]:
        """Give the addresses of all numbers that have history in a span."""
        found = await asked(self._archive.series(*span(wish.start_time, wish.end_time)))
        return {"addresses": sorted(str(series) for series in found if series.metric.kind is not Kind.TEXT)}

    async def points(self, _caller: Caller, wish: PointsWish) -> dict[str, Any]:
        """Give a span of several series on one axis: bins of `width` seconds from `time` on, with mean, least and most.

        A bin in which a series has no value is null there; one in which none has any is left out.
        """
        wanted, of = numbers_at(self._catalogue, wish.series), span(wish.start_time, wish.end_time)
        points = await asked(self._archive.points(wanted, *of, wish.points))
        axis = sorted(set().union(*(points[series].time for series in wanted)))
        return {
            "start_time": of.start,
            "end_time": of.end,
            "width": points[wanted[0]].width,
            "time": axis,
            "series": {str(series): _on(axis, points[series], series.metric.decimals, wish.band) for series in wanted},
        }

    async def figures(self, _caller: Caller, wish: FiguresWish) -> dict[str, Any]:
        """Sum up a span of several series: count, mean, least, most, percentiles; what has no number is left out."""
        wanted, of = numbers_at(self._catalogue, wish.series), span(wish.start_time, wish.end_time)
        figures = await asked(self._archive.statistics(wanted, *of))
        return {
            "start_time": of.start,
            "end_time": of.end,
            "series": {str(series): msgspec.to_builtins(one) for series, one in figures.items()},
        }

    async def recent(self, _caller: Caller, _params: NoParams) -> dict[str, Any]:
        """Give what the samples of the last 40 s told of the machine as a whole: history may not have them yet."""
        return {"samples": self._hub.recent()}


def _on(axis: list[float], points: Points, decimals: int, band: bool) -> dict[str, list[float | None]]:
    """The columns on a common axis; a mean keeps a digit more than what it is made of."""
    columns = [("mean", points.mean, decimals + 1)]
    if band:
        columns += [("min", points.min, decimals), ("max", points.max, decimals)]
    return {name: _spread(axis, points.time, column, digits) for name, column, digits in columns}


def _spread(axis: list[float], times: list[float], column: list[float], digits: int) -> list[float | None]:
    known = dict(zip(times, column, strict=True))
    return [None if (value := known.get(at)) is None else round(value, digits) for at in axis]
