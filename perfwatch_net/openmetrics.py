"""The newest sample as OpenMetrics 1.0 text, each family's HELP, TYPE and UNIT from its declaration."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache

from perfwatch_core.metric import Kind, Metric, Series, Value
from perfwatch_core.sample import Sample

CONTENT_TYPE = "application/openmetrics-text; version=1.0.0; charset=utf-8"
_PREFIX = "perfwatch"
# Prometheus wants base units: what a unit becomes, and by which factor.
_BASE = {
    "milliseconds": ("seconds", 1e-3),
    "kibibytes_per_second": ("bytes_per_second", 1024.0),
    "megahertz": ("hertz", 1e6),
    "gigahertz": ("hertz", 1e9),
    "megabits_per_second": ("bytes_per_second", 125_000.0),
}
# Words of a field that the unit says, or that end the samples of other types.
_SAID = frozenset({"per", "sec", "ms", "mhz", "ghz", "mbps", "total", "count"})
_ESCAPES = str.maketrans({"\\": r"\\", '"': r"\"", "\n": r"\n"})


def exposition(sample: Sample, metrics: Iterable[Metric]) -> str:
    """The whole answer to a scrape; what is not known is left out, never 0."""
    by_metric: dict[Metric, list[tuple[Series, Value]]] = {}
    for series, value in sample.values.items():
        by_metric.setdefault(series.metric, []).append((series, value))
    lines: list[str] = []
    for metric in metrics:
        known = by_metric.get(metric, [])
        whole = [(series, value) for series, value in known if not series.instance]
        parts = [(series, value) for series, value in known if series.instance]
        lines += _family(metric, "", whole)
        lines += _family(metric, metric.per or "", parts)
    return "\n".join([*lines, "# EOF", ""])


@cache
def family_name(metric: Metric, per: str) -> str:
    """`perfwatch_network_interface_sent_bytes_per_second`: prefix, type, what it is per, field, unit.

    The unit ends the name, as OpenMetrics demands of a family with a UNIT; a counter's family is without
    `_total`, which its samples carry.
    """
    unit = unit_of(metric)[0].split("_") if metric.unit.word else []
    words = [word for word in _plain(metric.field).split("_") if word not in _SAID]
    words = [word for word in words if word not in unit and word.rstrip("s") not in unit]
    parts = [_PREFIX, metric.type, *([_plain(per)] if per else []), *words]
    if "total" in metric.field.split("_") and metric.kind is not Kind.COUNTER:
        parts.append("size")
    return "_".join([*parts, *unit])


def unit_of(metric: Metric) -> tuple[str, float]:
    """The base unit's word, empty for a pure count, and the factor that brings a value to it."""
    word = "" if metric.kind is Kind.TEXT else metric.unit.word
    return _BASE.get(word, (word, 1.0))


def _family(metric: Metric, per: str, known: list[tuple[Series, Value]]) -> Iterator[str]:
    """The lines of one family, none where it has no samples."""
    if not known:
        return
    name = family_name(metric, per)
    unit, factor = unit_of(metric)
    yield f"# TYPE {name} {_type(metric)}"
    if unit:
        yield f"# UNIT {name} {unit}"
    yield f"# HELP {name} {metric.help.translate(_ESCAPES)}"
    for series, value in known:
        labels = {_plain(per): series.instance} if per else {}
        if metric.kind is Kind.TEXT:
            yield _line(f"{name}_info", {**labels, _plain(metric.field): str(value)}, 1)
        else:
            suffix = "_total" if metric.kind is Kind.COUNTER else ""
            yield _line(
                name + suffix, labels, value if factor == 1 or isinstance(value, str) else _product(value, factor)
            )


def _product(value: float, factor: float) -> str:
    """Twelve digits: there are no more that mean anything."""
    return f"{value * factor:.12g}"


def _plain(name: str) -> str:
    """A name of letters, digits and underscores."""
    return "".join(char if char.isalnum() else "_" for char in name.lower())


def _type(metric: Metric) -> str:
    return {Kind.GAUGE: "gauge", Kind.COUNTER: "counter", Kind.TEXT: "info"}[metric.kind]


def _line(name: str, labels: dict[str, str], value: Value) -> str:
    told = ",".join(f'{label}="{text.translate(_ESCAPES)}"' for label, text in labels.items())
    number = int(value) if isinstance(value, bool) else value
    return f"{name}{{{told}}} {number}" if told else f"{name} {number}"
