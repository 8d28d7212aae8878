"""A scrape as Prometheus' own client reads it."""

from __future__ import annotations

from typing import Any

from prometheus_client.openmetrics import parser


def scraped(text: str) -> dict[str, Any]:
    """The families of a scrape by their names; ValueError where it is no OpenMetrics."""
    read: Any = parser.text_string_to_metric_families
    return {family.name: family for family in read(text)}
