"""One throw-away PostgreSQL for all tests of the store, and an empty database in it for each that asks."""

from __future__ import annotations

import contextlib
import itertools
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg.conninfo import make_conninfo

from perfwatch_core.store.cluster import Cluster
from tests.core.store.clusters import copied, template

_numbers = itertools.count()


@pytest.fixture(scope="session")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """The private cluster as PerfWatch itself runs it; `acquire` gives where it is."""
    one = Cluster(tmp_path_factory.mktemp("cluster"))
    one.acquire()
    yield one
    one.release()


@contextlib.contextmanager
def fresh_database(cluster: Cluster) -> Iterator[dict[str, str]]:
    """Parameters of libpq for a new, empty database, gone afterwards with whoever is still connected."""
    server = cluster.acquire()
    name = f"test_{next(_numbers)}"
    with psycopg.connect(make_conninfo("", **server), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}".encode())
    yield {**server, "dbname": name}
    with psycopg.connect(make_conninfo("", **server), autocommit=True) as connection:
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())


@pytest.fixture
def database(cluster: Cluster) -> Iterator[dict[str, str]]:
    """A new, empty database for one test."""
    with fresh_database(cluster) as params:
        yield params


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data directory with a cluster that nobody uses, to copy; table `kept` holds 42."""
    return template(tmp_path_factory.mktemp("made"))


@pytest.fixture
def data_dir(made: Path, tmp_path: Path) -> Path:
    """A data directory with a stopped cluster, for one test."""
    return copied(made, tmp_path / "data")
