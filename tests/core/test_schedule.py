"""When samples are due: on an absolute schedule, where what is late shifts nothing."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from perfwatch_core.sampler import following


def test_ticks_lie_on_an_absolute_schedule() -> None:
    assert following(100.0, 5.0, 100.3) == (105.0, 0)
    assert following(100.0, 5.0, 104.999) == (105.0, 0)


def test_a_late_tick_shifts_nothing_and_is_counted() -> None:
    # those due at 105 and 110 are skipped, not made up for
    assert following(100.0, 5.0, 112.0) == (115.0, 2)


@given(st.floats(0, 1e6), st.floats(0.5, 60), st.floats(0, 1e4))
def test_the_next_tick_is_ahead_and_a_whole_number_of_intervals_away(due: float, interval: float, took: float) -> None:
    after, skipped = following(due, interval, due + took)
    assert after == pytest.approx(due + (skipped + 1) * interval)
    assert after >= due + took - 1e-6
    assert after - interval <= due + max(took, interval) + 1e-6
