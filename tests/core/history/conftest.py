"""A database with its tables, and a machine in it, for the tests of packed history."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from perfwatch_core.store.link import Halt, Link
from tests.simulated_store import machine_number


@pytest.fixture
def link(ready: dict[str, str]) -> Iterator[Link]:
    """A connection to a new database with all tables."""
    with Link.open(ready, Halt()) as one:
        yield one


@pytest.fixture
def machine_id(link: Link) -> int:
    """A machine in that database."""
    return machine_number(link, "0" * 32, "test")
