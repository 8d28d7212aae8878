"""What counters mean together: the ten derived metrics, each a ratio of two counts of the same intervals."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

# Below this share of the time a multiplexed count is a guess; screens dim it.
DIM_BELOW_PERCENT = 25.0


class Ratio(NamedTuple):
    """`field` = `scale` x count of `over` / count of `under`."""

    field: str
    over: str
    under: str
    scale: float


# perf prints cpu-clock in milliseconds: cycles / (ms x 10^6) is cycles per nanosecond, GHz.
RATIOS = (
    Ratio("ipc", "instructions", "cycles", 1.0),
    Ratio("ghz", "cycles", "cpu-clock", 1e-6),
    Ratio("branch_miss_percent", "branch-misses", "branches", 100.0),
    Ratio("l1d_miss_percent", "L1-dcache-load-misses", "L1-dcache-loads", 100.0),
    Ratio("llc_miss_percent", "LLC-load-misses", "LLC-loads", 100.0),
    Ratio("dtlb_miss_percent", "dTLB-load-misses", "dTLB-loads", 100.0),
    Ratio("itlb_miss_percent", "iTLB-load-misses", "iTLB-loads", 100.0),
    Ratio("branch_mpki", "branch-misses", "instructions", 1000.0),
    Ratio("l1d_mpki", "L1-dcache-load-misses", "instructions", 1000.0),
    Ratio("llc_mpki", "LLC-load-misses", "instructions", 1000.0),
)
_BY_FIELD = {ratio.field: ratio for ratio in RATIOS}


def inputs_of(field: str) -> tuple[str, ...]:
    """The events behind a field: two for a derived one, itself for an event, cycles and instructions for core_ipc."""
    ratio = _BY_FIELD.get("ipc" if field == "core_ipc" else field)
    return (ratio.over, ratio.under) if ratio else (field,)


def running_of(field: str, running: Mapping[str, float]) -> float | None:
    """How much of the time a field was counted, in percent: that of its worst input, None if any is unknown.

    `running` is `perf_events.running_percent` by event; below `DIM_BELOW_PERCENT` screens dim the value.
    """
    shares = [running.get(event) for event in inputs_of(field)]
    known = [share for share in shares if share is not None]
    return min(known) if len(known) == len(shares) else None
