"""Whom PostgreSQL runs as: the user, or for root, whom PostgreSQL refuses, a system user without rights."""

from __future__ import annotations

import os
import pwd
import subprocess
from pathlib import Path
from typing import NamedTuple

from perfwatch_core.store.cluster_problem import ClusterProblem

OWN_USER = "perfwatch"
# Debian's own user for databases; it exists where their PostgreSQL is installed.
_OTHER_USER = "postgres"
# login.defs(5) SYS_UID_MAX: above are people, who shall not get root's cluster for being called like it.
_LAST_SYSTEM_UID = 999

# Nothing of the caller's environment: it holds passwords, and a bundle's library path misleads other programs.
ENVIRONMENT = {"PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C"}


class Account(NamedTuple):
    """A user by name and numbers."""

    name: str
    uid: int
    gid: int


class Switch(NamedTuple):
    """`subprocess`'s arguments for whom to run a program as; all None: as ourselves."""

    user: int | None = None
    group: int | None = None
    extra_groups: list[int] | None = None


def ourselves() -> Account:
    """Who runs PerfWatch; peer authentication needs the name."""
    uid = os.geteuid()
    try:
        entry = pwd.getpwuid(uid)
    except KeyError:
        raise ClusterProblem(
            f"user number {uid} has no name, which PostgreSQL requires; run PerfWatch as a user listed in"
            " /etc/passwd, or set DATABASE_URL"
        ) from None
    return Account(entry.pw_name, uid, entry.pw_gid)


def server_account(data: Path) -> Account:
    """Whom the cluster at `data` runs as: its owner, and before it exists us, or for root a system user."""
    us = ourselves()
    try:
        owner = data.stat().st_uid
    except FileNotFoundError:
        return us if us.uid else _system_user()
    if owner == us.uid and us.uid:
        return us
    name = _named(owner)
    if us.uid or not owner or name is None:
        raise ClusterProblem(
            f"{data} belongs to user {name.name if name else owner}, so that user {us.name} cannot run PostgreSQL"
            " there; name another directory with --data-dir"
        )
    return name


def switch(account: Account) -> Switch:
    """How a child becomes `account`, with none of our groups."""
    if account.uid == os.geteuid():
        return Switch()
    return Switch(account.uid, account.gid, [])


def _named(uid: int) -> Account | None:
    try:
        entry = pwd.getpwuid(uid)
    except KeyError:
        return None
    return Account(entry.pw_name, uid, entry.pw_gid)


def _system_user() -> Account:
    """`perfwatch`, made where it is missing, else `postgres`."""
    made = _existing(OWN_USER) or _make() or _existing(_OTHER_USER)
    if made is None:
        raise ClusterProblem(
            "PostgreSQL refuses to run as root and there is no system user for it; make one with:"
            f" useradd --system {OWN_USER}"
        )
    return made


def _existing(name: str) -> Account | None:
    try:
        entry = pwd.getpwnam(name)
    except KeyError:
        return None
    return Account(name, entry.pw_uid, entry.pw_gid) if 0 < entry.pw_uid <= _LAST_SYSTEM_UID else None


def _make() -> Account | None:
    """A system user without home, shell or password (useradd(8))."""
    command = ["useradd", "--system", "--user-group", "--no-create-home", "--home-dir", "/nonexistent"]
    try:
        subprocess.run(
            [*command, "--shell", "/usr/sbin/nologin", OWN_USER], env=ENVIRONMENT, capture_output=True, check=False
        )
    except OSError:
        # no useradd here, as in a small container
        return None
    return _existing(OWN_USER)
