"""The one thing that travels: a frozen sample, and the JSON shape of each of its types."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from perfwatch_core.metric import Kind, Metric, Series, Value
from perfwatch_core.units import Unit


@dataclass(frozen=True, slots=True)
class Fault:
    """Why a type has no values: `here` is False when this machine simply has no such thing.

    `remedy` is the one command that mends it, empty where none does.
    """

    reason: str
    here: bool = True
    remedy: str = ""


@dataclass(frozen=True, slots=True)
class Sample:
    """All values of one moment.

    `number` counts ticks from 1, `time` is UTC seconds since 1970, `interval` the seconds truly elapsed
    since the sample before (monotonic clock), None for the first. `values` holds what is known;
    `missing` says why a series is not; `faults` why a whole type is not.
    """

    number: int
    time: float
    interval: float | None
    values: Mapping[Series, Value]
    missing: Mapping[Series, str] = field(default_factory=dict)
    faults: Mapping[str, Fault] = field(default_factory=dict)

    @property
    def moment(self) -> datetime:
        """The time as an aware UTC datetime, to the microsecond."""
        return datetime.fromtimestamp(self.time, UTC)

    def number_of(self, series: Series) -> float | None:
        """The value as a float, None where it is unknown or not a number."""
        value = self.values.get(series)
        return None if value is None or isinstance(value, str) else float(value)

    def why(self, series: Series) -> str:
        """The reason a series has no value, empty where none was given."""
        reason = self.missing.get(series)
        if reason is None:
            fault = self.faults.get(series.metric.type)
            reason = fault.reason if fault else self.missing.get(series.metric.of(), "")
        return reason

    def by_type(self) -> dict[str, dict[str, Any]]:
        """The known values as nested JSON objects, one for each type that has any; no nulls."""
        shapes: dict[str, dict[str, Any]] = {}
        nodes: dict[tuple[str, ...], dict[str, Any]] = {}
        lists: list[tuple[str, ...]] = []
        for series, value in self.values.items():
            above, metric = series.above, series.metric
            node = nodes.get(above)
            if node is None:
                node = nodes[above] = _made(shapes, above)
                # an instance may itself be named with a #: only the declaration tells a list
                if metric.at.endswith("#"):
                    lists.append(above)
            node[series.last] = bool(value) if metric.unit is Unit.FLAG else value
        for *above_it, name in lists:
            parent = _made(shapes, above_it)
            parent[name] = _as_list(parent[name])
        return shapes

    def wire(self, metrics: Iterable[Metric]) -> dict[str, dict[str, Any]]:
        """The contract's `data` object: every declared field present, null where it is not known.

        A type that failed carries `_error`, one that is not on this machine `_unavailable`, either `_remedy` where a
        command mends it, and each type `_timestamp`; `_missing` gives the reasons for nulls by address.
        """
        shapes = self.by_type()
        stamp = self.moment.isoformat()
        for metric in metrics:
            shape = shapes.setdefault(metric.type, {})
            shape.setdefault("_timestamp", stamp)
            if metric.type not in self.faults:
                complete(shape, metric)
        for type_, fault in self.faults.items():
            shape = shapes.setdefault(type_, {"_timestamp": stamp})
            shape["_error" if fault.here else "_unavailable"] = fault.reason
            if fault.remedy:
                shape["_remedy"] = fault.remedy
        for series, reason in self.missing.items():
            shapes[series.metric.type].setdefault("_missing", {})[str(series)] = reason
        return shapes


def values_of(metrics: Iterable[Metric], shape: Mapping[str, Any]) -> dict[Series, Value]:
    """The values in one type's JSON object, the inverse of `Sample.by_type`; nulls are left out."""
    found: dict[Series, Value] = {}
    for metric in metrics:
        for instance, value in _walk(shape, metric.at.split("."), ""):
            if _fits(metric, value):
                found[metric.of(instance)] = value
        if metric.per and metric.total:
            for _, value in _walk(shape, metric.total.split("."), ""):
                if _fits(metric, value):
                    found[metric.of()] = value
    return found


def _fits(metric: Metric, value: object) -> bool:
    return isinstance(value, str) if metric.kind is Kind.TEXT else isinstance(value, int | float)


def _walk(node: Any, path: list[str], instance: str) -> Iterator[tuple[str, Any]]:
    """Each (instance, leaf) below `node` along a place template."""
    if not path:
        yield instance, node
    elif path[0] == "*" and isinstance(node, Mapping):
        for name, below in node.items():
            yield from _walk(below, path[1:], name)
    elif path[0] == "#" and isinstance(node, list):
        for index, below in enumerate(node):
            yield from _walk(below, path[1:], str(index))
    elif isinstance(node, Mapping) and path[0] in node:
        yield from _walk(node[path[0]], path[1:], instance)


def _made(shapes: dict[str, dict[str, Any]], keys: Iterable[str]) -> dict[str, Any]:
    """The object below these keys, made where there is none."""
    node: dict[str, Any] = shapes
    for key in keys:
        node = node.setdefault(key, {})
    return node


def _as_list(by_index: Mapping[str, Any]) -> list[Any]:
    """{'#0': a, '#2': c} as [a, None, c]: a core that is offline keeps its place."""
    size = max(int(key[1:]) for key in by_index) + 1
    return [by_index.get(f"#{index}") for index in range(size)]


def complete(shape: dict[str, Any], metric: Metric) -> None:
    """Put null at every place of `metric` in its type's JSON object that has no value."""
    for template in filter(None, (metric.at, metric.total)):
        *groups, last = template.split(".")
        nodes: list[Any] = [shape]
        for part in groups:
            if part == "*":
                nodes = [below for node in nodes for below in node.values()]
            else:
                nodes = [node.setdefault(part, [] if last == "#" else {}) for node in nodes]
        if last not in ("*", "#"):
            for node in nodes:
                node.setdefault(last, None)
