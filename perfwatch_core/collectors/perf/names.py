"""The 17 events PerfWatch counts, and how the many spellings `perf stat` prints map onto them."""

from __future__ import annotations

from functools import lru_cache

SOFTWARE = ("cpu-clock", "context-switches", "cpu-migrations", "page-faults")
HARDWARE = (
    "cycles",
    "instructions",
    "branches",
    "branch-misses",
    "L1-dcache-loads",
    "L1-dcache-load-misses",
    "LLC-loads",
    "LLC-load-misses",
    "L1-icache-loads",
    "dTLB-loads",
    "dTLB-load-misses",
    "iTLB-loads",
    "iTLB-load-misses",
)
EVENTS = SOFTWARE + HARDWARE

# perf-list(1) names the same counter twice in these cases, and some versions print the other name.
_ALIASES = {
    "cpu-cycles": "cycles",
    "branch-instructions": "branches",
    "cs": "context-switches",
    "migrations": "cpu-migrations",
    "faults": "page-faults",
}


@lru_cache(maxsize=512)
def normalised(printed: str) -> tuple[str, str]:
    """(PMU, event) of a printed name; the PMU is empty where none is named.

    `cpu_core/cycles/`, `cpu_atom/cycles:u/`, `cpu_core/cycles/u`, `cycles:u` and `cpu-cycles` are all `cycles`.
    """
    pmu, slash, rest = printed.strip().partition("/")
    name = rest.partition("/")[0] if slash else pmu
    name = name.partition(":")[0].partition(",")[0]
    return (pmu if slash else ""), _ALIASES.get(name, name)
