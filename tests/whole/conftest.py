"""A data directory with a database, made once and copied: most tests are about what comes after."""

from __future__ import annotations

from pathlib import Path

import pytest

from perfwatch_core.store.cluster import Cluster
from tests.core.store.clusters import copied, running
from tests.core.store.tables import with_tables
from tests.core.store.waiting import until


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The one to copy, with all tables."""
    directory = tmp_path_factory.mktemp("made")
    cluster = Cluster(directory)
    with_tables(cluster.acquire()).close()
    cluster.release()
    until(lambda: not running(directory))
    return directory


@pytest.fixture
def data(made: Path, tmp_path: Path) -> Path:
    """A data directory whose database is stopped; its name has a space."""
    return copied(made, tmp_path / "my data")


@pytest.fixture
def fresh(tmp_path: Path) -> Path:
    """A data directory that does not exist yet."""
    return tmp_path / "new data"
