"""The simulator's month is the same for the same seed, on the program's own paths, and up to now."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

import pytest

from perfwatch_core.collectors import CATALOGUE
from perfwatch_core.store.link import Link
from perfwatch_core.store.past import bounds, places_between, raw
from perfwatch_core.store.series_ids import by_address
from tests.core.history.test_commands import address
from tests.simulated_store import main
from tests.simulator import HOUR, Simulator

_START = 490_000 * HOUR


def test_a_seed_makes_the_same_samples() -> None:
    """Hour by hour, whichever was made before; another seed makes others."""
    simulator = Simulator(3)
    first, second = simulator.hours(_START, 2)
    assert Simulator(3).hour(_START + HOUR) == second
    assert first != second
    assert Simulator(4).hour(_START) != first


def test_a_directory_is_filled_up_to_now(
    link: Link, ready: Mapping[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    """With what the catalogue declares; and never twice."""
    words = ["--database-url", address(ready), "--days", "1", "--interval", "60", "--distinct", "1"]
    assert main(words) == 0
    assert capsys.readouterr().out.startswith("1 days and today")
    machine = link.execute("SELECT id FROM machines").fetchone()
    assert machine is not None
    span = bounds(link, machine[0])
    assert span is not None
    assert span.newest - span.oldest >= timedelta(days=1) - timedelta(minutes=2)
    places = places_between(link, machine[0], *span)
    assert len(by_address(CATALOGUE, dict.fromkeys(places))) > 170
    half = span.oldest + timedelta(minutes=29, seconds=30)
    assert len(list(raw(link, machine[0], ["cpu"], span.oldest, half))) == 30
    assert main(words) == 1
    assert "history there already" in capsys.readouterr().err
