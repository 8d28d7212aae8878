"""The child process that migrates: reads what to do from standard input, answers with a sentence if it cannot."""

from __future__ import annotations

import json
import sys
import warnings

import psycopg
import sqlalchemy
from alembic import command
from alembic.config import Config
from sqlalchemy.exc import DBAPIError

from perfwatch_core.store.link import Halt, Link
from perfwatch_core.store.problems import sentence
from perfwatch_core.store.schema import MIGRATION_SECONDS, migrations
from perfwatch_core.store.state import StoreProblem

# "PerfWatch" as a number: two processes that migrate one database at the same time wait for each other.
LOCK = 0x5065_7266_5761_7463


def migrated(task: str) -> str:
    """Do a task of `schema.migrate`; the sentence says why it could not be done, empty when it was."""
    asked = json.loads(task)
    try:
        _run(asked["params"], asked["target"], asked["down"])
    except DBAPIError as error:
        return sentence(error.orig or error, asked["params"])
    except (psycopg.Error, StoreProblem) as error:
        return sentence(error, asked["params"])
    return ""


def _run(params: dict[str, str], target: str, down: bool) -> None:
    def connect() -> Link:
        link = Link.open(params, Halt())
        link.answer_seconds = MIGRATION_SECONDS
        # SQLAlchemy begins and ends the transaction by itself
        link.autocommit = False
        return link

    engine = sqlalchemy.create_engine("postgresql+psycopg://", creator=connect, poolclass=sqlalchemy.NullPool)
    config = Config()
    config.set_main_option("script_location", str(migrations()).replace("%", "%%"))
    with engine.begin() as connection:
        connection.execute(sqlalchemy.text("SELECT pg_advisory_xact_lock(:key)"), {"key": LOCK})
        config.attributes["connection"] = connection
        # whoever waited for another finds nothing left to do
        (command.downgrade if down else command.upgrade)(config, target)
    engine.dispose()


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    print(migrated(sys.stdin.read()))
