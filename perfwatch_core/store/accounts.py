"""The users in the database, for whoever lets them in: plain rows, no passwords and no rules."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from perfwatch_core.store.link import Link

_COLUMNS = "id, username, password_hash, must_change, created_at, last_login"
_EPOCH = "sign_out_epoch"


@dataclass(frozen=True, slots=True)
class Account:
    """One row of `users`; times are UTC."""

    id: int
    username: str
    password_hash: str
    must_change: bool
    created_at: datetime
    last_login: datetime | None


def accounts(link: Link) -> list[Account]:
    """All users, the oldest first."""
    rows = link.execute(f"SELECT {_COLUMNS} FROM users ORDER BY id").fetchall()
    return [Account(*row) for row in rows]


def create(link: Link, username: str, password_hash: str, must_change: bool) -> bool:
    """Add a user; False where one of that name exists, which then stays as it is."""
    made = link.execute(
        "INSERT INTO users (username, password_hash, must_change) VALUES (%s, %s, %s)"
        " ON CONFLICT (username) DO NOTHING",
        (username, password_hash, must_change),
    )
    return made.rowcount == 1


def set_password(link: Link, username: str, password_hash: str, must_change: bool = False) -> bool:
    """Give a user a new password hash; False where there is no such user."""
    done = link.execute(
        "UPDATE users SET password_hash = %s, must_change = %s, password_changed_at = now() WHERE username = %s",
        (password_hash, must_change, username),
    )
    return done.rowcount == 1


def logged_in(link: Link, username: str) -> None:
    """Note that a user has just logged in."""
    link.execute("UPDATE users SET last_login = now() WHERE username = %s", (username,))


def sign_out_epoch(link: Link) -> int:
    """How often everyone was signed out; tokens of an earlier epoch are void."""
    row = link.execute("SELECT value FROM config WHERE key = %s", (_EPOCH,)).fetchone()
    return int(row[0]) if row else 0


def sign_everyone_out(link: Link) -> int:
    """Begin a new epoch and return it."""
    row = link.execute(
        "INSERT INTO config (key, value) VALUES (%s, '1'::jsonb) ON CONFLICT (key)"
        " DO UPDATE SET value = to_jsonb((config.value)::int + 1), updated_at = now() RETURNING value",
        (_EPOCH,),
    ).fetchone()
    assert row is not None  # RETURNING gives the row it wrote
    return int(row[0])
