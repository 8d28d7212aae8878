"""A private cluster, made once and copied for each test that may break it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.core.store.clusters import copied, template
from tests.core.store.residents import Clock, Resident, Town


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data directory with a cluster that nobody uses, to copy; table `kept` holds 42."""
    return template(tmp_path_factory.mktemp("made"))


@pytest.fixture
def data_dir(made: Path, tmp_path: Path) -> Path:
    """A data directory with a stopped cluster, for one test."""
    return copied(made, tmp_path / "data")


@pytest.fixture
def first(town: Town, clock: Clock, tmp_path: Path) -> Iterator[Resident]:
    """The process that came first."""
    one = Resident(town, clock, tmp_path)
    yield one
    one.uplink.close()


@pytest.fixture
def second(town: Town, clock: Clock, tmp_path: Path) -> Iterator[Resident]:
    """One of the same user that came later."""
    one = Resident(town, clock, tmp_path)
    yield one
    one.uplink.close()
