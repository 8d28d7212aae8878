"""One throw-away PostgreSQL for all tests of the core, and a database in it for each that asks."""

from __future__ import annotations

import contextlib
import itertools
from collections.abc import Iterator

import psycopg
import pytest
from psycopg.conninfo import make_conninfo

from perfwatch_core.store.cluster import Cluster
from tests.core.store.residents import Clock, Town
from tests.core.store.tables import with_tables

_numbers = itertools.count()


@pytest.fixture(scope="session")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """The private cluster as PerfWatch itself runs it; `acquire` gives where it is."""
    one = Cluster(tmp_path_factory.mktemp("cluster"))
    with psycopg.connect(make_conninfo("", **one.acquire()), autocommit=True) as connection:
        # nobody pulls the plug on it, and each new database would wait for the disk
        connection.execute("ALTER SYSTEM SET fsync = off")
        connection.execute("SELECT pg_reload_conf()")
    yield one
    one.release()


@contextlib.contextmanager
def fresh_database(cluster: Cluster, like: str = "template1") -> Iterator[dict[str, str]]:
    """Parameters of libpq for a new database, gone afterwards with whoever is still connected."""
    server = cluster.acquire()
    name = f"test_{next(_numbers)}"
    with psycopg.connect(make_conninfo("", **server), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE {like}".encode())
    yield {**server, "dbname": name}
    with psycopg.connect(make_conninfo("", **server), autocommit=True) as connection:
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())


@pytest.fixture(scope="session")
def migrated(cluster: Cluster) -> Iterator[str]:
    """The name of a database with all tables, to copy."""
    with fresh_database(cluster) as params:
        with_tables(params).close()
        yield params["dbname"]


@pytest.fixture
def ready(cluster: Cluster, migrated: str) -> Iterator[dict[str, str]]:
    """Like `database`, with all tables."""
    with fresh_database(cluster, like=migrated) as params:
        yield params


@pytest.fixture
def town(ready: dict[str, str]) -> Town:
    """That database, as processes use it that are ticked by hand."""
    return Town(ready)


@pytest.fixture
def clock() -> Clock:
    """Their time."""
    return Clock()


@pytest.fixture
def database(cluster: Cluster) -> Iterator[dict[str, str]]:
    """A new, empty database for one test."""
    with fresh_database(cluster) as params:
        yield params
