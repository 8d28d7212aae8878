"""Two readings become values; what cannot be known is a gap with its reason."""

from __future__ import annotations

import math

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from perfwatch_core.collector import Column, Missing, Raw, Reading
from perfwatch_core.metric import Kind, Metric, Rule, Series, Value
from perfwatch_core.rates import FIRST, NOTHING, RESET, derive
from perfwatch_core.units import Unit

LEVEL = Metric("t", "level", Unit.CELSIUS, "x")
COUNT = Metric("t", "count", Unit.COUNT, "x")
SCALED = Metric("t", "scaled", Unit.COUNT, "x", scale=512)
WORDS = Metric("t", "words", Unit.TEXT, "x", kind=Kind.TEXT)
FLAG = Metric("t", "flag", Unit.FLAG, "x")
SPEED = Metric("t", "speed", Unit.BYTES_PER_SECOND, "x", rule=Rule.PER_SECOND, scale=512)
BUSY = Metric("t", "busy", Unit.PERCENT, "x", rule=Rule.PER_SECOND, scale=100, most=100)
SHARE = Metric("t", "share", Unit.PERCENT, "x", rule=Rule.CHANGE_RATIO, scale=100)
FULL = Metric("t", "full", Unit.PERCENT, "x", rule=Rule.QUOTIENT, scale=100)
EACH = Metric("t", "each", Unit.COUNT, "x", per="thing", rule=Rule.PER_SECOND, at="things.*.each", total="each")
PAIR = Metric("t", "pair", Unit.MILLISECONDS, "x", per="thing", rule=Rule.CHANGE_RATIO, at="things.*.pair")
SUM = Metric("t", "sum", Unit.COUNT, "x", kind=Kind.COUNTER, per="thing", at="things.*.sum", total="sum")
COUNTS = st.integers(0, 2**64)


def reading(at: float, facts: dict[Series, Raw]) -> Reading:
    """A reading of these at a moment."""
    return Reading("t", at, facts)


def one(metric: Metric, now: Raw, earlier: Raw | None = None, seconds: float = 2.0) -> Value | str:
    """The value of one metric, or the reason there is none."""
    series = metric.of()
    before = None if earlier is None else reading(10.0, {series: earlier})
    values, missing = derive(before, reading(10.0 + seconds, {series: now}))
    assert len(values) + len(missing) == 1
    return values[series] if series in values else f"missing: {missing[series]}"


def test_levels_are_as_they_are_said_with_the_digits_of_their_unit() -> None:
    assert one(LEVEL, 41.26) == 41.3
    assert one(COUNT, 2**63) == 2**63
    assert one(SCALED, 3) == 1536
    assert one(WORDS, "ext4") == "ext4"
    assert one(FLAG, True) is True
    assert isinstance(one(LEVEL, 41.0), int)


def test_a_quotient_needs_one_reading() -> None:
    assert one(FULL, (1, 3)) == 33.33
    assert one(FULL, (0, 0)) == f"missing: {NOTHING}"


def test_a_rate_is_the_change_over_the_true_interval() -> None:
    assert one(SPEED, 1010, 1000, seconds=2.0) == 2560
    assert one(SPEED, 1010, 1000, seconds=2.5) == 2048
    assert one(SPEED, 1000, 1000) == 0


def test_a_share_is_a_change_of_a_change() -> None:
    assert one(SHARE, (150, 1100), (100, 1000)) == 50
    assert one(SHARE, (100, 1000), (100, 1000)) == f"missing: {NOTHING}"
    assert one(SHARE, (90, 1100), (100, 1000)) == f"missing: {RESET}"
    assert one(SHARE, (90, 900), (100, 1000)) == f"missing: {RESET}"


@pytest.mark.parametrize("metric", [SPEED, SHARE])
def test_the_first_reading_gives_no_change(metric: Metric) -> None:
    raw: Raw = (1, 2) if metric is SHARE else 1
    assert one(metric, raw) == f"missing: {FIRST}"
    assert one(metric, raw, Missing("it was away")) == f"missing: {FIRST}"


def test_a_counter_that_fell_is_a_gap() -> None:
    assert one(SPEED, 999, 1000) == f"missing: {RESET}"


def test_no_time_gives_no_rate() -> None:
    assert one(SPEED, 1000, 1000, seconds=0.0) == f"missing: {FIRST}"


def test_a_reason_comes_through() -> None:
    assert one(SPEED, Missing("the sensor sleeps"), 1000) == "missing: the sensor sleeps"


def test_what_has_a_largest_value_never_exceeds_it() -> None:
    assert one(BUSY, 3.01, 1.0) == 100


