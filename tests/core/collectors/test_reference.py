"""METRICS.md says what the code declares."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from perfwatch_core.collectors import CATALOGUE
from perfwatch_core.metric import Catalogue, Metric
from perfwatch_core.reference import page
from perfwatch_core.units import Unit

ROOT = Path(__file__).parents[3]


def test_the_reference_is_fresh() -> None:
    stale = (ROOT / "METRICS.md").read_text() != page(CATALOGUE)
    assert not stale, "write it anew with: python -m perfwatch_core.reference > METRICS.md"


def test_the_command_prints_it() -> None:
    printed = subprocess.run(
        [sys.executable, "-m", "perfwatch_core.reference"], capture_output=True, text=True, check=True, cwd=ROOT
    )
    assert printed.stdout == page(CATALOGUE)


def test_a_row_says_address_unit_meaning_and_places() -> None:
    metric = Metric("t", "rate", Unit.BYTES, "This | that.", per="thing", at="things.*.rate", total="rate")
    assert "\n| `t.rate[thing]` | B | This \\| that. | `things.*.rate`, `rate` |\n" in page(Catalogue([metric]))
