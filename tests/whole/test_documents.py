"""Every command that a document shows is run as it stands, at a prompt where all that it needs is there.

Only what does not belong to the machine is put in its place: host names are those of a real PostgreSQL here, and
systemd's and sudo's commands, which would change the machine, are written down instead.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from perfwatch_core.command_line import build_parser
from perfwatch_core.store.cluster_programs import find_programs
from tests.core.store.clusters import copied
from tests.shown import DOCUMENTS, blocks, inline
from tests.whole.program import ROOT, environment
from tests.whole.strangers import with_passwords

SHOWING = [path for path in DOCUMENTS if blocks(path)]
# Written down, not done: (program, its first words as the documents give them).
FOREIGN = ("systemctl", "loginctl", "journalctl", "sudo")
# A history to take along, to compare, and to remove.
FILLING = "python -m tests.simulated_store --data-dir ~/.local/share/perfwatch --days 1"
TOLD = {
    "README.md": [],
    "desktop.md": [],
    "postgresql.md": [],
    "service.md": [
        "systemctl --user enable --now perfwatch",
        "loginctl enable-linger",
        "journalctl --user -u perfwatch",
        "systemctl --user edit perfwatch",
        "sudo install -m 644 perfwatch.service /etc/systemd/system/",
        "sudo systemctl enable --now perfwatch",
    ],
    "store.md": [],
    "uninstall.md": ["systemctl --user disable --now perfwatch"],
}


@pytest.fixture(scope="module")
def port(made: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """That of a PostgreSQL where nobody is called perfwatch yet, and `me` has a database."""
    users = (
        "CREATE ROLE me LOGIN PASSWORD 'right'",
        "CREATE DATABASE mine OWNER me",
        "CREATE ROLE boss SUPERUSER LOGIN PASSWORD 'right'",
    )
    with with_passwords(copied(made, tmp_path_factory.mktemp("theirs") / "data"), *users) as one:
        boss = f"host=127.0.0.1 port={one} user=boss password=right dbname=mine"
        with psycopg.connect(boss, autocommit=True) as connection:
            connection.execute("ALTER DATABASE perfwatch RENAME TO before")
            connection.execute("ALTER ROLE perfwatch RENAME TO before")
        yield one


@pytest.fixture
def prompt(port: int, tmp_path: Path) -> Path:
    """The directory of the programs that a user types here; what was only written down is in `told` beside it."""
    place = tmp_path / "bin"
    place.mkdir()
    typed = f'exec "{sys.executable}" -m tests.whole.typed'
    programs = {"perfwatch": f'{typed} perfwatch "$@"', "make": f'{typed} make "$@"'}
    programs |= {name: f'echo {name} "$@" >> "{tmp_path}/told"' for name in FOREIGN}
    as_boss = f"PGHOST=127.0.0.1 PGPORT={port} PGUSER=boss PGPASSWORD=right exec"
    for name in ("createuser", "createdb"):
        programs[name] = f'{as_boss} "{find_programs().postgres.parent / name}" "$@"'
    programs["python"] = f'exec "{sys.executable}" "$@"'
    for name, program in programs.items():
        (place / name).write_text(f"#!/bin/sh\n{program}\n")
        (place / name).chmod(0o755)
    return place


def _run(script: str, prompt: Path, port: int, typed: str = "") -> subprocess.CompletedProcess[str]:
    """Run it in a home of its own, with `typed` for what it asks, and no terminal."""
    here = f"127.0.0.1:{port}"
    # the tests that users are to run are running; what they made is still needed
    for shown, meant in {
        "me@host/perfwatch": f"me:right@{here}/mine",
        "db.example.org:5432": here,
        "make test": "make -n test",
        "make clean": "make -n clean",
        "/tmp/tried": str(prompt.parent / "tried"),
        "--days 30": "--days 1",
    }.items():
        script = script.replace(shown, meant)
    environ = environment({"PATH": f"{prompt}:{os.environ['PATH']}", "QT_QPA_PLATFORM": "offscreen"})
    environ["PYTHONPATH"] = str(ROOT)
    del environ["XDG_DATA_HOME"]
    return subprocess.run(
        ["bash", "-ec", script],
        env=environ,
        cwd=environ["HOME"],
        input=typed,
        capture_output=True,
        text=True,
        timeout=400,
        check=False,
        start_new_session=True,
    )


@pytest.mark.parametrize("path", SHOWING, ids=lambda path: path.name)
def test_what_a_document_shows_works(path: Path, prompt: Path, port: int) -> None:
    """Block by block, in its order; a password is asked for twice."""
    for block in (*[FILLING] * (path.name == "uninstall.md"), *blocks(path)):
        answer = _run(block, prompt, port, "secret\nsecret\n")
        assert answer.returncode == 0, f"{block}\n{answer.stdout}\n{answer.stderr}"
    told = prompt.parent / "told"
    assert (told.read_text().splitlines() if told.exists() else []) == TOLD[path.name]


def test_what_the_texts_name_works(prompt: Path, port: int) -> None:
    """All in one home; one that only is named lacks what it has to be given, and says so."""
    named = dict.fromkeys([FILLING, *(command.strip() for path in DOCUMENTS for command in inline(path))])
    # what takes the tables away comes last
    for command in sorted(named, key=lambda one: "downgrade" in one):
        answer = _run(command, prompt, port, "a new password\na new password\n")
        bare = tuple(command.split()[1:]) in dict(build_parser().every())
        allowed = (0, 2) if bare else (0,)
        assert answer.returncode in allowed, f"{command}\n{answer.stdout}\n{answer.stderr}"
        assert answer.returncode == 0 or "the following arguments are required: " in answer.stderr
