"""What changed between two spans: every series ranked by how far its distribution moved.

A series is compared by its block means (`BLOCKS` in a span): the effect is Cliff's delta (Cliff, Psychological
Bulletin 114, 1993), the chance that a block of the second span lies above one of the first less the chance that
it lies below. Its test is Mann and Whitney's U with the correction for ties (Annals of Mathematical Statistics
18, 1947; Lehmann, Nonparametrics, 1975). Neighbouring samples resemble each other, so the spans count as fewer:
n (1 - r) / (1 + r) with the lag-1 autocorrelation r of what is left without each span's median (Bayley and
Hammersley, 1946; Zwiers and von Storch, Journal of Climate 8, 1995). The chances become false discovery rates
(Benjamini and Hochberg, 1995), for among thousands of series some move by accident.
"""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import repeat
from operator import mul
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)

BLOCKS = 60
# Fewer blocks than this tell nothing of a distribution.
LEAST = 3
SURE = 0.01


@dataclass(frozen=True, slots=True)
class Change(Generic[K]):
    """How one series differs between span a and span b.

    `effect` is Cliff's delta: 1 where all of b lies above all of a, -1 below, 0 alike. `chance` is the false
    discovery rate at which it counts as a change. `shift` is the difference of medians in units of the usual
    deviation within a span, infinite where there was none.
    """

    series: K
    mean_a: float
    mean_b: float
    effect: float
    chance: float
    shift: float

    @property
    def delta(self) -> float:
        """Mean of b less mean of a."""
        return self.mean_b - self.mean_a

    @property
    def percent(self) -> float | None:
        """The delta in percent of a's mean, None where that is 0."""
        return 100 * self.delta / abs(self.mean_a) if self.mean_a else None


@dataclass(frozen=True, slots=True)
class Changes(Generic[K]):
    """All series of two spans: those in both, the most changed first, and those in one only."""

    ranked: list[Change[K]]
    appeared: list[K]
    vanished: list[K]


def changes(a: Mapping[K, Sequence[float]], b: Mapping[K, Sequence[float]]) -> Changes[K]:
    """Rank the series by their block means, in the order of time, in span a and span b."""
    both = [key for key in a if a[key] and b.get(key)]
    found = _adjusted([_change(key, a[key], b[key]) for key in both])
    found.sort(key=lambda one: (one.chance > SURE, -abs(one.effect), -abs(one.shift), str(one.series)))
    return Changes(
        found,
        [key for key in b if b[key] and not a.get(key)],
        [key for key in a if a[key] and not b.get(key)],
    )


def _change(key: K, a: Sequence[float], b: Sequence[float]) -> Change[K]:
    mean_a, mean_b = math.fsum(a) / len(a), math.fsum(b) / len(b)
    if min(a) == max(a) == min(b) == max(b):
        return Change(key, mean_a, mean_b, 0.0, 1.0, 0.0)
    effect, ties = _cliff(a, b)
    middle_a, middle_b = _median(a), _median(b)
    left_a, left_b = [one - middle_a for one in a], [one - middle_b for one in b]
    usual = _median(list(map(abs, left_a + left_b)))
    shift = (middle_b - middle_a) / usual if usual else math.copysign(math.inf, effect) if effect else 0.0
    chance = 1.0
    if min(len(a), len(b)) >= LEAST:
        chance = _chance(effect, ties, _effective(left_a), _effective(left_b))
    return Change(key, mean_a, mean_b, effect, chance, shift)


def _cliff(a: Sequence[float], b: Sequence[float]) -> tuple[float, float]:
    """Cliff's delta, and the sum of t³ - t over all groups of t equal values, divided by n³ - n."""
    order = sorted(b)
    # for each of a: how many of b lie below it, and how many do not lie above
    below, not_above = (sum(map(bisect, repeat(order), a)) for bisect in (bisect_left, bisect_right))
    balance = len(a) * len(b) - not_above - below
    counts, count = Counter([*a, *b]), len(a) + len(b)
    ties = 0 if len(counts) == count else sum(alike**3 - alike for alike in counts.values())
    return balance / (len(a) * len(b)), ties / (count**3 - count)


def _median(values: Sequence[float]) -> float:
    """As `statistics.median`, which takes three times as long."""
    order = sorted(values)
    half = len(order) // 2
    return order[half] if len(order) % 2 else (order[half - 1] + order[half]) / 2


def _effective(left: Sequence[float]) -> float:
    """How many independent values these autocorrelated ones are worth."""
    power = sum(map(mul, left, left))
    alike = sum(map(mul, left, left[1:])) / power if power else 0.0
    # one that anticorrelates is not worth more than it has
    alike = min(max(alike, 0.0), 0.99)
    return max(len(left) * (1 - alike) / (1 + alike), 2.0)


def _chance(effect: float, ties: float, of_a: float, of_b: float) -> float:
    """The two-sided chance of so large an effect without a change, by the normal approximation of U."""
    product, count = of_a * of_b, of_a + of_b
    spread = math.sqrt(product * (count + 1) / 12 * max(1 - ties, 1e-12))
    # U less its mean is half the effect times the product; half a step less for continuity
    distance = max(abs(effect) * product / 2 - 0.5, 0.0) / spread
    return min(math.erfc(distance / math.sqrt(2)), 1.0)


def _adjusted(found: list[Change[K]]) -> list[Change[K]]:
    """Each chance as the false discovery rate at which it would count."""
    order = sorted(range(len(found)), key=lambda place: found[place].chance, reverse=True)
    least = 1.0
    for rank, place in enumerate(order):
        least = min(least, found[place].chance * len(found) / (len(found) - rank))
        found[place] = replace(found[place], chance=least)
    return found
