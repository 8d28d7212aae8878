"""The table `config`: settings changed while running, and the little that must outlive a process."""

from __future__ import annotations

from typing import Any

from psycopg.types.json import Jsonb

from perfwatch_core.store.link import Link

# Where every process hears which entry was written.
CHANNEL = "perfwatch_config"


def read(link: Link) -> dict[str, Any]:
    """All entries by name."""
    return {str(key): value for key, value in link.execute("SELECT key, value FROM config")}


def write(link: Link, name: str, value: Any) -> None:
    """Keep a value that JSON can say under a name, in place of what was there, and tell all processes."""
    link.execute(
        "WITH put AS (INSERT INTO config (key, value, updated_at) VALUES (%s, %s, now())"
        " ON CONFLICT (key) DO UPDATE SET value = excluded.value, updated_at = excluded.updated_at RETURNING key)"
        " SELECT pg_notify(%s, key) FROM put",
        (name, Jsonb(value), CHANNEL),
    )
