"""Moments as people write them, with clocks that change."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from perfwatch_core.spans import BadTime, moment_of, span_between, span_of

BERLIN = ZoneInfo("Europe/Berlin")
NOW = datetime(2026, 3, 29, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("now", NOW),
        ("-2h", NOW - timedelta(hours=2)),
        ("now-90s", NOW - timedelta(seconds=90)),
        ("-1.5d", NOW - timedelta(hours=36)),
        ("today", datetime(2026, 3, 28, 23, tzinfo=UTC)),
        ("yesterday", datetime(2026, 3, 27, 23, tzinfo=UTC)),
        ("2026-03-29T12:00", datetime(2026, 3, 29, 10, tzinfo=UTC)),
        ("2026-03-29", datetime(2026, 3, 28, 23, tzinfo=UTC)),
        ("2026-03-29T12:00+00:00", NOW),
        ("2026-03-29T12:00Z", NOW),
    ],
)
def test_moments_are_understood(text: str, moment: datetime) -> None:
    """Without a zone they are local, also on the day the clocks are put forward."""
    assert moment_of(text, NOW, BERLIN) == moment


def test_the_day_of_the_change_has_23_hours() -> None:
    """From local midnight to local midnight."""
    assert span_of("today", "tomorrow", NOW, BERLIN).length == timedelta(hours=23)


@pytest.mark.parametrize("text", ["", "soon", "-2y", "2026-13-01", "-", "12:00..", "-999999w", "²"])
def test_nonsense_is_refused_with_what_is_accepted(text: str) -> None:
    """One sentence."""
    with pytest.raises(BadTime, match=r"-2h.*yesterday"):
        moment_of(text, NOW, BERLIN)


def test_a_span_ends_after_it_begins() -> None:
    """And is written FROM..TO."""
    assert span_between("-2h..-1h", NOW).length == timedelta(hours=1)
    with pytest.raises(BadTime, match="earlier moment first"):
        span_between("-1h..-2h", NOW)
    with pytest.raises(BadTime, match=r"FROM\.\.TO"):
        span_between("-1h", NOW)


@given(st.text(max_size=12))
def test_whatever_is_written_is_understood_or_refused(text: str) -> None:
    """Never anything else."""
    try:
        found = moment_of(text, NOW, BERLIN)
    except BadTime:
        return
    assert found.tzinfo is not None
