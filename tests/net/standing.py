"""A server with a real database in a folder of its own, for what is not a test: benchmarks and pictures."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from perfwatch_core.store.cluster import Cluster
from tests.core.store.tables import with_tables
from tests.net.rig import Rig, started, stopped
from tests.whole.program import gone

_GONE_SECONDS = 10.0


@contextmanager
def standing(prefix: str) -> Iterator[Rig]:
    """It, in a temporary folder whose name begins with `prefix`; afterwards nothing of it runs or is left."""
    with tempfile.TemporaryDirectory(prefix=prefix) as folder:
        os.environ["XDG_RUNTIME_DIR"] = folder
        cluster = Cluster(Path(folder) / "cluster")
        params = cluster.acquire()
        try:
            with_tables(params).close()
            rig = started(Path(folder) / "data", params)
            try:
                yield rig
            finally:
                stopped(rig)
        finally:
            cluster.release()
            # PostgreSQL tidies up in the folder until it is gone
            gone(Path(folder), _GONE_SECONDS)
