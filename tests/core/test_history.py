"""Rings and pyramid: nothing is lost by thinning, nothing is made up over gaps, and memory has an end."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from perfwatch_core.history import History, Window
from perfwatch_core.history.pyramid import LEVELS, SLACK
from perfwatch_core.metric import Catalogue, Kind, Metric, Series, Value
from perfwatch_core.sample import Sample
from perfwatch_core.units import Unit

USED = Metric("memory", "used_bytes", Unit.BYTES, "used")
FREE = Metric("memory", "free_bytes", Unit.BYTES, "free")
CORE = Metric("cpu", "per_core", Unit.PERCENT, "busy", per="core", at="per_core.#")
MODEL = Metric("cpu", "model", Unit.TEXT, "its name", kind=Kind.TEXT)
CATALOGUE = Catalogue([USED, FREE, CORE, MODEL])
BEGIN = 1_795_000_000.0

numbers = st.floats(-1e12, 1e12, allow_nan=False)
known_or_not = st.one_of(numbers, st.none())


def sample(moment: float, interval: float | None = 1.0, **values: Value | None) -> Sample:
    """A sample `moment` seconds after the beginning; `used` and `free` by name."""
    metrics = {"used": USED, "free": FREE}
    held = {metrics[name].of(): value for name, value in values.items() if value is not None}
    return Sample(int(moment) + 1, BEGIN + moment, interval, held)


def filled(values: list[float | None], capacity: int = 3600) -> History:
    """A history of `used`, one sample a second."""
    history = History(CATALOGUE, ["memory.used_bytes"], capacity)
    for second, value in enumerate(values):
        history.add(sample(second, used=value))
    return history


def everything(history: History, points: int, series: Series | None = None) -> Window:
    """All there is of `used`, thinned to so many points."""
    return history.window(series or USED.of(), BEGIN - 1, BEGIN + 1e6, points)


def as_nan(values: list[float | None]) -> list[float]:
    """Unknown values as they are drawn."""
    return [math.nan if value is None else value for value in values]


@given(st.lists(known_or_not, min_size=1, max_size=200))
def test_unthinned_values_are_as_they_came(values: list[float | None]) -> None:
    window = everything(filled(values), points=1000)
    np.testing.assert_array_equal(window.last, as_nan(values))
    assert window.low is window.high is window.last
    assert window.times.tolist() == [BEGIN + second for second in range(len(values))]


@given(st.lists(known_or_not, min_size=1, max_size=400), st.integers(1, 60))
def test_thinning_keeps_extremes_and_the_newest_value(values: list[float | None], points: int) -> None:
    window = everything(filled(values), points)
    known = [value for value in values if value is not None]
    assert len(window.times) <= max(points + 1, -(-len(values) >> LEVELS) + 1)
    assert np.fmin.reduce(window.low, initial=math.inf) == min(known, default=math.inf)
    assert np.fmax.reduce(window.high, initial=-math.inf) == max(known, default=-math.inf)
    np.testing.assert_array_equal(window.last[-1:], as_nan(values[-1:]))
    assert np.all(np.diff(window.times) > 0)


@given(st.lists(numbers, min_size=140, max_size=300), st.integers(4, 30), st.integers(1, 9))
def test_bins_stay_what_they_are_as_time_goes_on(values: list[float], points: int, step: int) -> None:
    history = filled(list(values))

    def bins(end: int) -> dict[float, tuple[float, float]]:
        window = history.window(USED.of(), BEGIN + end - 100, BEGIN + end, points)
        return {time: (low, high) for time, low, high in zip(*window[:3], strict=True)}

    before, after = bins(120), bins(120 + step)
    # the last of each ends with its window
    full = before.keys() - {max(before)}
    scrolled_out = [time for time in full if time < min(after)]
    assert all(after[time] == before[time] for time in full.difference(scrolled_out))
    assert len(scrolled_out) <= step


@given(st.data())
def test_a_window_covers_what_it_was_asked_for(data: st.DataObject) -> None:
    values = data.draw(st.lists(numbers, min_size=2, max_size=200))
    start = data.draw(st.integers(0, len(values) - 2))
    end = data.draw(st.integers(start, len(values) - 1))
    window = filled(list(values)).window(USED.of(), BEGIN + start, BEGIN + end, points=1000)
    # with one neighbour on either side, so that a line reaches both edges
    np.testing.assert_array_equal(window.last, values[max(0, start - 1) : end + 2])


@given(st.lists(st.tuples(numbers, numbers), min_size=1, max_size=2600), st.integers(1, 400))
def test_memory_has_an_end_and_the_newest_are_kept(rows: list[tuple[float, float]], points: int) -> None:
    history = History(CATALOGUE, ["memory.used_bytes"], capacity=1000)
    empty = history.nbytes
    repeated = rows * (1 + 3000 // len(rows))
    for second, (used, _) in enumerate(repeated):
        history.add(sample(second, used=used))
    assert history.nbytes == empty
    assert 1000 <= len(history) <= 1000 + 2 * SLACK
    kept = [used for used, _ in repeated][-len(history) :]
    window = everything(history, points)
    assert (np.fmin.reduce(window.low), np.fmax.reduce(window.high)) == (min(kept), max(kept))


@pytest.mark.parametrize("before", range(90, 107))
def test_a_stretch_nobody_speaks_for_is_a_gap_at_every_zoom(before: int) -> None:
    history = History(CATALOGUE, ["memory.used_bytes"])
    for second in (*range(before), *range(400, 500)):
        history.add(sample(second, used=float(second)))
    for points in (1000, 50, 20, 5):
        window = everything(history, points)
        seconds = window.times - BEGIN
        # the last before the gap, the gap, and then only what came after it
        gap = int(np.flatnonzero(np.isnan(window.low)).item())
        assert (seconds[gap - 1], window.high[gap - 1], seconds[gap]) == (before - 1, before - 1, 399)
        assert np.all(window.low[gap + 1 :] >= 400)
    assert history.value(USED.of(), BEGIN + 398.9) is None


def test_a_first_sample_after_others_breaks_the_line() -> None:
    history = filled([1.0, 2.0])
    history.add(sample(2.2, interval=None, used=3.0))
    np.testing.assert_array_equal(everything(history, 100).last, [1.0, 2.0, math.nan, 3.0])


def test_a_longer_interval_is_no_gap() -> None:
    history = filled([1.0, 2.0])
    history.add(sample(11, interval=10.0, used=3.0))
    np.testing.assert_array_equal(everything(history, 100).last, [1.0, 2.0, 3.0])


def test_a_clock_set_back_takes_the_future_away() -> None:
    history = filled([float(second) for second in range(100)])
    history.add(sample(49.5, used=-1.0))
    history.add(sample(50.5, used=-2.0))
    window = everything(history, 10)
    assert (np.fmin.reduce(window.low), np.fmax.reduce(window.high)) == (-2.0, 49.0)
    assert np.all(np.diff(window.times) > 0)
    np.testing.assert_array_equal(everything(history, 1000).last[-3:], [49.0, -1.0, -2.0])


def test_without_addresses_the_machines_own_numbers_are_kept() -> None:
    history = History(CATALOGUE)
    values: dict[Series, Value] = {USED.of(): 5, CORE.of("0"): 30.0, MODEL.of(): "a processor", CORE.of(): 40.0}
    history.add(Sample(1, BEGIN, None, values))
    assert set(history.series) == {USED.of(), CORE.of()}
    assert history.value(USED.of(), BEGIN) == 5.0


def test_what_vanishes_is_forgotten_and_its_place_used_again() -> None:
    history = History(CATALOGUE, capacity=SLACK)
    history.add(sample(0, used=1.0))
    size = history.nbytes
    for second in range(1, 2 * SLACK + 1):
        history.add(sample(second))
    assert list(history.series) == []
    history.add(sample(2 * SLACK + 1, free=7.0))
    assert history.series == (FREE.of(),)
    assert history.nbytes == size
    assert everything(history, 5000, USED.of()).times.size == 0
    known = everything(history, 5000, FREE.of()).last
    assert known[-1] == 7.0
    assert np.isnan(known[:-1]).all()


def test_series_that_come_later_are_unknown_before() -> None:
    history = History(CATALOGUE)
    for second in range(10):
        history.add(sample(second, used=1.0))
    history.add(sample(10, used=1.0, free=2.0))
    np.testing.assert_array_equal(everything(history, 100, FREE.of()).last, [math.nan] * 10 + [2.0])
    np.testing.assert_array_equal(everything(history, 100, USED.of()).last, [1.0] * 11)


@pytest.mark.parametrize(
    ("asked", "nearest"), [(-0.4, 0), (0.49, 0), (0.51, 1), (2.4, 2), (-0.6, None), (2.6, None), (1e6, None)]
)
def test_the_nearest_moment(asked: float, nearest: int | None) -> None:
    history = filled([10.0, 11.0, 12.0])
    moment = history.moment_near(BEGIN + asked)
    assert moment == (None if nearest is None else BEGIN + nearest)
    assert history.value(USED.of(), BEGIN + asked) == (None if nearest is None else 10.0 + nearest)


def test_nothing_is_known_of_an_empty_history_or_another_series() -> None:
    history = History(CATALOGUE, ["memory.used_bytes"])
    assert history.moment_near(BEGIN) is None
    assert everything(history, 10).times.size == 0
    history.add(sample(0, used=1.0))
    assert history.value(FREE.of(), BEGIN) is None
    assert everything(history, 10, FREE.of()).times.size == 0


def test_the_size_for_the_dashboard_is_as_promised() -> None:
    names = [Metric("cpu", f"m{place}", Unit.PERCENT, "one of 26") for place in range(26)]
    history = History(Catalogue(names), [metric.key for metric in names])
    assert history.nbytes < 3.3e6
