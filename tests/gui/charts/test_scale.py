"""The y axis: it makes room at once, takes it back slowly, and its ticks are round numbers."""

from __future__ import annotations

import itertools
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from perfwatch_core.units import ByteStyle, Unit
from perfwatch_gui.charts.scale import PATIENCE, Scale

RATE = Unit.BYTES_PER_SECOND
amounts = st.floats(0, 1e15, allow_nan=False)


def fitted(unit: Unit, above: float, below: float = 0.0, mirrored: bool = False) -> Scale:
    """A scale that has seen one picture."""
    scale = Scale(unit, mirrored=mirrored)
    scale.fit(above, below, 0.0)
    return scale


@given(amounts, st.sampled_from([RATE, Unit.COUNT, Unit.RATIO, Unit.PERCENT, Unit.BYTES, Unit.MILLISECONDS]))
def test_there_is_room_for_the_greatest_and_not_much_more(greatest: float, unit: Unit) -> None:
    top = fitted(unit, greatest).top
    assert top >= greatest * (1 - 1e-12)
    if greatest > 1 and unit is not Unit.PERCENT:
        # 1023 B of 1024: the next step is 1 KiB, and 600 of them go to 1 MiB
        assert top <= greatest * 2.56


@given(st.lists(st.tuples(amounts, amounts), min_size=1, max_size=30))
def test_nothing_is_ever_outside(pictures: list[tuple[float, float]]) -> None:
    scale = Scale(RATE, mirrored=True)
    for second, (above, below) in enumerate(pictures):
        scale.fit(above, below, float(second))
        assert scale.top >= above * (1 - 1e-12)
        assert scale.bottom >= below * (1 - 1e-12)


def test_it_grows_at_once_and_shrinks_after_a_while() -> None:
    scale = fitted(RATE, 900.0)
    assert scale.top == 1000.0
    assert scale.fit(4.4e6, 0.0, 1.0)
    assert scale.top == 5e6
    assert not scale.fit(900.0, 0.0, 2.0)
    assert not scale.fit(900.0, 0.0, 2.0 + PATIENCE - 0.1)
    assert scale.fit(900.0, 0.0, 2.0 + PATIENCE)
    assert scale.top == 1000.0


def test_patience_begins_anew_when_the_room_was_needed_after_all() -> None:
    scale = fitted(RATE, 4.4e6)
    scale.fit(900.0, 0.0, 10.0)
    scale.fit(4.1e6, 0.0, 20.0)
    assert not scale.fit(900.0, 0.0, 30.0)
    assert not scale.fit(900.0, 0.0, 30.0 + PATIENCE - 0.1)
    assert scale.fit(900.0, 0.0, 30.0 + PATIENCE)


def test_letting_go_answers_at_once() -> None:
    scale = fitted(RATE, 4.4e6)
    scale.let_go()
    assert scale.reach > 0, "it may be painted before the next fit"
    assert scale.fit(900.0, 0.0, 0.0)
    assert scale.top == 1000.0
    scale.let_go()
    assert scale.grow(20.0, 0.0)
    assert scale.top == 20.0


def test_percent_holds_still_unless_it_must_not() -> None:
    assert fitted(Unit.PERCENT, 0.0).top == fitted(Unit.PERCENT, 3.0).top == fitted(Unit.PERCENT, 100.0).top == 100.0
    assert fitted(Unit.PERCENT, 130.0).top == 200.0
    # shares that are mostly a few percent have a smaller axis, which grows like any other
    misses = Scale(Unit.PERCENT, least=10.0)
    assert misses.top == 10.0
    misses.fit(18.0, 0.0, now=0.0)
    assert misses.top == 20.0


def test_a_least_top_keeps_noise_small() -> None:
    scale = Scale(RATE, least=1000.0)
    scale.fit(3.0, 0.0, 0.0)
    assert scale.top == 1000.0


