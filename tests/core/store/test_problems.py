"""Each way a database can fail gives one clear sentence, tried with a real server, and never shows a password."""

from __future__ import annotations

import os
import socket
from collections.abc import Mapping
from pathlib import Path

import psycopg
import pytest

from perfwatch_core.store import schema
from perfwatch_core.store.address import identity, parameters, shown
from perfwatch_core.store.batch import Batch
from perfwatch_core.store.cluster_socket import parameters_at
from perfwatch_core.store.connector import register
from perfwatch_core.store.link import Halt, Link
from perfwatch_core.store.machine import Machine
from perfwatch_core.store.problems import sentence, too_old
from perfwatch_core.store.state import StoreProblem
from perfwatch_core.store.writer import insert
from tests.core.store.tables import with_tables

BATCH = Batch(1, 1, 1, 0, 0, b'{"at": [0], "interval": [null], "data": {}}')


def said(params: Mapping[str, str]) -> str:
    """What connecting, migrating and writing with these parameters fails with."""
    try:
        with Link.open(params, Halt()) as link:
            schema.ensure(link, params, Halt())
            insert(link, register(link, Machine("0" * 32, "here")), [BATCH])
    except (psycopg.Error, StoreProblem) as error:
        return sentence(error, params)
    return ""


def do(params: Mapping[str, str], *statements: str) -> None:
    """Run statements as the server's superuser."""
    with Link.open(params, Halt()) as link:
        for one in statements:
            link.execute(one.encode())


def test_no_server_at_that_port() -> None:
    """The port is one that was just given back."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = str(free.getsockname()[1])
    found = said({"host": "127.0.0.1", "port": port, "user": "u", "dbname": "d", "password": "secret"})
    assert found == (
        f"127.0.0.1:{port}, database d cannot be reached (Connection refused); start the server or correct DATABASE_URL"
    )


def test_no_such_host() -> None:
    """A name that can never exist (RFC 6761)."""
    found = said({"host": "nowhere.invalid", "user": "u", "dbname": "d"})
    assert found.startswith("nowhere.invalid, database d cannot be reached")


def test_no_socket(tmp_path: Path) -> None:
    """A socket directory without a socket."""
    assert "cannot be reached" in said({"host": str(tmp_path), "user": "u", "dbname": "d"})


def test_a_missing_database(database: dict[str, str]) -> None:
    """The sentence has the command that makes it."""
    assert said({**database, "dbname": "missing"}).endswith("make it with: createdb missing")


def test_an_unknown_user(database: dict[str, str]) -> None:
    """Whether it does not exist or is not let in, the user cannot log in."""
    assert "user stranger may not log in" in said({**database, "user": "stranger"})


def test_no_rights(database: dict[str, str]) -> None:
    """A user who may connect but make no tables, as public is since PostgreSQL 15."""
    name = f"poor_{database['dbname']}"
    do(database, f"CREATE ROLE {name}")
    with Link.open(database, Halt()) as link:
        link.execute(f"SET ROLE {name}".encode())
        with pytest.raises(psycopg.Error) as denied:
            link.execute("CREATE TABLE t (x int)")
    do(database, f"DROP ROLE {name}")
    place = shown(database)
    assert sentence(denied.value, {**database, "user": name}) == (
        f"user {name} lacks rights on {place}; give them with: GRANT ALL ON SCHEMA public TO {name}"
    )


def test_a_read_only_database(database: dict[str, str]) -> None:
    """As a standby is."""
    with_tables(database).close()
    do(database, f"ALTER DATABASE {database['dbname']} SET default_transaction_read_only = on")
    assert said(database) == f"{shown(database)} is read-only; name its primary in DATABASE_URL"


def test_a_full_disk(database: dict[str, str]) -> None:
    """The server's own report of it, raised by the server."""
    with Link.open(database, Halt()) as link, pytest.raises(psycopg.Error) as full:
        link.execute("DO $$ BEGIN RAISE EXCEPTION 'no space' USING ERRCODE = '53100'; END $$")
    assert sentence(full.value, database) == (f"the disk of the database on {shown(database)} is full; make room there")


