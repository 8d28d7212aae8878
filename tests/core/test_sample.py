"""A sample, its JSON shape and the way back."""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from perfwatch_core.collectors import CATALOGUE
from perfwatch_core.metric import Kind, Metric, Series, Value
from perfwatch_core.sample import Fault, Sample, values_of
from perfwatch_core.units import Unit

NAMES = st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1)
NUMBERS = st.integers(-(2**53), 2**53) | st.floats(allow_nan=False, allow_infinity=False)
CORE = CATALOGUE.metric("cpu.per_core")
USAGE = CATALOGUE.metric("cpu.usage_percent")
RECEIVED = CATALOGUE.metric("network.bytes_recv_per_sec")
UP = CATALOGUE.metric("network.is_up")
SWAP = CATALOGUE.metric("memory.swap_percent")


@st.composite
def values(draw: st.DrawFn) -> dict[Series, Value]:
    """Some values of some metrics of the catalogue, with any names of instances."""
    found: dict[Series, Value] = {}
    for metric in draw(st.lists(st.sampled_from(list(CATALOGUE)), max_size=12)):
        found[metric.of(draw(_instances(metric)))] = draw(_raws(metric))
    return found


def _instances(metric: Metric) -> st.SearchStrategy[str]:
    if metric.at.endswith("#"):
        return st.integers(0, 300).map(str)
    if not metric.per:
        return st.just("")
    return NAMES | st.just("") if metric.total else NAMES


def _raws(metric: Metric) -> st.SearchStrategy[Value]:
    if metric.kind is Kind.TEXT:
        return st.text()
    return st.booleans() if metric.unit is Unit.FLAG else NUMBERS


def sample(
    values_: dict[Series, Value],
    missing: dict[Series, str] | None = None,
    faults: dict[str, Fault] | None = None,
) -> Sample:
    """A sample of these values at a known moment."""
    return Sample(7, 1_763_980_200.25, 5.0, values_, missing or {}, faults or {})


@given(values())
def test_what_goes_over_the_wire_comes_back(given_: dict[Series, Value]) -> None:
    wire = json.loads(json.dumps(sample(given_).wire(CATALOGUE)))
    back: dict[Series, Value] = {}
    for type_, shape in wire.items():
        back.update(values_of(CATALOGUE.of_type(type_), shape))
    assert back == given_


@given(values())
def test_every_declared_field_is_on_the_wire(given_: dict[Series, Value]) -> None:
    wire = sample(given_).wire(CATALOGUE)
    assert tuple(sorted(wire)) == tuple(sorted(CATALOGUE.types))
    for metric in CATALOGUE:
        for place in filter(None, (metric.at, metric.total)):
            assert place.split(".")[0] in wire[metric.type], metric.key


def test_a_core_that_is_offline_keeps_its_place() -> None:
    shape = sample({CORE.of("0"): 5, CORE.of("3"): 7.5}).wire(CATALOGUE)["cpu"]
    assert shape["per_core"] == [5, None, None, 7.5]
    assert shape["frequency_mhz"] == []


def test_what_is_not_known_is_null_with_its_reason() -> None:
    one = sample({}, missing={SWAP.of(): "this machine has no swap space"})
    shape = one.wire(CATALOGUE)["memory"]
    assert shape["swap_percent"] is None
    assert shape["_missing"] == {"memory.swap_percent": "this machine has no swap space"}
    assert one.why(SWAP.of()) == "this machine has no swap space"
    assert one.number_of(SWAP.of()) is None


def test_every_instance_has_every_field() -> None:
    shape = sample({RECEIVED.of("eth0"): 1, UP.of("eth0"): 1}).wire(CATALOGUE)["network"]
    assert shape["interfaces"]["eth0"]["bytes_recv_per_sec"] == 1
    assert shape["interfaces"]["eth0"]["is_up"] is True
    assert shape["interfaces"]["eth0"]["speed_mbps"] is None
    assert shape["bytes_recv_per_sec"] is None
    assert shape["connections"] == {
        "tcp": {"established": None, "time_wait": None, "close_wait": None, "listen": None},
        "udp": {"count": None},
    }


def test_a_type_that_failed_and_one_that_is_not_here() -> None:
    faults = {"cpu": Fault("it broke", remedy="mend cpu"), "pressure": Fault("no PSI", here=False)}
    one = sample({USAGE.of(): 3}, faults=faults)
    wire = one.wire(CATALOGUE)
    assert (wire["cpu"]["_error"], wire["cpu"]["_remedy"]) == ("it broke", "mend cpu")
    assert "_remedy" not in wire["pressure"]
    assert wire["pressure"]["_unavailable"] == "no PSI"
    assert wire["cpu"]["_timestamp"] == wire["pressure"]["_timestamp"] == "2025-11-24T10:30:00.250000+00:00"
    assert one.why(CATALOGUE.metric("pressure.cpu_some_percent").of()) == "no PSI"


def test_a_series_without_a_reason_has_that_of_its_metric() -> None:
    heat = CATALOGUE.metric("cpu.temperature_celsius")
    one = sample({}, missing={heat.of(): "no sensor"})
    assert one.why(heat.of("Core 0")) == "no sensor"
    assert one.why(USAGE.of()) == ""


def test_numbers_of_a_sample() -> None:
    fstype = CATALOGUE.metric("disk.fstype").of("/")
    one = sample({USAGE.of(): 3, UP.of("eth0"): True, fstype: "ext4"})
    assert one.number_of(USAGE.of()) == 3.0
    assert one.number_of(UP.of("eth0")) == 1.0
    assert one.number_of(fstype) is None


def test_what_does_not_fit_is_left_out() -> None:
    shape = {"usage_percent": "much", "per_core": {"0": 1}, "load_avg": 3, "user": None, "frequency_mhz": [None, 800]}
    found = values_of(CATALOGUE.of_type("cpu"), shape)
    assert {str(series): value for series, value in found.items()} == {"cpu.frequency_mhz[1]": 800}
