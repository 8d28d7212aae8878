"""Brings the database's tables to this program's version, and says how they stand: `perfwatch db`.

The version is read with a plain query; only a difference costs a child process that loads alembic and
SQLAlchemy (30 MB that would stay for the life of this one).
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from psycopg import errors

from perfwatch_core.store.address import shown
from perfwatch_core.store.link import Halt, Link
from perfwatch_core.store.problems import OLDEST, too_old
from perfwatch_core.store.state import StoreProblem

# Long enough to rewrite a month of samples; a process that migrates at the same moment is waited for.
MIGRATION_SECONDS = 600.0


def migrations() -> Path:
    """The folder of alembic's env.py and versions: in a bundle, in an installed wheel, or in a checkout."""
    places = [Path(__file__).with_name("migrations"), Path(__file__).parents[2] / "alembic"]
    if bundle := getattr(sys, "_MEIPASS", None):
        places.insert(0, Path(bundle) / "alembic")
    for place in places:
        if (place / "versions").is_dir():
            return place
    raise StoreProblem(
        f"the database's migrations are missing (looked in {', '.join(map(str, places))}); install PerfWatch anew"
    )


def revisions() -> list[str]:
    """All schema versions this program knows, oldest first: a migration's file is named `<version>_<what>.py`."""
    return sorted(path.name.partition("_")[0] for path in (migrations() / "versions").glob("[0-9]*_*.py"))


def stored(link: Link) -> str | None:
    """The schema version of the database, None where it has no tables of ours."""
    try:
        row = link.execute("SELECT version_num FROM alembic_version").fetchone()
    except errors.UndefinedTable:
        return None
    return str(row[0]) if row else None


def ensure(link: Link, params: Mapping[str, str], halt: Halt) -> None:
    """Bring the tables up to date where they are not; StoreProblem says why they cannot be."""
    if link.info.server_version < OLDEST:
        raise too_old(link.info.server_version, params)
    newest = revisions()[-1]
    current = stored(link)
    if current != newest:
        _refuse_newer(current, params)
        migrate(params, newest, halt)


def check(link: Link, params: Mapping[str, str]) -> None:
    """Look whether a newer program has changed the tables since we connected; StoreProblem where it has."""
    _refuse_newer(stored(link), params)


def status(params: Mapping[str, str]) -> str:
    """One sentence on how the schema stands."""
    with Link.open(params, Halt()) as link:
        if link.info.server_version < OLDEST:
            raise too_old(link.info.server_version, params)
        current = stored(link)
    newest = revisions()[-1]
    if current is None:
        return f"{shown(params)} has no tables of PerfWatch yet; make them with: perfwatch db upgrade"
    _refuse_newer(current, params)
    if current == newest:
        return f"{shown(params)} has schema {current}, which is the newest"
    return f"{shown(params)} has schema {current}, {newest} is the newest; go there with: perfwatch db upgrade"


def upgrade(params: Mapping[str, str]) -> str:
    """Bring the tables to the newest version; says how they stand then."""
    with Link.open(params, Halt()) as link:
        ensure(link, params, link.waiting.halt)
    return status(params)


def downgrade(params: Mapping[str, str], revision: str) -> str:
    """Bring the tables back to an older version, or away with 'base'; says how they stand then."""
    known = ["base", *revisions()]
    if revision not in known:
        raise StoreProblem(f"{revision!r} is no schema version; it takes one of {', '.join(known)}")
    with Link.open(params, Halt()) as link:
        current = stored(link)
    _refuse_newer(current, params)
    if revision != "base" and (current is None or revision > current):
        raise StoreProblem(f"{shown(params)} is older than {revision}; go there with: perfwatch db upgrade")
    if current is not None:
        migrate(params, revision, Halt(), down=True)
    return status(params)


def migrate(params: Mapping[str, str], target: str, halt: Halt, down: bool = False) -> None:
    """Run alembic in a child process, to be ended by `halt`; StoreProblem with its sentence where it fails."""
    task = json.dumps({"params": dict(params), "target": target, "down": down})
    command = [sys.executable, "-m", "perfwatch_core.store.migrate"]
    if getattr(sys, "frozen", False):
        # a bundle is no interpreter; this costs memory until the next start
        from perfwatch_core.store.migrate import migrated

        answer = migrated(task)
    else:
        answer = _child(command, task, halt)
    if answer:
        raise StoreProblem(answer)


def _child(command: list[str], task: str, halt: Halt) -> str:
    """What the child answers: nothing when all went well, else one sentence."""
    paths = [str(Path(__file__).parents[2]), os.environ.get("PYTHONPATH", "")]
    environ = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, paths))}
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environ
    ) as child:
        assert child.stdin is not None
        assert child.stdout is not None
        assert child.stderr is not None
        child.stdin.write(task.encode())
        child.stdin.close()
        # its only words come at its end, so the first of them, or the end of file, means that it is done
        if halt.wait(MIGRATION_SECONDS, child.stdout.fileno()):
            child.kill()
            return "the migration was interrupted; it goes on at the next start"
        answer, trouble = child.stdout.read().decode(), child.stderr.read().decode()
    if child.returncode == 0:
        return answer.strip()
    return f"the migration failed: {trouble.strip().splitlines()[-1] if trouble.strip() else child.returncode}"


def _refuse_newer(current: str | None, params: Mapping[str, str]) -> None:
    known = revisions()
    if current is not None and current not in known:
        raise StoreProblem(
            f"{shown(params)} has schema {current} and this PerfWatch knows up to {known[-1]}:"
            " upgrade PerfWatch; nothing is written there until then"
        )
