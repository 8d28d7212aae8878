"""Asks other programs before and after a collector.

What only grows must lie between the two answers, what rests must be equal to them, and what moves up and down may stray
from them by as much as it moves.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from typing import TypeVar

from perfwatch_core.collector import Collector, Raw, collect_safely
from perfwatch_core.metric import Metric, Series

T = TypeVar("T")
Facts = dict[Series, Raw]
MIB = 1 << 20


def said_by(*command: str) -> str:
    """What a program prints."""
    return subprocess.run(command, capture_output=True, text=True, check=True, env={**os.environ, "LC_ALL": "C"}).stdout


def facts_of(collector: Collector) -> Facts:
    """What it says now."""
    reading = collect_safely(collector)
    assert reading is not None
    assert reading.fault is None
    collector.close()
    return reading.everything()


def bracketed(ask: Callable[[], T], collector: Collector) -> tuple[T, Facts, T]:
    """The others before, ours, the others after."""
    return ask(), facts_of(collector), ask()


def number(facts: Facts, metric: Metric, instance: str = "") -> float:
    """A plain number among them."""
    raw = facts[metric.of(instance)]
    assert isinstance(raw, int | float)
    return raw


def between(low: float, ours: float, high: float, slack: float = 0) -> bool:
    """Whether ours lies in the bracket, whichever way it runs."""
    return min(low, high) - slack <= ours <= max(low, high) + slack
