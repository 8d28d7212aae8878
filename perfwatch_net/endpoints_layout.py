"""The endpoint that tells the page what to show: the window's own layout, and what it needs to know of each metric."""

from __future__ import annotations

from typing import Any

import msgspec

from perfwatch_core.layout import PAGES
from perfwatch_core.metric import Catalogue, Metric
from perfwatch_core.units import Unit
from perfwatch_net.endpoints import Access, Caller, Endpoints, NoParams


class LayoutEndpoints:
    """Pages, cards and metrics as data."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue

    def declare(self, endpoints: Endpoints) -> None:
        """Add it."""
        endpoints.add("layout.get", Access.FULL, NoParams, self.layout, "/api/layout")

    async def layout(self, _caller: Caller, _params: NoParams) -> dict[str, Any]:
        """Give the pages with their cards, and every metric with its place, unit and help."""
        return {
            "pages": msgspec.to_builtins(PAGES),
            "metrics": {metric.key: _told(metric) for metric in self._catalogue},
        }


def _told(metric: Metric) -> dict[str, Any]:
    shape = metric.unit.shape
    return {
        "type": metric.type,
        "at": metric.at,
        "total": metric.total,
        "per": metric.per,
        "help": metric.help,
        "unit": {
            "symbol": shape.symbol,
            "decimals": shape.decimals,
            "shown": shape.shown,
            "base": shape.base,
            "lead": shape.lead,
            "flag": metric.unit is Unit.FLAG,
        },
    }