def test_an_old_server() -> None:
    """Version numbers as server_version_num gives them."""
    assert str(too_old(140_011, {"host": "h", "dbname": "d"})) == (
        "h, database d is PostgreSQL 14, which is too old; upgrade it to 15 or newer"
    )


@pytest.mark.parametrize(
    ("words", "part"),
    [
        ('FATAL:  password authentication failed for user "u"', "the password for user u is wrong"),
        ("fe_sendauth: no password supplied", "the password for user u is wrong"),
        ('FATAL:  no pg_hba.conf entry for host "1.2.3.4"', "user u may not log in to h, database d"),
        ("FATAL:  sorry, too many clients already", "has no connection left; raise max_connections"),
        ("FATAL:  the database system is starting up", "this mends itself"),
        ("FATAL:  the database system is shutting down", "was shut down"),
        ('FATAL:  permission denied for database "d"', "user u lacks rights"),
        ("SSL error: certificate verify failed", "is signed by none that sslrootcert names"),
        ('server certificate for "a" does not match host name "h"', "is for another name"),
        ('root certificate file "/f" does not exist', "correct sslrootcert"),
        ("server does not support SSL, but SSL was required", "does not speak TLS"),
        ("session is read-only", "h, database d has no primary"),
    ],
)
def test_a_login_that_failed_is_known_by_its_words(words: str, part: str) -> None:
    """For these libpq 14 and later give no SQLSTATE, only text."""
    error = psycopg.OperationalError(f'connection to server at "h" (1.2.3.4), port 5432 failed: {words}')
    assert part in sentence(error, {"host": "h", "user": "u", "dbname": "d", "password": "secret"})


def test_no_password_is_ever_shown() -> None:
    """Not even where libpq's words have it."""
    params = parameters("postgresql+psycopg://me:s3cr%3Dt@h:5433/d")
    assert params["password"] == "s3cr=t"
    assert "s3cr=t" not in sentence(psycopg.OperationalError('bad "s3cr=t" value'), params)
    assert "s3cr=t" not in shown(params)
    with pytest.raises(StoreProblem) as unreadable:
        parameters("postgresql://me:s3cret@h:port/d?x")
    assert "s3cret" not in str(unreadable.value)
    assert unreadable.value.__cause__ is None


def test_a_journal_is_named_for_the_database_only() -> None:
    """A new password or another spelling of the scheme finds the samples that wait."""
    one = identity(parameters("postgresql://me:a@h:5433/d"))
    assert identity(parameters("postgresql+psycopg://you:b@h:5433/d")) == one
    assert identity(parameters("postgresql://me:a@h:5433/e")) != one
    assert os.sep not in one


def test_a_server_that_hung_up() -> None:
    """What libpq supposes about it is left out."""
    error = psycopg.OperationalError(
        "server closed the connection unexpectedly\n\tThis probably means the server terminated abnormally\n"
    )
    said = sentence(error, {"host": "h", "dbname": "d"})
    assert said.startswith("h, database d cannot be reached (server closed the connection unexpectedly); start")


def test_a_list_of_hosts_is_read_as_libpq_reads_it() -> None:
    """Each with its port, or all with one."""
    assert shown({"host": "a,b", "port": "1,2", "dbname": "d"}) == "a:1 or b:2, database d"
    assert shown({"host": "a,b", "port": "1", "dbname": "d"}) == "a:1 or b:1, database d"
    assert shown({"host": "/a,b", "dbname": "d"}) == "/a or b, database d"


def test_of_the_private_server_nobody_is_told_to_start_it() -> None:
    params = parameters_at("/srv/data")
    error = psycopg.OperationalError("server closed the connection unexpectedly This probably means the server …")
    assert sentence(error, params) == (
        "the private database in /srv/data does not answer (server closed the connection unexpectedly); "
        "PerfWatch starts it again"
    )
