"""What counters mean together: the ten derived metrics, each a ratio of two counts of the same intervals."""

from __future__ import annotations

from typing import NamedTuple


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
