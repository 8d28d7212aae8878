"""What a metric is, declared once at the head of its collector, and the one address a number has."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Iterable, Iterator
from enum import Enum, StrEnum
from weakref import WeakValueDictionary

from perfwatch_core.units import Unit

Value = float | int | str | bool
# Instances come and go, as the interfaces of containers do: of each metric so many at most are kept that none uses, or
# as many as are in use.
_MOST_RECENT = 256


class Kind(StrEnum):
    """What a value in a sample is: a level, a running total since boot, or words."""

    GAUGE = "gauge"
    COUNTER = "counter"
    TEXT = "text"


class Rule(Enum):
    """How `rates.py` makes a sample's value from what a collector read."""

    AS_IS = "the number as the kernel says it"
    QUOTIENT = "a pair read at one moment: first / second"
    PER_SECOND = "a counter: its change over the true interval in seconds"
    CHANGE_RATIO = "a pair of counters: change of the first / change of the second"


@dataclasses.dataclass(frozen=True, eq=False)
class Metric:
    """One declaration; axes, hover texts, JSON, CSV, OpenMetrics and METRICS.md are derived from it.

    `at` is the place in the JSON object of its type, `*` standing for the instance in an object and `#` for the
    instance as a list index; without `at` it is the field, or `field.*` with `per`. `total` is the place of the sum
    over all instances, None where a sum has no meaning. `most` is the largest value there can be: where two clocks
    are compared, the last digits would go beyond it. `plain` says that a whole number as read is the value, `paced`
    that its change over time is, and `decimals` how many digits after the point one keeps.
    """

    type: str
    field: str
    unit: Unit
    help: str
    kind: Kind = Kind.GAUGE
    per: str | None = None
    rule: Rule = Rule.AS_IS
    scale: float = 1.0
    at: str = ""
    total: str | None = None
    most: float = math.inf
    plain: bool = dataclasses.field(init=False, repr=False, default=False)
    paced: bool = dataclasses.field(init=False, repr=False, default=False)
    decimals: int = dataclasses.field(init=False, repr=False, default=0)
    _room: int = dataclasses.field(init=False, repr=False, default=_MOST_RECENT)
    _recent: dict[str, Series] = dataclasses.field(init=False, default_factory=dict, repr=False)
    _each: tuple[tuple[str, ...], tuple[Series, ...]] = dataclasses.field(init=False, repr=False, default=((), ()))
    _series: WeakValueDictionary[str, Series] = dataclasses.field(default_factory=WeakValueDictionary, repr=False)

    def __post_init__(self) -> None:
        if not self.at:
            object.__setattr__(self, "at", f"{self.field}.*" if self.per else self.field)
        plain = self.rule is Rule.AS_IS and self.scale == 1.0 and self.kind is not Kind.TEXT
        object.__setattr__(self, "plain", plain)
        object.__setattr__(self, "paced", self.rule is Rule.PER_SECOND and self.kind is not Kind.TEXT)
        object.__setattr__(self, "decimals", self.unit.decimals)

    @property
    def key(self) -> str:
        """`type.field`, the address without an instance."""
        return f"{self.type}.{self.field}"

    def of(self, instance: str = "") -> Series:
        """The series of one instance; the empty instance is the machine as a whole."""
        series = self._recent.get(instance)
        if series is None:
            series = self._series.get(instance) or self._series.setdefault(instance, Series(self, instance))
            if len(self._recent) >= self._room:
                self._recent.clear()
                # those that are left are in use: a machine may have thousands, which come again at each sample
                object.__setattr__(self, "_room", max(_MOST_RECENT, 2 * len(self._series)))
            self._recent[instance] = series
        return series

    def of_each(self, instances: tuple[str, ...]) -> tuple[Series, ...]:
        """The series of these instances, in their order; asked for the same ones again, at once."""
        known, series = self._each
        if known != instances:
            series = tuple(map(self.of, instances))
            object.__setattr__(self, "_each", (instances, series))
        return series

    def place(self, instance: str) -> tuple[str, ...]:
        """The keys that lead to an instance's value in the JSON object of its type."""
        if self.per and not instance and self.total:
            return tuple(self.total.split("."))
        return tuple(
            instance if part == "*" else f"#{instance}" if part == "#" else part for part in self.at.split(".")
        )


class Series:
    """A metric of one instance; made only by `Metric.of`, so identity is equality.

    In the JSON object of its type it stands under `last` of what lies at `above`, which begins with the type.
    """

    __slots__ = ("__weakref__", "above", "instance", "last", "metric")

    def __init__(self, metric: Metric, instance: str) -> None:
        self.metric = metric
        self.instance = instance
        *above, self.last = metric.place(instance)
        self.above = (metric.type, *above)

    def __str__(self) -> str:
        return f"{self.metric.key}[{self.instance}]" if self.instance else self.metric.key

    def __repr__(self) -> str:
        return f"<Series {self}>"


class UnknownSeries(ValueError):
    """An address that names no declared metric."""


class Catalogue:
    """All declared metrics of a program, by type and by `type.field`."""

    def __init__(self, metrics: Iterable[Metric]) -> None:
        self._by_key: dict[str, Metric] = {}
        self._by_type: dict[str, list[Metric]] = {}
        for metric in metrics:
            if metric.key in self._by_key:
                raise ValueError(f"{metric.key} is declared twice")
            self._by_key[metric.key] = metric
            self._by_type.setdefault(metric.type, []).append(metric)

    def __iter__(self) -> Iterator[Metric]:
        return iter(self._by_key.values())

    @property
    def types(self) -> tuple[str, ...]:
        """The metric types in their declared order."""
        return tuple(self._by_type)

    def of_type(self, type_: str) -> tuple[Metric, ...]:
        """The metrics of one type, none for an unknown type."""
        return tuple(self._by_type.get(type_, ()))

    def metric(self, key: str) -> Metric:
        """The metric at `type.field`; `UnknownSeries` says which are near where there is none."""
        try:
            return self._by_key[key]
        except KeyError:
            raise UnknownSeries(
                f"{key!r} is not a metric; 'perfwatch once' lists those of this machine, METRICS.md all"
            ) from None

    def series(self, address: str) -> Series:
        """The series printed as `type.field` or `type.field[instance]`; the inverse of `str(series)`."""
        key, bracket, rest = address.partition("[")
        if bracket and not rest.endswith("]"):
            raise UnknownSeries(f"{address!r} lacks the closing ']' of its instance")
        return self.metric(key).of(rest[:-1])
