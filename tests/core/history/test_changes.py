"""What changed comes first; chance, ties and slow drifts do not."""

from __future__ import annotations

import itertools
import math
import random
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from perfwatch_core.changes import SURE, changes
from perfwatch_core.metric import Catalogue, Metric
from perfwatch_core.store import blocks
from perfwatch_core.store.compared import changed, resolution
from perfwatch_core.store.link import Link
from perfwatch_core.units import Unit
from tests.simulated_store import Store

_values = st.lists(st.integers(-3, 3).map(float) | st.floats(-1e6, 1e6), min_size=1, max_size=20)


@given(_values, _values)
def test_the_effect_is_cliffs_delta(a: list[float], b: list[float]) -> None:
    """By its definition: pairs above less pairs below; and it turns round with the spans."""
    pairs = [(two > one) - (two < one) for one, two in itertools.product(a, b)]
    found = changes({"x": a}, {"x": b}).ranked[0]
    assert found.effect == pytest.approx(sum(pairs) / len(pairs), abs=1e-12)
    back = changes({"x": b}, {"x": a}).ranked[0]
    assert back.effect == pytest.approx(-found.effect, abs=1e-12)
    assert back.chance == pytest.approx(found.chance)
    assert 0 <= found.chance <= 1


def _walk(draw: random.Random, count: int, alike: float) -> list[float]:
    """A process whose neighbours correlate by `alike`."""
    value, found = draw.gauss(0, 1 / math.sqrt(1 - alike**2)), []
    for _ in range(count):
        value = alike * value + draw.gauss(0, 1)
        found.append(value)
    return found


@pytest.mark.parametrize("alike", [0.0, 0.6, 0.8])
def test_without_a_change_little_is_found(alike: float) -> None:
    """Also among series whose samples resemble their neighbours, where a plain test finds hundreds."""
    draw = random.Random(5)
    spans = [{number: _walk(draw, 60, alike) for number in range(1000)} for _ in range(2)]
    assert sum(one.chance <= SURE for one in changes(*spans).ranked) <= 10


def test_what_changed_comes_first() -> None:
    """A jump among noise, a step between constants; a constant that stays is last."""
    draw = random.Random(6)
    a = {f"noise{number}": _walk(draw, 60, 0.5) for number in range(500)} | {"same": [4.0] * 60, "step": [1.0] * 60}
    b = {f"noise{number}": _walk(draw, 60, 0.5) for number in range(500)} | {"same": [4.0] * 60, "step": [2.0] * 60}
    b["noise7"] = [one + 8 for one in b["noise7"]]
    found = changes(a, b).ranked
    assert {one.series for one in found[:2]} == {"step", "noise7"}
    assert all(one.chance <= SURE for one in found[:2])
    same = next(one for one in found if one.series == "same")
    assert (same.effect, same.chance, same.percent) == (0.0, 1.0, 0.0)


def test_appeared_and_vanished_stand_apart() -> None:
    """Nothing can be compared with nothing."""
    found = changes({"a": [1.0], "both": [1.0]}, {"b": [1.0], "both": [1.0]})
    assert (found.appeared, found.vanished, [one.series for one in found.ranked]) == (["b"], ["a"], ["both"])


def test_two_hours_of_a_store(link: Link, machine_id: int) -> None:
    """Night against day: load is among what changed; spans of unequal length are refused."""
    day = datetime(2026, 1, 5, tzinfo=UTC)
    Store(link, machine_id, interval=15.0, distinct=1).fill(day, 1)
    usage = Metric("cpu", "usage_percent", Unit.PERCENT, "")
    steal = Metric("cpu", "steal", Unit.PERCENT, "")
    night = (day + timedelta(hours=4), day + timedelta(hours=5))
    noon = (day + timedelta(hours=16), day + timedelta(hours=17))
    found = changed(link, machine_id, Catalogue([usage, steal]), night, noon)
    assert [str(one.series) for one in found.ranked] == ["cpu.usage_percent", "cpu.steal"]
    assert found.ranked[0].effect > 0.5
    assert found.ranked[0].chance <= SURE
    with pytest.raises(ValueError, match="equal length"):
        changed(link, machine_id, Catalogue([usage]), night, (noon[0], noon[1] + timedelta(hours=1)))


def test_half_days_by_five_minutes_are_as_by_samples(
    link: Link, machine_id: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Blocks of whole five-minute sums have the means of their samples: the same ranking, a hundredth unpacked."""
    day = datetime(2026, 1, 5, tzinfo=UTC)
    Store(link, machine_id, interval=15.0, distinct=1).fill(day, 1)
    usage = Metric("cpu", "usage_percent", Unit.PERCENT, "")
    halves = (day, day + timedelta(hours=12)), (day + timedelta(hours=12), day + timedelta(hours=24))
    by_sums = changed(link, machine_id, Catalogue([usage]), *halves).ranked[0]
    monkeypatch.setattr(blocks, "SAMPLES_SPAN", timedelta(hours=24))
    by_samples = changed(link, machine_id, Catalogue([usage]), *halves).ranked[0]
    assert (resolution(timedelta(hours=6)), resolution(timedelta(hours=12))) == ("raw", "5m")
    assert by_sums.mean_a == pytest.approx(by_samples.mean_a, rel=1e-9)
    assert (by_sums.effect, by_sums.chance) == pytest.approx((by_samples.effect, by_samples.chance), rel=1e-6)
