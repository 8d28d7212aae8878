"""A month at full rate through store, window and server, in accelerated time: nothing grows."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.torture.outcome import Outcome, Wish
from tests.whole.program import ROOT, gone

SUBJECT = "A month at full rate"
# The allocators of Python, Qt and libpq keep what a busy moment took; a leak of 100 bytes a sample would be 43 MiB. A
# single day still fills the memory of the charts.
_GROWTH_BYTES, _SHORT_GROWTH_BYTES = 12 << 20, 24 << 20
# A connection or a thread may be at work at the one look and not at the other.
_MORE = 3
# Days are alike, but partitions come and go at hours of their own.
_SIZE_RATIO = 1.15
_MINUTES = 40


def tried(wish: Wish, place: Path) -> Iterator[Outcome]:
    """30 days of which 10 are kept, day 12 against the last; shortly half a day, its fourth hour against the last."""
    hours, keep, every, warm = (12, 10, 4, 0) if wish.short else (30 * 24, 10, 24, 11)
    count = hours * 720
    words = [str(place / "data"), str(hours), str(keep), str(every)]
    variables = {**os.environ, "OPENBLAS_NUM_THREADS": "1"}
    answer = subprocess.run(
        [sys.executable, "-m", "tests.torture.long_child", *words],
        cwd=ROOT, env=variables, capture_output=True, text=True, check=False, timeout=60 * _MINUTES,
    )  # fmt: skip
    name = f"{count:,} samples ({hours / 24:g} days at 5 s) stored, packed, drawn and sent to 3 browsers"
    if answer.returncode:
        yield Outcome(SUBJECT, name, 1, holds=False, lost="unknown", note=answer.stderr[-400:])
        return
    told = json.loads(answer.stdout)
    wrong = list(told["problems"]) + list(_grown(told["looks"][warm], told["looks"][-1], whole=not wish.short))
    if told["read"] != count:
        wrong.append(f"{count - told['read']:,} samples did not reach every browser")
    if not gone(place / "data", 20):
        wrong.append("processes were left behind")
    yield Outcome(SUBJECT, name, 1, not wrong, "; ".join(wrong) or "nothing", _note(told, warm))


def _grown(before: dict[str, int], after: dict[str, int], whole: bool) -> Iterator[str]:
    if after["rss"] - before["rss"] > (_GROWTH_BYTES if whole else _SHORT_GROWTH_BYTES):
        yield f"memory grew by {(after['rss'] - before['rss']) / 2**20:.1f} MiB"
    for name in ("descriptors", "threads"):
        if after[name] - before[name] > _MORE:
            yield f"{name} grew from {before[name]} to {after[name]}"
    # two hours at most wait to be packed, in batches of 5 samples
    if after["batches"] > 2 * 720 / 5:
        yield f"{after['batches']} batches were not packed"
    if whole and after["database"] > _SIZE_RATIO * before["database"]:
        yield f"the database grew from {before['database']:,} to {after['database']:,} bytes"


def _note(told: dict[str, Any], warm: int) -> str:
    before, after = told["looks"][warm], told["looks"][-1]
    parts = [
        f"memory {before['rss'] / 2**20:.1f} to {after['rss'] / 2**20:.1f} MiB",
        *(f"{name} {before[name]} to {after[name]}" for name in ("descriptors", "threads", "days")),
        f"database {before['database'] / 1e6:.1f} to {after['database'] / 1e6:.1f} MB",
        f"{told['read']:,} messages read by each browser, every twelfth sample drawn, in {told['took']:.0f} s",
    ]
    return "; ".join(parts)
