"""Servers for the tests of a module, each with a database of its own; one thread of each kind runs beforehand."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

import pytest

from perfwatch_core.sampler import Sampler
from perfwatch_core.store.cluster import Cluster
from perfwatch_net.limits import Limits
from tests.core.conftest import cluster, database, fresh_database
from tests.core.store.tables import with_tables
from tests.net.rig import Rig, started, stopped, with_quick_passwords

__all__ = ["cluster", "database"]


@contextlib.contextmanager
def running(
    cluster: Cluster, tmp_path_factory: pytest.TempPathFactory, limits: Limits | None = None, **settings: object
) -> Iterator[Rig]:
    """A server with user `admin`, and a token of his."""
    with pytest.MonkeyPatch.context() as patch, fresh_database(cluster) as params:
        # the newest samples lie where no other process of this user looks
        patch.setenv("XDG_RUNTIME_DIR", str(tmp_path_factory.mktemp("run")))
        with_quick_passwords(patch)
        # only what a test publishes comes
        patch.setattr(Sampler, "start", lambda _self: None)
        with_tables(params).close()
        one = started(tmp_path_factory.mktemp("data"), params, limits, **settings)
        try:
            one.token = one.login().json["access_token"]
            # threads that come with the first job are not left behind by whichever test is first
            assert one.ask("/api/history/metrics?metric_type=cpu").status == 200
            one.engine.store.archive.chore(lambda *_: None).result(30)
            yield one
        finally:
            stopped(one)


@pytest.fixture(scope="module")
def rig(cluster: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rig]:
    """One with the limits it has for everyone."""
    with running(cluster, tmp_path_factory) as one:
        yield one
