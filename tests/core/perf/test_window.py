"""Counts of several intervals taken together: true time, only what was counted, and nothing that is not there."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from perfwatch_core.collectors.perf.counts import Count
from perfwatch_core.collectors.perf.lines import Row, State
from perfwatch_core.collectors.perf.output import Interval
from perfwatch_core.collectors.perf.window import Window, window_of

Said = dict[str, float | None]


def interval(seconds: float | None, counts: Said, percent: float = 100.0, place: str = "") -> Interval:
    """What was counted in one interval; None was not counted."""
    rows = tuple(
        Row(place, "", event, State.NOT_COUNTED, None, 0.0)
        if value is None
        else Row(place, "", event, State.OK if percent == 100.0 else State.SCALED, value, percent)
        for event, value in counts.items()
    )
    return Interval(1.0, seconds, rows)


def window(*intervals: Interval) -> Window:
    found = window_of(intervals)
    assert found is not None
    return found


def test_a_rate_goes_by_the_true_time() -> None:
    assert window(interval(2.5, {"page-faults": 10.0})).rates == {"page-faults": Count(State.OK, 4.0, 100.0)}


def test_processor_milliseconds_become_processors() -> None:
    assert window(interval(0.5, {"cpu-clock": 1000.0})).rates["cpu-clock"].value == 2.0


def test_an_interval_that_was_not_counted_shortens_the_time_and_the_share() -> None:
    found = window(interval(1.0, {"cycles": 10.0}, 50.0), interval(3.0, {"cycles": None}))
    assert found.rates["cycles"] == Count(State.SCALED, 10.0, 12.5)


def test_what_was_counted_in_no_interval_has_no_rate() -> None:
    assert window(interval(1.0, {"cycles": None})).rates["cycles"] == Count(State.NOT_COUNTED, None, 0.0)


def test_a_line_left_out_is_like_one_that_says_not_counted() -> None:
    found = window(interval(1.0, {"cycles": 4.0, "branches": 1.0}), interval(1.0, {"branches": 1.0}))
    assert found.rates["cycles"] == Count(State.SCALED, 4.0, 50.0)


def test_an_interval_of_unknown_length_says_nothing() -> None:
    assert window_of([interval(None, {"cycles": 4.0})]) is None
    assert window_of([]) is None
    found = window(interval(None, {"cycles": 4.0}), interval(2.0, {"cycles": 4.0}))
    assert found.rates["cycles"].value == 2.0


def test_a_ratio_is_of_intervals_that_counted_both() -> None:
    both = interval(1.0, {"instructions": 30.0, "cycles": 20.0})
    one = interval(1.0, {"instructions": 1000.0, "cycles": None})
    assert window(both, one).ratios["ipc"] == 1.5
    assert "ipc" not in window(one).ratios


def test_a_ratio_over_nothing_is_unknown_and_one_of_nothing_is_nought() -> None:
    idle = {"branch-misses": 0.0, "branches": 0.0, "instructions": 100.0}
    found = window(interval(1.0, {**idle, "cycles": 0.0}))
    assert "branch_miss_percent" not in found.ratios
    assert "ipc" not in found.ratios
    assert found.ratios["branch_mpki"] == 0.0


def test_each_core_only_where_perf_told_them_apart() -> None:
    rows = (
        *interval(1.0, {"instructions": 30.0, "cycles": 20.0}, place="0").rows,
        *interval(1.0, {"instructions": 30.0, "cycles": None}, place="1").rows,
        *interval(1.0, {"instructions": 30.0, "cycles": 0.0}, place="2").rows,
        *interval(1.0, {"instructions": 30.0, "cycles": 60.0}, place="10").rows,
    )
    assert window(Interval(1.0, 1.0, rows)).core_ipc == {"0": 1.5, "10": 0.5}
    assert window(interval(1.0, {"instructions": 30.0, "cycles": 20.0})).core_ipc == {}
    assert window(interval(1.0, {"instructions": 30.0, "cycles": 20.0}, place="S0-D0-C0")).core_ipc == {}


counts = st.one_of(st.none(), st.integers(0, 10**15).map(float))
lengths = st.one_of(st.none(), st.floats(1e-3, 1e4))


@given(st.lists(st.tuples(lengths, counts, counts), max_size=8))
def test_rates_and_ratios_are_those_of_the_sums(said: list[tuple[float | None, float | None, float | None]]) -> None:
    found = window_of([interval(seconds, {"instructions": one, "cycles": two}) for seconds, one, two in said])
    timed = [(seconds, one, two) for seconds, one, two in said if seconds is not None]
    if not timed:
        assert found is None
        return
    assert found is not None
    ran = [(seconds, two) for seconds, _, two in timed if two is not None]
    expected = sum(two for _, two in ran) / sum(seconds for seconds, _ in ran) if ran else None
    assert found.rates["cycles"].value == (expected if expected is None else pytest.approx(expected))
    both = [(one, two) for _, one, two in timed if one is not None and two is not None]
    bottom = sum(two for _, two in both)
    if bottom:
        assert found.ratios["ipc"] == pytest.approx(sum(one for one, _ in both) / bottom)
    else:
        assert "ipc" not in found.ratios


@given(st.lists(st.tuples(st.floats(1e-3, 1e4), st.floats(0, 100)), min_size=1, max_size=8))
def test_a_share_of_the_time_stays_between_none_and_all(said: list[tuple[float, float]]) -> None:
    found = window(*(interval(seconds, {"cycles": 1.0}, percent) for seconds, percent in said))
    percent = found.rates["cycles"].percent
    assert percent is not None
    assert min(share for _, share in said) - 1e-6 <= percent <= max(share for _, share in said) + 1e-6
