"""Where meaning is made: two readings of one type become the values of a sample."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import cast

from perfwatch_core.collector import Column, Missing, Raw, Reading
from perfwatch_core.metric import Kind, Metric, Rule, Series, Value

FIRST = "needs a second reading"
RESET = "its counter started again"
NOTHING = "nothing happened in this interval"
NOT_A_NUMBER = Missing("not a number")
_NEW, _FELL = Missing(FIRST), Missing(RESET)


def derive(before: Reading | None, after: Reading) -> tuple[dict[Series, Value], dict[Series, str]]:
    """Values and reasons for absent ones.

    Counters that are new, fell, or have no earlier reading give no value: a gap, never a spike.
    """
    values: dict[Series, Value] = {}
    missing: dict[Series, str] = {}
    earlier: Mapping[Series, Raw] = before.facts if before else {}
    elapsed = after.at - before.at if before else 0.0
    sums = _take_columns(before.columns if before else {}, after.columns, elapsed, values, missing)
    unknown: dict[Metric, Missing] = {}
    for series, raw in after.facts.items():
        metric = series.metric
        value: Value | Missing
        if isinstance(raw, str) or (type(raw) is int and metric.plain):
            # most of what the kernel says: nothing to be done to it
            value = raw
        elif type(raw) is int and metric.paced:
            value = _pace(metric, earlier.get(series), raw, elapsed)
        elif isinstance(raw, Missing):
            missing[series] = raw.reason
            if metric.total and series.instance:
                unknown[metric] = raw
            continue
        else:
            value = _value(metric, earlier.get(series), raw, elapsed)
        if isinstance(value, Missing):
            missing[series] = value.reason
        else:
            values[series] = value
        if metric.total and series.instance:
            sums[metric] = _added(sums.get(metric), value)
    for metric, total in {**unknown, **sums}.items():
        if isinstance(total, Missing):
            missing[metric.of()] = total.reason
        else:
            values[metric.of()] = _shortest(round(total, metric.decimals))
    return values, missing


def _take_columns(
    before: Mapping[Metric, Column],
    after: Mapping[Metric, Column],
    elapsed: float,
    values: dict[Series, Value],
    missing: dict[Series, str],
) -> dict[Metric, float | Missing]:
    """Take the values and reasons of columns to where they belong; returns the totals of those that have one."""
    sums: dict[Metric, float | Missing] = {}
    for metric, column in after.items():
        found = _found(before.get(metric), column, elapsed)
        if metric.plain or Missing not in set(map(type, found)):
            values.update(zip(column.series, cast("Sequence[Value]", found), strict=True))
            if metric.total:
                sums[metric] = sum(cast("Sequence[float]", found))
            continue
        total: float | Missing | None = None
        for series, value in zip(column.series, found, strict=True):
            total = _added(total, value)
            if isinstance(value, Missing):
                missing[series] = value.reason
            else:
                values[series] = value
        if metric.total and total is not None:
            sums[metric] = total
    return sums


def _found(before: Column | None, now: Column, elapsed: float) -> Sequence[Value | Missing]:
    """The values of a column, each as if it had been told alone."""
    metric, instances, raws = now
    if metric.plain:
        return cast("Sequence[int]", raws)
    earlier: Sequence[Raw | None]
    if before is None:
        earlier = [None] * len(raws)
    elif before.instances == instances:
        earlier = before.raws
    else:
        known = dict(zip(before.instances, before.raws, strict=True))
        earlier = [known.get(instance) for instance in instances]
    if metric.paced:
        counts = zip(earlier, cast("Sequence[int]", raws), strict=True)
        return [0 if raw == was and elapsed > 0 else _pace(metric, was, raw, elapsed) for was, raw in counts]
    return [_value(metric, was, raw, elapsed) for was, raw in zip(earlier, raws, strict=True)]


def _added(so_far: float | Missing | None, value: Value | Missing) -> float | Missing:
    """A total with one instance more: a reset one makes it unknown, a new one waits its turn."""
    if isinstance(value, Missing):
        return so_far if so_far is not None and value.reason == FIRST else value
    if isinstance(value, str) or (isinstance(so_far, Missing) and so_far.reason != FIRST):
        return so_far if so_far is not None else NOT_A_NUMBER
    return value if so_far is None or isinstance(so_far, Missing) else so_far + value


def _pace(metric: Metric, earlier: Raw | None, now: int, elapsed: float) -> float | Missing:
    """The rate of a counter of whole numbers, which most are."""
    if type(earlier) is not int or elapsed <= 0:
        return _NEW
    if now <= earlier:
        return 0 if now == earlier else _FELL
    rate = (now - earlier) / elapsed * metric.scale
    if rate > metric.most:
        rate = metric.most
    return _shortest(round(rate, metric.decimals)) if metric.decimals else round(rate)


def _value(metric: Metric, earlier: Raw | None, now: Raw, elapsed: float) -> Value | Missing:
    """One value by the metric's rule, or the reason there is none."""
    if isinstance(now, str) or metric.kind is Kind.TEXT:
        return str(now)
    if metric.rule is Rule.AS_IS:
        return _rounded(now, metric) if isinstance(now, int | float) else NOT_A_NUMBER
    if metric.rule is Rule.QUOTIENT:
        return _quotient(metric, now, (0.0, 0.0))
    if earlier is None or isinstance(earlier, Missing | str):
        return Missing(FIRST)
    if metric.rule is Rule.CHANGE_RATIO:
        return _quotient(metric, now, earlier)
    if isinstance(now, int | float) and isinstance(earlier, int | float):
        if now < earlier:
            return Missing(RESET)
        if elapsed <= 0:
            return Missing(FIRST)
        return _rounded((now - earlier) / elapsed * metric.scale, metric, scaled=True)
    return Missing("not a counter")


def _quotient(metric: Metric, now: Raw, earlier: Raw) -> Value | Missing:
    if not isinstance(now, tuple) or not isinstance(earlier, tuple):
        return Missing("not a pair of counters")
    top, bottom = now[0] - earlier[0], now[1] - earlier[1]
    if top < 0 or bottom < 0:
        return Missing(RESET)
    if bottom == 0:
        return Missing(NOTHING)
    return _rounded(top / bottom * metric.scale, metric, scaled=True)


def _rounded(number: float, metric: Metric, scaled: bool = False) -> Value | Missing:
    """The number with the digits its unit deserves; whole numbers stay int, so JSON stays short."""
    if isinstance(number, bool):
        return number
    if not scaled and metric.scale != 1.0:
        number = number * metric.scale
    if isinstance(number, int):
        return number
    if not math.isfinite(number):
        return Missing("not a finite number")
    number = min(number, metric.most)
    return _shortest(round(number, metric.decimals))


def _shortest(number: float) -> int | float:
    return int(number) if number == int(number) else number
