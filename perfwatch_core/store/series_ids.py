"""The numbers that stand for series in packed history, and the way from a place in the JSON to a series."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec

from perfwatch_core.metric import Catalogue, Metric, Series
from perfwatch_core.store.batch import Column, Place
from perfwatch_core.store.link import Link


def text_of(place: Place) -> str:
    """A place as stored: a JSON list, where an index is a number."""
    return msgspec.json.encode(place).decode()


def place_of(text: str) -> Place:
    """The inverse of `text_of`."""
    return tuple(msgspec.json.decode(text, type=list[str | int]))


def place_of_series(series: Series) -> Place:
    """Where the values of a series stand."""
    return Column.of(series).place


def known(link: Link, types: Iterable[str] | None = None) -> dict[Place, int]:
    """The numbers of all places that ever had a value, or of those of some types."""
    wanted = None if types is None else set(types)
    rows = link.execute("SELECT place, id FROM history_series ORDER BY id").fetchall()
    found = {place_of(place): int(number) for place, number in rows}
    return {place: number for place, number in found.items() if wanted is None or place[0] in wanted}


def numbered(link: Link, places: Iterable[Place]) -> dict[Place, int]:
    """The numbers of these places, new ones for those that have none; may be called by several at once."""
    texts = {text_of(place): place for place in places}
    link.execute(
        "INSERT INTO history_series (place) SELECT unnest(%(all)s::text[]) EXCEPT SELECT place FROM history_series"
        " ON CONFLICT DO NOTHING",
        {"all": list(texts)},
    )
    rows = link.execute("SELECT place, id FROM history_series WHERE place = ANY (%s)", (list(texts),)).fetchall()
    return {texts[place]: int(number) for place, number in rows}


class Directory:
    """Which series stands at which place; `catalogue` declares their templates."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._by_start: dict[tuple[str, str, int], list[tuple[list[str], Metric]]] = {}
        for metric in catalogue:
            for template in filter(None, (metric.at, metric.total if metric.per else None)):
                parts = template.split(".")
                self._by_start.setdefault((metric.type, parts[0], len(parts)), []).append((parts, metric))

    def series(self, place: Place) -> Series | None:
        """The series whose values stand at a place, None where no declared metric is there."""
        type_, *path = place
        for start in dict.fromkeys((str(path[0]), "*", "#")) if path else ():
            for template, metric in self._by_start.get((str(type_), start, len(path)), ()):
                instance = _matched(template, path)
                if instance is not None:
                    return metric.of(instance)
        return None


def _matched(template: Sequence[str], path: Sequence[str | int]) -> str | None:
    """The instance at which a path fits a template, '' where it has none, None where it does not fit."""
    if len(template) != len(path):
        return None
    instance = ""
    for part, key in zip(template, path, strict=True):
        if part == "*" or (part == "#" and isinstance(key, int)):
            instance = str(key)
        elif part != key:
            return None
    return instance


def by_address(catalogue: Catalogue, places: Mapping[Place, Any]) -> dict[Series, Place]:
    """Those of the places that belong to declared metrics, by their series."""
    directory = Directory(catalogue)
    found = ((directory.series(place), place) for place in places)
    return {series: place for series, place in found if series is not None}


def in_order(catalogue: Catalogue, series: Iterable[Series]) -> list[Series]:
    """The series as their metrics are declared, instances by name, those that are numbers by their size."""
    order = {metric: place for place, metric in enumerate(catalogue)}

    def rank(one: Series) -> tuple[int, int, str]:
        return order[one.metric], int(one.instance) if one.instance.isdecimal() else -1, one.instance

    return sorted(series, key=rank)
