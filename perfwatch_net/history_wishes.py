"""What may be asked of the past: the parameters of the history endpoints, and the spans they name."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Annotated, Literal, NamedTuple

import msgspec

from perfwatch_core.spans import BadTime, Span, span_of
from perfwatch_net.wire import INVALID_PARAMS, RpcError

Interval = Literal["auto", "raw", "5s", "1m", "5m", "1h"]
WIDTHS = {"5s": 5, "1m": 60, "5m": 300, "1h": 3600}
Limit = Annotated[int, msgspec.Meta(ge=1, le=10_000)]
_LENGTHS = {"hour": timedelta(hours=1), "day": timedelta(days=1), "week": timedelta(weeks=1)}
_AGO = {"yesterday": timedelta(days=1), "last_week": timedelta(weeks=1)}
# In a query `+` means a space, and whoever writes a zone by hand forgets it.
_LOST_PLUS = re.compile(r"(T\d\d:?\d\d\S*) (\d\d:?\d\d)$")


class MetricsWish(msgspec.Struct, forbid_unknown_fields=True):
    """A metric type in a span of time; times are ISO 8601, or relative such as `-2h` and `now`."""

    metric_type: str
    start_time: str = "-1h"
    end_time: str = "now"
    interval: Interval = "auto"
    limit: Limit = 1000


class SpansWish(msgspec.Struct, forbid_unknown_fields=True):
    """Two spans: the last hour, day or week beside the same of a day or week ago, or any two of equal length.

    The spans are `start_time_1` to `end_time_1`, and `start_time_2` to `end_time_2` to compare with.
    """

    period: Literal["hour", "day", "week"] | None = None
    compare_to: Literal["yesterday", "last_week"] | None = None
    start_time_1: str | None = None
    end_time_1: str | None = None
    start_time_2: str | None = None
    end_time_2: str | None = None


class CompareWish(SpansWish, kw_only=True):
    """A metric type in two spans; `series` names the number whose averages are told."""

    metric_type: str
    series: str | None = None
    interval: Interval = "auto"
    limit: Limit = 1000


class ChangesWish(SpansWish, kw_only=True):
    """Two spans, and perhaps the one metric type to look at."""

    metric_type: str | None = None
    limit: Limit = 1000


class Spans(NamedTuple):
    """Two spans of equal length, and the words they were asked for by."""

    period: str
    compare_to: str
    current: Span
    comparison: Span


def span(start: str, end: str, now: datetime | None = None) -> Span:
    """The span between two moments as a program or a person wrote them; RpcError says what is wrong."""
    try:
        return span_of(_LOST_PLUS.sub(r"\1+\2", start), _LOST_PLUS.sub(r"\1+\2", end), now or datetime.now(UTC))
    except BadTime as bad:
        raise RpcError(INVALID_PARAMS, str(bad)) from None


def spans(wish: SpansWish, now: datetime | None = None) -> Spans:
    """The two spans of a wish; RpcError where it names none, both ways at once, or two of unequal length."""
    now = now or datetime.now(UTC)
    times = (wish.start_time_1, wish.end_time_1, wish.start_time_2, wish.end_time_2)
    if wish.period is None and wish.compare_to is None:
        return _given(times, now)
    if any(time is not None for time in times):
        raise RpcError(INVALID_PARAMS, "give either period and compare_to, or four times, not both")
    period, compare_to = wish.period or "hour", wish.compare_to or "yesterday"
    current = Span(now - _LENGTHS[period], now)
    return Spans(period, compare_to, current, current.moved(-_AGO[compare_to]))


def _given(times: tuple[str | None, ...], now: datetime) -> Spans:
    first, first_end, second, second_end = times
    if first is None or first_end is None or second is None or second_end is None:
        raise RpcError(
            INVALID_PARAMS,
            "give period=hour|day|week and compare_to=yesterday|last_week,"
            " or start_time_1, end_time_1, start_time_2 and end_time_2",
        )
    current, comparison = span(first, first_end, now), span(second, second_end, now)
    if current.length != comparison.length:
        raise RpcError(
            INVALID_PARAMS,
            f"the first span lasts {current.length} and the second {comparison.length}; give two of equal length",
        )
    return Spans("custom", "custom", current, comparison)
