"""The scrape read by the parser of Prometheus' own client: names, types, units, and labels that would do harm."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from perfwatch_core.collectors import CATALOGUE
from perfwatch_core.metric import Kind, Metric, Series, Value
from perfwatch_core.sample import Sample
from perfwatch_core.units import Unit
from perfwatch_net.openmetrics import exposition, family_name, unit_of
from tests.net.hostile import NAMES
from tests.net.scraped import scraped


def sample_of(values: Mapping[Series, Value]) -> Sample:
    return Sample(1, 1_800_000_000.0, 5.0, values)


def families(sample: Sample) -> dict[str, Any]:
    return scraped(exposition(sample, CATALOGUE))


def value_for(metric: Metric) -> Value:
    return "ext4" if metric.kind is Kind.TEXT else True if metric.unit is Unit.FLAG else 42.5


def everything() -> Sample:
    """A value for every declared metric: of two instances where it has any, and their sum."""
    values: dict[Series, Value] = {}
    for metric in CATALOGUE:
        for instance in ("0", "1") if metric.per else ("",):
            values[metric.of(instance)] = value_for(metric)
        if metric.per and metric.total:
            values[metric.of()] = value_for(metric)
    return sample_of(values)


def test_every_metric_has_a_family_with_its_help_type_and_unit() -> None:
    found = families(everything())
    for metric in CATALOGUE:
        family = found[family_name(metric, metric.per or "")]
        assert family.documentation == metric.help
        assert family.type == {Kind.GAUGE: "gauge", Kind.COUNTER: "counter", Kind.TEXT: "info"}[metric.kind]
        assert family.unit == unit_of(metric)[0]
        assert len(family.samples) == (2 if metric.per else 1)


def test_no_two_metrics_share_a_family_and_names_are_as_they_should_be() -> None:
    pers = {metric: {metric.per or ""} | ({""} if metric.total else set()) for metric in CATALOGUE}
    names = [family_name(metric, per) for metric in CATALOGUE for per in pers[metric]]
    assert len(names) == len(set(names))
    for name in names:
        assert name.startswith("perfwatch_")
        assert not name.endswith(("_total", "_info", "_count", "_sum"))
        assert re.fullmatch(r"[a-z]+(_[a-z0-9]+)+", name)


def test_counters_count_and_gauges_do_not() -> None:
    for family in families(everything()).values():
        for one in family.samples:
            assert one.name.endswith("_total") == (family.type == "counter")


@pytest.mark.parametrize(
    ("address", "value", "name", "told"),
    [
        ("self.late_ms", 1.5, "perfwatch_self_late_seconds", 0.0015),
        ("cpu.frequency_mhz[3]", 2400.0, "perfwatch_cpu_core_frequency_hertz", 2.4e9),
        ("memory_bandwidth.pgpgin_per_sec", 2.0, "perfwatch_memory_bandwidth_pgpgin_bytes_per_second", 2048.0),
        ("network.speed_mbps[eth0]", 1000, "perfwatch_network_interface_speed_bytes_per_second", 125e6),
        ("perf_events.ghz", 3.5, "perfwatch_perf_events_hertz", 3.5e9),
        ("memory.total_bytes", 2**40 + 1, "perfwatch_memory_size_bytes", 2**40 + 1),
    ],
)
def test_units_are_base_units(address: str, value: float, name: str, told: float) -> None:
    """As `promtool check metrics` wants them."""
    family = families(sample_of({CATALOGUE.series(address): value}))[name]
    assert [one.value for one in family.samples] == [pytest.approx(told, rel=1e-12)]
    for unit in ("milli", "kibi", "mega", "giga", "_ms", "_mhz"):
        assert unit not in name


def test_what_is_not_known_is_left_out_and_never_zero() -> None:
    assert families(sample_of({})) == {}
    assert exposition(sample_of({}), CATALOGUE) == "# EOF\n"
    found = families(sample_of({CATALOGUE.series("cpu.usage_percent"): 0.0}))
    assert list(found) == ["perfwatch_cpu_usage_percent"]


@pytest.mark.parametrize("name", NAMES)
def test_a_hostile_name_is_a_label_and_nothing_else(name: str) -> None:
    wanted: dict[Series, Value] = {
        CATALOGUE.metric("network.bytes_recv_per_sec").of(name): 1.0,
        CATALOGUE.metric("disk.fstype").of(name): name,
        CATALOGUE.metric("disk.usage_percent").of(name): 2.0,
        CATALOGUE.metric("cpu.usage_percent").of(): 3.0,
    }
    found = families(sample_of(wanted))
    assert len(found) == 4
    labels = [one.labels for family in found.values() for one in family.samples]
    assert {"interface": name} in labels
    assert {"partition": name} in labels
    assert {"partition": name, "fstype": name} in labels


@given(st.dictionaries(st.text(st.characters(exclude_categories=["Cs"]), min_size=1), st.floats(allow_nan=False)))
def test_any_name_and_number_survive(values: dict[str, float]) -> None:
    metric = CATALOGUE.metric("network.bytes_recv_per_sec")
    found = families(sample_of({metric.of(name): value for name, value in values.items()}))
    samples = [one for family in found.values() for one in family.samples]
    assert {one.labels["interface"]: one.value for one in samples} == values
