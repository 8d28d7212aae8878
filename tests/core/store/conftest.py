"""A private cluster, made once and copied for each test that may break it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.core.store.clusters import copied, template


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data directory with a cluster that nobody uses, to copy; table `kept` holds 42."""
    return template(tmp_path_factory.mktemp("made"))


@pytest.fixture
def data_dir(made: Path, tmp_path: Path) -> Path:
    """A data directory with a stopped cluster, for one test."""
    return copied(made, tmp_path / "data")
