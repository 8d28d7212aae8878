"""Samples to store: a small catalogue with every shape a metric can have, and whatever values may come."""

from __future__ import annotations

from collections.abc import Iterator

from hypothesis import strategies as st

from perfwatch_core.metric import Catalogue, Kind, Metric, Series, Value
from perfwatch_core.sample import Sample
from perfwatch_core.units import Unit

USAGE = Metric("cpu", "usage_percent", Unit.PERCENT, "Busy.")
PER_CORE = Metric("cpu", "per_core", Unit.PERCENT, "Busy, each.", per="core", at="per_core.#")
HEAT = Metric("cpu", "temperature_celsius", Unit.CELSIUS, "Heat.", per="sensor")
RECEIVED = Metric(
    "network",
    "bytes_recv_per_sec",
    Unit.BYTES_PER_SECOND,
    "Received.",
    per="interface",
    at="interfaces.*.bytes_recv_per_sec",
    total="bytes_recv_per_sec",
)
IS_UP = Metric("network", "is_up", Unit.FLAG, "Up.", per="interface", at="interfaces.*.is_up")
FSTYPE = Metric("disk", "fstype", Unit.TEXT, "Kind.", kind=Kind.TEXT, per="partition", at="partitions.*.fstype")
TOTAL = Metric("memory", "total_bytes", Unit.BYTES, "All.")
CATALOGUE = Catalogue([USAGE, PER_CORE, HEAT, RECEIVED, IS_UP, FSTYPE, TOTAL])

# 2026-01-01 00:00:00 UTC
BEGIN = 1_767_225_600.0

_letters = st.characters(exclude_categories=["Cs"], exclude_characters="\0#")
_names = st.text(_letters, min_size=1, max_size=6)
_floats = st.floats(allow_nan=False, allow_infinity=False, width=32).map(lambda value: value + 0.0)
_whole = st.integers(-(2**53), 2**53)


def sample(number: int, usage: float = 12.5, step: float = 5.0) -> Sample:
    """A plain sample, `step` seconds after the one before."""
    values: dict[Series, Value] = {
        USAGE.of(): usage,
        PER_CORE.of("0"): usage,
        PER_CORE.of("1"): float(number),
        RECEIVED.of(): number,
        RECEIVED.of("eth0"): number,
        IS_UP.of("eth0"): True,
        FSTYPE.of("/"): "ext4",
        TOTAL.of(): 1 << 34,
    }
    return Sample(number, BEGIN + number * step, step, values)


def numbered(count: int, first: int = 1, step: float = 5.0) -> Iterator[Sample]:
    """So many plain samples, one after another."""
    return (sample(number, step=step) for number in range(first, first + count))


@st.composite
def value_sets(draw: st.DrawFn) -> dict[Series, Value]:
    """Values for some of the series, of the kinds they have."""
    found: dict[Series, Value] = {}
    if draw(st.booleans()):
        found[USAGE.of()] = draw(_floats)
    for core, value in enumerate(draw(st.lists(st.none() | _floats, max_size=4))):
        if value is not None:
            found[PER_CORE.of(str(core))] = value
    for name, heat in draw(st.dictionaries(_names, _floats, max_size=2)).items():
        found[HEAT.of(name)] = heat
    for name, (rate, up) in draw(st.dictionaries(_names, st.tuples(_whole, st.booleans()), max_size=2)).items():
        found[RECEIVED.of(name)] = rate
        found[IS_UP.of(name)] = up
    for name, kind in draw(st.dictionaries(_names, _names, max_size=2)).items():
        found[FSTYPE.of(name)] = kind
    if draw(st.booleans()):
        found[TOTAL.of()] = draw(_whole)
    return found


@st.composite
def sample_lists(draw: st.DrawFn, max_size: int = 8) -> list[Sample]:
    """A run of samples; the clock may also stand still, go back or leap ahead."""
    steps = st.one_of(st.just(5.0), st.sampled_from([0.0, -7.0, 0.000001, 400.0]))
    time = BEGIN
    found = []
    for number in range(1, draw(st.integers(1, max_size)) + 1):
        interval = draw(st.none() | st.integers(1, 60_000).map(lambda ms: ms / 1000))
        found.append(Sample(number, round(time, 6), interval, draw(value_sets())))
        time += draw(steps)
    return found