@pytest.mark.parametrize("odd", [math.nan, math.inf, -math.inf])
def test_what_is_no_number_is_not_known(odd: float) -> None:
    assert str(one(LEVEL, odd)).startswith("missing")


@pytest.mark.parametrize(("metric", "raw"), [(SHARE, 3), (FULL, 3), (LEVEL, (1, 2)), (SPEED, (1, 2))])
def test_what_does_not_fit_its_rule_is_not_known(metric: Metric, raw: Raw) -> None:
    assert str(one(metric, raw, raw)).startswith("missing")


@given(COUNTS, st.integers(0, 2**40), st.floats(0.1, 100))
def test_a_rate_times_the_interval_is_the_change(start: int, change: int, seconds: float) -> None:
    metric = Metric("t", "rate", Unit.RATIO, "x", rule=Rule.PER_SECOND)
    rate = one(metric, start + change, start, seconds)
    assert isinstance(rate, int | float)
    # four decimals, and the digits that the difference of two moments loses
    assert rate * seconds == pytest.approx(change, rel=1e-9, abs=0.001 * seconds)


@given(st.tuples(COUNTS, COUNTS), st.tuples(COUNTS, COUNTS), st.floats(0, 10))
def test_whatever_is_read_there_is_a_value_or_a_reason(now: tuple[int, int], past: tuple[int, int], gap: float) -> None:
    for metric, raw, earlier in ((SPEED, now[0], past[0]), (SHARE, now, past), (FULL, now, past)):
        value = one(metric, raw, earlier, gap)
        assert value != ""
        if isinstance(value, int | float):
            assert value >= 0
            assert math.isfinite(value)


@given(st.dictionaries(st.sampled_from("abcdef"), st.tuples(st.integers(0, 10**6), st.integers(0, 10**6)), min_size=1))
def test_a_sum_is_that_of_its_parts(things: dict[str, tuple[int, int]]) -> None:
    before = reading(1.0, {EACH.of(name): start for name, (start, _) in things.items()})
    after = reading(2.0, {EACH.of(name): start + change for name, (start, change) in things.items()})
    values, missing = derive(before, after)
    assert values[EACH.of()] == sum(change for _, change in things.values())
    assert not missing


@given(st.permutations(["old", "new", "reset", "away"]), st.sets(st.sampled_from(["old", "new", "reset", "away"])))
def test_a_sum_of_parts_in_any_order(order: list[str], there: set[str]) -> None:
    assume(there)
    raws: dict[str, tuple[Raw | None, Raw]] = {
        "old": (10, 15), "new": (None, 900), "reset": (100, 1), "away": (5, Missing("it is away")),
    }  # fmt: skip
    names = [name for name in order if name in there]
    earlier = {EACH.of(name): raw for name in names if (raw := raws[name][0]) is not None}
    values, missing = derive(reading(1.0, earlier), reading(2.0, {EACH.of(name): raws[name][1] for name in names}))
    if "reset" in there:
        assert missing[EACH.of()] == RESET
    elif "old" in there:
        assert values[EACH.of()] == 5
    else:
        # a sum of nothing known is not known, and says why
        assert EACH.of() not in values
        assert missing[EACH.of()] == (FIRST if "new" in there else "it is away")


def test_totals_are_summed_too() -> None:
    values, _ = derive(None, reading(1.0, {SUM.of("a"): 2, SUM.of("b"): 3}))
    assert values[SUM.of()] == 5


_PAIRS = st.tuples(st.integers(0, 99), st.integers(0, 99))
_THINGS = st.dictionaries(st.sampled_from("abcdef"), _PAIRS, min_size=1)


def _columns(at: float, things: dict[str, tuple[int, int]]) -> Reading:
    """A reading of three metrics of some things, told at once."""
    names = tuple(things)
    firsts = [first for first, _ in things.values()]
    told = (Column(EACH, names, firsts), Column(SUM, names, firsts), Column(PAIR, names, list(things.values())))
    return Reading("t", at, columns={column.metric: column for column in told})


@given(st.none() | _THINGS, _THINGS, st.sampled_from([0.0, 0.5, 3.0]))
def test_what_is_told_of_many_at_once_means_what_it_means_one_by_one(
    earlier: dict[str, tuple[int, int]] | None, now: dict[str, tuple[int, int]], seconds: float
) -> None:
    before = None if earlier is None else _columns(1.0, earlier)
    after = _columns(1.0 + seconds, now)
    singly = [one and Reading("t", one.at, one.everything()) for one in (before, after)]
    assert singly[1] is not None
    assert derive(before, after) == derive(singly[0], singly[1])
