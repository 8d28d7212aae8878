"""`perfwatch passwd`: set the admin's password, at the keyboard or from a pipe."""

from __future__ import annotations

import getpass
import sys

from perfwatch_core.settings import Settings
from perfwatch_core.store import accounts
from perfwatch_core.store.command import with_link
from perfwatch_core.store.link import Link
from perfwatch_core.store.state import StoreProblem
from perfwatch_net.auth import PasswordRefused, new_password


def passwd(settings: Settings) -> int:
    """Ask twice and set it, which ends every session; 1 with a sentence where it was not set."""
    name = settings.admin_username
    try:
        password_hash = new_password(_asked(name))
        with_link(settings, lambda link: _set(link, name, password_hash))
    except EOFError:
        print("perfwatch: no password was given", file=sys.stderr)
        return 1
    except (PasswordRefused, StoreProblem) as problem:
        print(f"perfwatch: {problem}", file=sys.stderr)
        return 1
    print(f"the password of {name!r} is set; whoever was logged in has to log in again")
    return 0


def _asked(name: str) -> str:
    if not sys.stdin.isatty():
        return input()
    first = getpass.getpass(f"New password for {name!r}: ")
    if getpass.getpass("Again: ") != first:
        raise PasswordRefused("the two passwords differ")
    return first


def _set(link: Link, name: str, password_hash: str) -> None:
    if not accounts.set_password(link, name, password_hash):
        accounts.create(link, name, password_hash, must_change=False)
