"""What commands do with the database: `perfwatch db`, and one job at a time for the others."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping
from typing import TypeVar

import psycopg

from perfwatch_core.settings import Settings
from perfwatch_core.store import schema
from perfwatch_core.store.link import Halt, Link
from perfwatch_core.store.problems import sentence
from perfwatch_core.store.service import server_of
from perfwatch_core.store.state import StoreProblem

T = TypeVar("T")


def database(settings: Settings, action: str, revision: str) -> int:
    """Show or move the schema; 1 with a sentence where the database cannot be had."""
    actions: dict[str, Callable[[Mapping[str, str]], str]] = {
        "upgrade": schema.upgrade,
        "downgrade": lambda params: schema.downgrade(params, revision),
    }
    try:
        # a database that is not there is not made for the question
        print(standing(settings) if action == "status" else with_server(settings, actions[action]))
    except StoreProblem as problem:
        print(f"perfwatch: {problem}", file=sys.stderr)
        return 1
    return 0


def standing(settings: Settings) -> str:
    """Where samples are kept, or will be at the first start; StoreProblem where they cannot be."""
    if settings.database_url or (settings.data_dir / "postgresql" / "data").exists():
        return with_server(settings, schema.status)
    nearest = next(path for path in (settings.data_dir, *settings.data_dir.parents) if path.exists())
    if not os.access(nearest, os.W_OK | os.X_OK):
        raise StoreProblem(f"{nearest} cannot be written to; name another directory with --data-dir")
    return f"the first start makes a private database in {settings.data_dir}"


def with_server(settings: Settings, job: Callable[[Mapping[str, str]], T]) -> T:
    """Do a job with libpq's parameters while the server is held; every trouble is a StoreProblem."""
    server = server_of(settings)
    params: Mapping[str, str] = {}
    try:
        params = server.acquire(Halt())
        return job(params)
    except psycopg.Error as error:
        raise StoreProblem(sentence(error, params)) from error
    finally:
        server.release()


def with_link(settings: Settings, job: Callable[[Link], T]) -> T:
    """Do a job on a connection to a database of the right schema; every trouble is a StoreProblem."""

    def connected(params: Mapping[str, str]) -> T:
        halt = Halt()
        with Link.open(params, halt) as link:
            schema.ensure(link, params, halt)
            return job(link)

    return with_server(settings, connected)
