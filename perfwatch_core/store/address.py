"""Where an external PostgreSQL is: DATABASE_URL taken apart, and a name for its journal."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

from psycopg import ProgrammingError
from psycopg.conninfo import conninfo_to_dict

from perfwatch_core.store.state import StoreProblem

# What libpq shall assume unless the URL says otherwise: a dead connection is found within a minute, and texts are
# texts, also from a database made under the C locale, which names no encoding of its own.
_ASSUMED = {
    "client_encoding": "UTF8",
    "keepalives_idle": "20",
    "keepalives_interval": "10",
    "keepalives_count": "3",
    "tcp_user_timeout": "30000",
}


def parameters(url: str) -> dict[str, str]:
    """Give libpq's parameters for DATABASE_URL; SQLAlchemy's `postgresql+psycopg://` is understood too.

    Raises StoreProblem where libpq cannot read it.
    """
    scheme, separator, rest = url.partition("://")
    plain = scheme.partition("+")[0] + separator + rest
    try:
        found = conninfo_to_dict(plain)
    except ProgrammingError:
        # libpq quotes the URL, password and all: its words stay here
        raise StoreProblem(
            "DATABASE_URL cannot be read; write it like postgresql://user:password@host:5432/name"
        ) from None
    return {**_ASSUMED, **{key: str(value) for key, value in found.items() if value is not None}}


def identity(params: Mapping[str, str]) -> str:
    """Twelve hex digits that name the database, whatever the user and password: its journal is its own."""
    place = "\n".join(params.get(key, "") for key in ("host", "hostaddr", "port", "dbname"))
    return hashlib.sha256(place.encode()).hexdigest()[:12]


def shown(params: Mapping[str, str]) -> str:
    """The server and database as a person knows them, without a password."""
    host = params.get("host") or params.get("hostaddr") or "this machine"
    ports = params.get("port", "").split(",")
    hosts = host.split(",")
    # libpq: one port counts for all hosts
    pairs = zip(hosts, ports if len(ports) == len(hosts) else ports[:1] * len(hosts), strict=True)
    places = " or ".join(f"{one}:{port}" if port and not one.startswith("/") else one for one, port in pairs)
    return f"{places}, database {params.get('dbname') or params.get('user') or 'default'}"
