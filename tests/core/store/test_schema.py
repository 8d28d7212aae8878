"""The schema goes up and down, is what the models say, and undoes in SQL what folding did."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from pathlib import Path

import psycopg
import pytest
import sqlalchemy
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from hypothesis import HealthCheck, given, settings
from psycopg.conninfo import make_conninfo

from perfwatch_core.sample import Sample
from perfwatch_core.store import schema
from perfwatch_core.store.address import parameters
from perfwatch_core.store.batch import Column, batches, record
from perfwatch_core.store.link import Halt, Link
from perfwatch_core.store.state import StoreProblem
from perfwatch_core.store.tables import Table
from perfwatch_core.store.writer import insert
from tests.core.store.samples import numbered, sample_lists


def differences(params: dict[str, str]) -> list[object]:
    """What alembic would change to get from the database to the models."""
    engine = sqlalchemy.create_engine(
        "postgresql+psycopg://",
        creator=lambda: psycopg.connect(make_conninfo("", **params)),
        poolclass=sqlalchemy.NullPool,
    )
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_server_default": True})
        return list(compare_metadata(context, Table.metadata))


def test_up_down_up_is_what_the_models_say(database: dict[str, str]) -> None:
    """Upgrading makes the models' tables, downgrading removes every trace, and it goes up again."""
    assert "no tables" in schema.status(database)
    assert "which is the newest" in schema.upgrade(database)
    assert differences(database) == []
    assert "no tables" in schema.downgrade(database, "base")
    with Link.open(database, Halt()) as link:
        left = link.execute(
            "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace"
            " AND relname <> ALL ('{alembic_version,alembic_version_pkc}')"
            " UNION SELECT proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace"
        ).fetchall()
    assert left == []
    schema.upgrade(database)
    assert differences(database) == []


def test_the_files_names_give_the_same_order_as_alembic() -> None:
    """`revisions` reads names only; alembic follows `down_revision`."""
    script = ScriptDirectory(str(schema.migrations()))
    assert schema.revisions() == [one.revision for one in reversed(list(script.walk_revisions()))]


def test_two_processes_may_start_at_once(database: dict[str, str]) -> None:
    """Both upgrade an empty database at the same moment; both end well, and the tables are there once."""
    problems: list[BaseException] = []

    def start() -> None:
        try:
            schema.upgrade(database)
        except StoreProblem as problem:
            problems.append(problem)

    threads = [threading.Thread(target=start) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert problems == []
    assert differences(database) == []


def test_an_up_to_date_database_costs_no_alembic(database: dict[str, str]) -> None:
    """The process that stores all day loads neither alembic nor SQLAlchemy."""
    schema.upgrade(database)
    program = (
        "import sys, json; from perfwatch_core.store import schema, service; from perfwatch_core.store.link import *\n"
        "params = json.loads(sys.argv[1]); link = Link.open(params, Halt()); schema.ensure(link, params, Halt())\n"
        "print(sorted({'alembic', 'sqlalchemy'} & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, json.dumps(database)],
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(__file__).parents[3],
    )
    assert done.stdout.strip() == "[]"


def test_a_database_without_an_encoding_of_its_own_is_as_good(database: dict[str, str]) -> None:
    made = f"{database['dbname']}_plain"
    make = f"CREATE DATABASE {made} TEMPLATE template0 ENCODING 'SQL_ASCII' LOCALE 'C'"
    with psycopg.connect(make_conninfo("", **database), autocommit=True) as connection:
        connection.execute(make)
    assert "newest" in schema.upgrade({**parameters("postgresql://"), **database, "dbname": made})


def test_a_newer_schema_is_left_alone(database: dict[str, str]) -> None:
    """An older program says so in one sentence, and changes nothing."""
    schema.upgrade(database)
    with Link.open(database, Halt()) as link:
        link.execute("UPDATE alembic_version SET version_num = '9999'")
        with pytest.raises(StoreProblem, match=r"has schema 9999 .* upgrade PerfWatch"):
            schema.ensure(link, database, Halt())
        assert schema.stored(link) == "9999"
    for command in (schema.status, schema.upgrade, lambda params: schema.downgrade(params, "base")):
        with pytest.raises(StoreProblem, match="upgrade PerfWatch"):
            command(database)


def test_an_unknown_version_to_go_back_to_is_refused(database: dict[str, str]) -> None:
    """The sentence says what would be right."""
    with pytest.raises(StoreProblem, match="'0000' is no schema version; it takes one of base, 0001"):
        schema.downgrade(database, "0000")


def test_a_migration_that_is_told_to_stop_stops(database: dict[str, str]) -> None:
    """Closing the window does not wait for it, and nothing is half done."""
    halt = Halt()
    halt.set()
    with pytest.raises(StoreProblem, match="interrupted"):
        schema.migrate(database, "0001", halt)
    with Link.open(database, Halt()) as link:
        assert schema.stored(link) is None


@pytest.fixture
def stored(database: dict[str, str]) -> Link:
    """A connection to a database with all tables."""
    schema.upgrade(database)
    return Link.open(database, Halt())


def plain(shape: object) -> str:
    """A JSON object as text that compares by value: the server writes 1e20 as a whole number."""
    return json.dumps(json.loads(json.dumps(shape), parse_int=float), sort_keys=True)


def test_the_view_says_what_was_sampled(stored: Link) -> None:
    """One row for each sample and type, in the contract's shape, for any samples."""

    @settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])
    @given(sample_lists())
    def check(samples: list[Sample]) -> None:
        stored.execute("TRUNCATE metrics_batch")
        records = [record(one, one.number, tuple(map(Column.of, one.values))) for one in samples]
        insert(stored, 1, list(batches(7, records)))
        rows = stored.execute(
            'SELECT "timestamp", metric_type, metric_data FROM metrics_snapshot WHERE machine_id = 1'
        ).fetchall()
        found = [(round(at.timestamp(), 6), type_, plain(data)) for at, type_, data in rows]
        wanted = [(one.time, type_, plain(shape)) for one in samples for type_, shape in one.by_type().items() if shape]
        assert sorted(found) == sorted(wanted)

    with stored:
        check()


def test_a_span_of_time_is_found_by_the_index(stored: Link) -> None:
    """A span's samples come without looking at all batches, and are those the view gives."""
    with stored:
        records = [record(one, one.number, tuple(map(Column.of, one.values))) for one in numbered(20_000)]
        made = list(batches(7, records))
        insert(stored, 1, made)
        stored.execute("ANALYZE metrics_batch")
        span = (made[100].since, made[102].since)
        asked = "FROM metrics_between(%s, %s) WHERE machine_id = 1 AND metric_type = 'cpu'"
        plan = "\n".join(row[0] for row in stored.execute(f"EXPLAIN SELECT * {asked}", span))
        assert "metrics_batch_machine_id_started_idx" in plan
        found = stored.execute(f'SELECT "timestamp", metric_data {asked} ORDER BY 1', span).fetchall()
        viewed = stored.execute(
            'SELECT "timestamp", metric_data FROM metrics_snapshot WHERE machine_id = 1 AND metric_type = %s'
            ' AND "timestamp" >= %s AND "timestamp" < %s ORDER BY 1',
            ("cpu", *span),
        ).fetchall()
        assert len(found) == made[100].count + made[101].count
        assert found == viewed
