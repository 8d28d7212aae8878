"""Ticks and texts of the wall clock, also where it is changed."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from perfwatch_gui import clock
from perfwatch_gui.history.span_bar import days_earlier

HOUR = 3600.0
# Berlin: at 01:00 UTC on 25 October 2026 the clock goes back, on 29 March 2026 forth
BACK = datetime(2026, 10, 25, 1, tzinfo=UTC).timestamp()
FORTH = datetime(2026, 3, 29, 1, tzinfo=UTC).timestamp()


@pytest.fixture
def _berlin(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("TZ", "Europe/Berlin")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.mark.usefixtures("_berlin")
def test_an_hour_that_comes_twice_has_two_ticks_with_their_zones() -> None:
    found = clock.ticks(BACK - 2 * HOUR, BACK + 2 * HOUR, 3600)
    assert [text for _, text in found] == ["01:00 CEST", "02:00 CEST", "02:00 CET", "03:00 CET", "04:00 CET"]
    assert [after - before for (before, _), (after, _) in pairwise(found)] == [HOUR] * 4


@pytest.mark.usefixtures("_berlin")
def test_an_hour_that_never_was_has_no_tick() -> None:
    texts = [text for _, text in clock.ticks(FORTH - HOUR, FORTH + HOUR, 3600)]
    assert texts == ["01:00 CET", "03:00 CEST", "04:00 CEST"]


@pytest.mark.usefixtures("_berlin")
def test_days_begin_at_local_midnight_however_long_they_are() -> None:
    found = clock.ticks(BACK - 40 * HOUR, BACK + 40 * HOUR, clock.DAY)
    assert [text for _, text in found] == ["24 Oct", "25 Oct", "26 Oct"]
    assert [after - before for (before, _), (after, _) in pairwise(found)] == [24 * HOUR, 25 * HOUR]


@pytest.mark.usefixtures("_berlin")
def test_a_span_names_its_zone_and_both_across_a_change() -> None:
    assert clock.span_text(BACK, BACK + HOUR) == "Sun 25 Oct 02:00 – 03:00 CET"
    assert clock.span_text(BACK - HOUR, BACK) == "Sun 25 Oct 02:00 CEST – 02:00 CET"
    assert clock.span_text(BACK, BACK + 300) == "Sun 25 Oct 02:00:00 – 02:05:00 CET"
    assert clock.span_text(BACK - 30 * HOUR, BACK - 2 * HOUR) == "Fri 23 Oct 21:00 – Sun 25 Oct 01:00 CEST"


@pytest.mark.usefixtures("_berlin")
def test_the_day_before_is_the_same_time_on_the_wall() -> None:
    noon = datetime(2026, 10, 25, 11, tzinfo=UTC).timestamp()
    assert noon - days_earlier(noon, 1) == 25 * HOUR
    assert noon - days_earlier(noon, 7) == (7 * 24 + 1) * HOUR


@given(st.floats(0, 4e9), st.floats(1, 4e6), st.sampled_from(clock.STEPS))
def test_ticks_lie_inside_and_in_order(start: float, span: float, step: int) -> None:
    # as many ticks as an axis has
    span = min(span, step * 10)
    moments = [moment for moment, _ in clock.ticks(start, start + span, step)]
    assert moments == sorted(set(moments))
    assert all(start <= moment <= start + span for moment in moments)
