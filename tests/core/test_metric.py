"""Declarations, addresses and places."""

from __future__ import annotations

import gc
import weakref

import pytest
from hypothesis import given
from hypothesis import strategies as st

from perfwatch_core.collectors import CATALOGUE, build
from perfwatch_core.collectors.machine import Machine
from perfwatch_core.metric import Catalogue, Kind, Metric, UnknownSeries
from perfwatch_core.settings import Settings
from perfwatch_core.units import Unit
from perfwatch_core.vitals import Vitals

RATE = Metric("net", "rate", Unit.BYTES_PER_SECOND, "x", per="interface", at="interfaces.*.rate", total="rate")
CORE = Metric("cpu", "per_core", Unit.PERCENT, "x", per="core", at="per_core.#")
LOAD = Metric("cpu", "load", Unit.LOAD, "x", per="period")
NAMES = st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1)


@given(st.sampled_from(list(CATALOGUE)), NAMES)
def test_an_address_leads_back_to_its_series(metric: Metric, instance: str) -> None:
    series = metric.of(instance if metric.per else "")
    assert CATALOGUE.series(str(series)) is series


def test_addresses_read_as_the_contract_writes_them() -> None:
    assert str(CATALOGUE.metric("cpu.per_core").of("3")) == "cpu.per_core[3]"
    assert str(CATALOGUE.metric("network.bytes_recv_per_sec").of()) == "network.bytes_recv_per_sec"
    assert str(CATALOGUE.metric("disk.usage_percent").of("/home")) == "disk.usage_percent[/home]"
    assert repr(LOAD.of("1m")) == "<Series cpu.load[1m]>"


@pytest.mark.parametrize("address", ["cpu", "cpu.usage", "cpu.usage_percent.x", "", "[x]"])
def test_an_address_of_nothing_is_refused(address: str) -> None:
    with pytest.raises(UnknownSeries, match="is not a metric"):
        CATALOGUE.series(address)


def test_an_address_without_its_bracket_is_refused() -> None:
    with pytest.raises(UnknownSeries, match="closing"):
        CATALOGUE.series("cpu.per_core[3")


def test_places_in_the_object() -> None:
    assert RATE.place("eth0") == ("interfaces", "eth0", "rate")
    assert RATE.place("") == ("rate",)
    assert CORE.place("3") == ("per_core", "#3")
    assert LOAD.place("1m") == ("load", "1m")
    # a dot in a name is no step
    assert RATE.place("eth0.100") == ("interfaces", "eth0.100", "rate")


def test_a_series_exists_once_and_not_much_longer_than_it_is_used() -> None:
    series = LOAD.of("5m")
    assert LOAD.of("5m") is series
    kept = weakref.ref(series)
    for number in range(1000):
        LOAD.of(f"veth{number}")
    assert LOAD.of("5m") is series
    del series
    for number in range(1000):
        LOAD.of(f"veth{number}")
    gc.collect()
    assert kept() is None


def test_a_metric_is_declared_once() -> None:
    with pytest.raises(ValueError, match=r"cpu\.load is declared twice"):
        Catalogue([LOAD, LOAD])


def test_a_catalogue_by_type() -> None:
    catalogue = Catalogue([RATE, CORE, LOAD])
    assert catalogue.types == ("net", "cpu")
    assert catalogue.of_type("cpu") == (CORE, LOAD)
    assert catalogue.of_type("none") == ()
    assert list(catalogue) == [RATE, CORE, LOAD]


def test_the_catalogue_has_the_types_of_the_contract_in_its_order() -> None:
    order = ("cpu", "memory", "network", "disk", "perf_events", "memory_bandwidth", "pressure", "self")
    assert CATALOGUE.types == order
    collectors = build(Machine(), Vitals(), Settings())
    assert tuple(collector.type for collector in collectors) == order
    assert [metric for collector in collectors for metric in collector.metrics] == list(CATALOGUE)


FIELDS = {
    "cpu": """usage_percent per_core user system idle nice iowait irq softirq steal frequency_mhz temperature_celsius
        load_avg context_switches_per_sec interrupts_per_sec""",
    "memory": """usage_percent total_bytes available_bytes used_bytes free_bytes cached_bytes buffers_bytes shared_bytes
        swap_total_bytes swap_used_bytes swap_free_bytes swap_percent hugepages_total hugepages_free
        hugepages_reserved""",
    "network": """bytes_sent_per_sec bytes_recv_per_sec packets_sent_per_sec packets_recv_per_sec errors_in errors_out
        drops_in drops_out interfaces connections""",
    "disk": "read_bytes_per_sec write_bytes_per_sec read_iops write_iops devices partitions",
    "memory_bandwidth": """pgpgin_per_sec pgpgout_per_sec pswpin_per_sec pswpout_per_sec page_io_bytes_per_sec
        swap_io_bytes_per_sec pgfault_per_sec pgmajfault_per_sec""",
    "pressure": "cpu_some_percent memory_some_percent memory_full_percent io_some_percent io_full_percent",
    "self": "cpu_percent rss_bytes collect_ms late_ms missed dropped queued clients",
}


@pytest.mark.parametrize("type_", FIELDS)
def test_a_type_has_exactly_the_fields_of_the_contract(type_: str) -> None:
    places = {place.split(".")[0] for one in CATALOGUE.of_type(type_) for place in (one.at, one.total or one.at)}
    assert places == set(FIELDS[type_].split())


def test_every_metric_says_what_it_is() -> None:
    for metric in CATALOGUE:
        assert metric.help.endswith("."), metric.key
        assert metric.help[0].isupper(), metric.key
        assert (metric.unit is Unit.TEXT) == (metric.kind is Kind.TEXT), metric.key