def test_a_ceiling_is_the_top_even_if_a_little_more_is_stacked() -> None:
    scale = Scale(Unit.BYTES)
    scale.ceiling = 15.6 * 2**30
    for greatest in (2**30, 15.6 * 2**30, 16.5 * 2**30):
        scale.fit(greatest, 0.0, 0.0)
        assert scale.top == 15.6 * 2**30
    assert [tick.text for tick in scale.ticks(140, 13)] == ["0", "5", "10", "15"]
    assert scale.symbol == "GiB"
    scale.fit(32 * 2**30, 0.0, 0.0)
    assert scale.top >= 32 * 2**30


@pytest.mark.parametrize(
    ("above", "below", "top", "bottom"),
    [(4e6, 0.9e6, 5e6, 1e6), (4e6, 1.2e6, 5e6, 2.5e6), (4e6, 3e6, 5e6, 5e6), (1e3, 9e6, 2e6, 1e7), (0, 0, 1.0, 0.2)],
)
def test_a_mirrored_axis_gives_each_side_what_it_needs(above: float, below: float, top: float, bottom: float) -> None:
    scale = fitted(RATE, above, below, mirrored=True)
    assert (scale.top, scale.bottom, scale.reach) == (top, bottom, top + bottom)


@given(amounts, amounts, st.booleans(), st.floats(20, 1200), st.sampled_from(list(Unit)))
def test_ticks_are_few_round_and_in_order(
    above: float, below: float, mirrored: bool, height: float, unit: Unit
) -> None:
    scale = fitted(unit, above, below, mirrored)
    ticks = scale.ticks(height, 12.0)
    values = [tick.value for tick in ticks]
    assert 0.0 in values
    assert values == sorted(set(values))
    assert -scale.bottom * 1.000001 <= values[0]
    assert values[-1] <= scale.top * 1.000001
    assert 2 <= len(ticks) <= max(3, 2 + height / 12.0 / 2.8)
    assert all(float(tick.text) >= 0 for tick in ticks)
    steps = [later - earlier for earlier, later in itertools.pairwise(values)]
    assert all(math.isclose(step, steps[0], rel_tol=1e-6) for step in steps)


@pytest.mark.parametrize(
    ("unit", "greatest", "texts", "symbol"),
    [
        (Unit.PERCENT, 23.0, ["0", "25", "50", "75", "100"], "%"),
        (RATE, 4.4e6, ["0", "1", "2", "3", "4", "5"], "MB/s"),
        (RATE, 180_000.0, ["0", "50", "100", "150", "200"], "kB/s"),
        (Unit.RATIO, 0.9, ["0", "0.2", "0.4", "0.6", "0.8", "1.0"], ""),
        (Unit.PAGES_PER_SECOND, 88_000.0, ["0", "20", "40", "60", "80", "100"], "k pages/s"),
    ],
)
def test_what_stands_beside_the_axis(unit: Unit, greatest: float, texts: list[str], symbol: str) -> None:
    scale = fitted(unit, greatest)
    assert [tick.text for tick in scale.ticks(200, 12)] == texts
    assert scale.symbol == symbol


def test_a_low_chart_has_fewer_ticks() -> None:
    scale = fitted(Unit.PERCENT, 23.0)
    assert [tick.text for tick in scale.ticks(70, 12)] == ["0", "50", "100"]
    assert [tick.text for tick in scale.ticks(30, 12)] == ["0", "100"]


def test_bytes_can_be_counted_in_either_style() -> None:
    scale = Scale(Unit.BYTES, style=ByteStyle.DECIMAL)
    scale.fit(7.9e9, 0.0, 0.0)
    assert (scale.top, scale.symbol) == (1e10, "GB")
    scale.style = ByteStyle.BINARY
    scale.let_go()
    scale.fit(7.9e9, 0.0, 0.0)
    assert (scale.top, scale.symbol) == (10 * 2**30, "GiB")
