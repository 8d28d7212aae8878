"""DATABASE_URL: a server of the user's own serves as well, and each thing that is wrong with it is one sentence."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from tests.core.store.clusters import copied
from tests.core.store.waiting import until
from tests.whole.program import Running, run
from tests.whole.strangers import OWNER, free_port, of_version, with_passwords


@pytest.fixture(scope="module")
def port(made: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """That of a server with two users: `rich` has a database, `poor` may only look at one."""
    users = (
        "CREATE ROLE rich LOGIN PASSWORD 'right'",
        "CREATE DATABASE rich OWNER rich",
        "CREATE ROLE poor LOGIN PASSWORD 'right'",
        "CREATE DATABASE bare",
        "CREATE ROLE nologin PASSWORD 'right'",
    )
    with with_passwords(copied(made, tmp_path_factory.mktemp("theirs") / "data"), *users) as one:
        yield one


def test_a_server_of_the_users_own_serves(port: int, tmp_path: Path) -> None:
    """Nothing is made in the data directory but the journal, and the password is in no output."""
    url = f"postgresql://rich:right@127.0.0.1:{port}/rich"
    data = tmp_path / "data"
    words = ("--serve", "--interval", "0.5", "--port", "0", "--data-dir", str(data))
    with Running(tmp_path / "said", *words, environ={"DATABASE_URL": url}) as serving:
        assert serving.says("collecting: Samples are stored in the external database."), serving.said
        taken = "SELECT count(*) FROM metrics_snapshot"
        serving.stop()
    assert f", kept in your own PostgreSQL, with a journal in {data}; " in serving.said
    assert "right" not in serving.said
    assert not (data / "postgresql").exists()
    with psycopg.connect(f"host=127.0.0.1 port={port} user={OWNER} dbname=rich") as connection:
        row = connection.execute(taken).fetchone()
    assert row
    assert row[0] > 0
    status = run("db", "status", "--database-url", url)
    assert (status.returncode, status.stderr) == (0, "")
    assert status.stdout.startswith(f"127.0.0.1:{port}, database rich has schema ")
    assert status.stdout.endswith(", which is the newest\n")


WRONG = {
    "poor:wrong@{place}/bare": "the password for user poor is wrong; correct it in DATABASE_URL",
    "poor@{place}/bare": "the password for user poor is wrong; correct it in DATABASE_URL",
    "poor:right@{place}/bare": (
        "user poor lacks rights on {place}, database bare; give them with: GRANT ALL ON SCHEMA public TO poor"
    ),
    "poor:right@{place}/gone": "there is no such database on {place}, database gone; make it with: createdb gone",
    "nologin:right@{place}/bare": (
        "user nologin may not log in to {place}, database bare; let it in with a line in the server's pg_hba.conf"
    ),
}


@pytest.mark.parametrize("url", WRONG)
def test_what_is_wrong_is_one_sentence(port: int, url: str) -> None:
    """On standard error, with status 1, never with the password."""
    place = f"127.0.0.1:{port}"
    answer = run("db", "upgrade", "--database-url", f"postgresql://{url.format(place=place)}")
    assert (answer.returncode, answer.stdout) == (1, "")
    assert answer.stderr == f"perfwatch: {WRONG[url].format(place=place)}\n"


@pytest.mark.parametrize("action", ["status", "upgrade"])
def test_a_server_that_is_too_old(action: str) -> None:
    """It is told from its greeting, before anything is asked of it."""
    with of_version("14.11") as port:
        answer = run("db", action, "--database-url", f"postgresql://me@127.0.0.1:{port}/d")
    assert (answer.returncode, answer.stdout) == (1, "")
    assert answer.stderr == (
        f"perfwatch: 127.0.0.1:{port}, database d is PostgreSQL 14, which is too old; upgrade it to 15 or newer\n"
    )


def test_a_server_that_is_not_there(tmp_path: Path) -> None:
    """A command says so and ends; the headless run says so, goes on and keeps what it samples."""
    port = free_port()
    url = f"postgresql://me:secret@127.0.0.1:{port}/d"
    said = (
        f"127.0.0.1:{port}, database d cannot be reached (Connection refused); start the server or correct DATABASE_URL"
    )
    answer = run("db", "status", "--database-url", url)
    assert (answer.returncode, answer.stdout, answer.stderr) == (1, "", f"perfwatch: {said}\n")
    journal = tmp_path / "data" / "journal"
    words = ("--serve", "--interval", "0.5", "--port", "0", "--data-dir", str(tmp_path / "data"))
    with Running(tmp_path / "said", *words, environ={"DATABASE_URL": url}) as serving:
        assert serving.says(f"alone: {said}"), serving.said
        until(lambda: journal.exists())
        assert serving.stop() == 0
    assert len(list(journal.glob("*.spool"))) == 1
    assert "secret" not in serving.said
