"""A database with its tables, made in this process: the child that `schema.migrate` starts costs a second each."""

from __future__ import annotations

import json
from collections.abc import Mapping

from perfwatch_core.store.link import Halt, Link
from perfwatch_core.store.migrate import migrated


def with_tables(params: Mapping[str, str]) -> Link:
    """Make all tables in an empty database; a connection to it."""
    problem = migrated(json.dumps({"params": dict(params), "target": "head", "down": False}))
    assert not problem, problem
    return Link.open(params, Halt())
