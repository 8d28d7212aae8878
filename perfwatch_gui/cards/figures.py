"""From a sample to the texts of a card: which instance is shown, how it is written, and why it is not there."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from heapq import nsmallest

from perfwatch_core.layout import Figure, Pick, Table
from perfwatch_core.metric import Catalogue, Metric, Series, Value
from perfwatch_core.sample import Sample
from perfwatch_core.units import NOT_AVAILABLE, ByteStyle, text

_NO_REASON = "this machine does not say"


@dataclass(frozen=True, slots=True)
class Shown:
    """A text for the screen; `known` False means N/A, and then `why` has the reason and how to mend it.

    A `doubtful` one is a guess, and `why` says so.
    """

    text: str
    known: bool = True
    why: str = ""
    doubtful: bool = False


class Snapshot:
    """One sample, with its series sorted by metric so that cards need not search it."""

    def __init__(self, sample: Sample, style: ByteStyle) -> None:
        self.sample = sample
        self.style = style
        self._by_instance: dict[Metric, Mapping[str, Value]] = {}

    @cached_property
    def _by_metric(self) -> Mapping[Metric, tuple[Series, ...]]:
        return _sorted(tuple(self.sample.values))

    @cached_property
    def _missing(self) -> dict[Metric, set[str]]:
        sorted_: dict[Metric, set[str]] = {}
        for series in self.sample.missing:
            if series.instance:
                sorted_.setdefault(series.metric, set()).add(series.instance)
        return sorted_

    def instances(self, metric: Metric) -> Mapping[str, Value]:
        """The metric's known values by instance, in the order of the sample."""
        found = self._by_instance.get(metric)
        if found is None:
            values = self.sample.values
            found = {series.instance: values[series] for series in self._by_metric.get(metric, ())}
            self._by_instance[metric] = found
        return found

    def names(self, metric: Metric) -> set[str]:
        """The metric's instances, also those whose value is not known: one without a rate yet is there all the same."""
        return {*self.instances(metric), *self._missing.get(metric, ())}

    def why(self, series: Series) -> str:
        """The reason a series has no value, and how to mend it where that is known."""
        reason = self.sample.why(series) or _NO_REASON
        fault = self.sample.faults.get(series.metric.type)
        return f"{reason}\nMend it with: {fault.remedy}" if fault and fault.remedy else reason

    def shown(self, series: Series) -> Shown:
        """The value of one series as a text."""
        value = self.sample.values.get(series)
        if value is None:
            return Shown(NOT_AVAILABLE, False, self.why(series))
        return Shown(text(value, series.metric.unit, self.style))

    def figure(self, figure: Figure, catalogue: Catalogue) -> Shown:
        """What a figure shows: the value at its address, or the greatest of its instances."""
        series = catalogue.series(figure.address)
        if figure.pick is Pick.WHOLE:
            return self.doubted(self.shown(series), figure.doubtful, figure.least, catalogue)
        greatest = _greatest(self.instances(series.metric))
        if not greatest:
            return Shown(NOT_AVAILABLE, False, self.why(series))
        said = text(self.instances(series.metric)[greatest], series.metric.unit, self.style)
        return Shown(f"{said} {greatest}" if figure.named else said)

    def doubted(self, shown: Shown, addresses: Iterable[str], least: float, catalogue: Catalogue) -> Shown:
        """What is shown, marked as a guess where one of the percentages at these addresses is under the least."""
        shares = [self.sample.number_of(catalogue.series(address)) for address in addresses]
        low = min((share for share in shares if share is not None), default=least)
        if not shown.known or low >= least:
            return shown
        why = f"A guess: it was counted for {low:.0f} % of the time, and under {least:.0f} % that is too little."
        return replace(shown, why=why, doubtful=True)

    def rows(self, table: Table, catalogue: Catalogue) -> tuple[str, ...]:
        """The names of a table's rows: as declared, or the instances its first column has."""
        if table.rows:
            return table.rows
        return self.in_order(catalogue.series(table.columns[0].address).metric)

    def in_order(self, metric: Metric) -> tuple[str, ...]:
        """The metric's instances by their names or numbers."""
        return _ordered(frozenset(self.names(metric)))

    def busiest(self, table: Table, most: int, catalogue: Catalogue) -> list[str]:
        """So many of the table's rows, those with most of the first two columns first."""
        busy = dict.fromkeys(self.rows(table, catalogue), 0.0)
        for column in table.columns[:2]:
            for row, value in self.instances(catalogue.series(column.address).metric).items():
                if row in busy and not isinstance(value, str):
                    busy[row] += value
        return nsmallest(most, busy, key=lambda row: (-busy[row], row))


# Which series there are differs from sample to sample only where something comes or goes; the newest and a past one.
@lru_cache(maxsize=2)
def _sorted(series: tuple[Series, ...]) -> Mapping[Metric, tuple[Series, ...]]:
    """Those that are of an instance, by their metric."""
    found: dict[Metric, list[Series]] = {}
    for one in series:
        if one.instance:
            found.setdefault(one.metric, []).append(one)
    return {metric: tuple(ones) for metric, ones in found.items()}


@lru_cache(maxsize=16)
def _ordered(names: frozenset[str]) -> tuple[str, ...]:
    return tuple(sorted(names, key=in_numbers))


def in_numbers(name: str) -> tuple[int, str]:
    """Orders 10 after 9."""
    return (int(name) if name.isdecimal() else 0, name)


def _greatest(instances: Mapping[str, Value]) -> str:
    """The instance with the greatest number, the first of equals; empty where there is none."""
    numbers = {name: float(value) for name, value in instances.items() if not isinstance(value, str)}
    return max(numbers, key=lambda name: numbers[name]) if numbers else ""
