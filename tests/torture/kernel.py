"""The kernel misbehaving: its files, its counters, what comes and goes, what hangs, names made to do harm."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from tests.torture import kernel_files
from tests.torture.outcome import Outcome, Wish

SUBJECT = "The kernel misbehaving"


def tried(wish: Wish, place: Path) -> Iterator[Outcome]:
    """Composed machines first, which are the same everywhere; then this one."""
    del place
    yield from kernel_files.rows(SUBJECT, wish)
