"""How long benchmarks watch: in full, or with PERFWATCH_BENCH_QUICK=1 just long enough to see that they run."""

from __future__ import annotations

import os

QUICK = os.environ.get("PERFWATCH_BENCH_QUICK") == "1"


def period(full: float, quick: float) -> float:
    """Seconds, or whatever else is less in a quick run."""
    return quick if QUICK else full
