"""One server for the tests of a module, with a database of its own; one thread of each kind runs beforehand."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from perfwatch_core.store.cluster import Cluster
from tests.core.store.conftest import cluster, database, fresh_database
from tests.core.store.tables import with_tables
from tests.net.rig import Rig, started, stopped

__all__ = ["cluster", "database"]


@pytest.fixture(scope="module")
def rig(cluster: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rig]:
    """A running server with user `admin`, and a token of his."""
    with pytest.MonkeyPatch.context() as patch, fresh_database(cluster) as params:
        # the newest samples lie where no other process of this user looks
        patch.setenv("XDG_RUNTIME_DIR", str(tmp_path_factory.mktemp("run")))
        with_tables(params).close()
        one = started(tmp_path_factory.mktemp("data"), params)
        one.token = one.login().json["access_token"]
        # threads that come with the first job are not left behind by whichever test is first
        assert one.ask("/api/history/metrics?metric_type=cpu").status == 200
        one.engine.store.archive.chore(lambda *_: None).result(30)
        yield one
        stopped(one)
