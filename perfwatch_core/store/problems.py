"""PostgreSQL's and libpq's errors as one clear sentence each: what is wrong, and what mends it."""

from __future__ import annotations

from collections.abc import Mapping

import psycopg
from psycopg import errors

from perfwatch_core.store.address import shown
from perfwatch_core.store.cluster_socket import is_private
from perfwatch_core.store.link import NoAnswer, Stopped
from perfwatch_core.store.state import StoreProblem

# PostgreSQL 15 is the oldest that the contract names (server_version_num).
OLDEST = 150_000

# By SQLSTATE (PostgreSQL's appendix A); for a failed connection libpq gives none, then its words decide.
_BY_CODE = {
    "28P01": "the password for user {user} is wrong; correct it in DATABASE_URL",
    "28000": "user {user} may not log in to {place}; let it in with a line in the server's pg_hba.conf",
    "3D000": "there is no such database on {place}; make it with: createdb {dbname}",
    "3F000": "the database on {place} has no schema to make tables in; make it with: CREATE SCHEMA public",
    "42501": "user {user} lacks rights on {place}; give them with: GRANT ALL ON SCHEMA public TO {user}",
    "53100": "the disk of the database on {place} is full; make room there",
    "53200": "the server on {place} is out of memory; give it more, or lower its shared_buffers",
    "53300": "{place} has no connection left; raise max_connections, or end clients that are not needed",
    "25006": "{place} is read-only; name its primary in DATABASE_URL",
    "57P03": "{place} is starting up or recovering; this mends itself",
    "57P01": "the server on {place} was shut down",
    "tls-ca": "the certificate of {place} is signed by none that sslrootcert names; name the right CA in DATABASE_URL",
    "tls-name": "the certificate of {place} is for another name; use the host name that it is made for in DATABASE_URL",
    "tls-file": "the file with the CA for {place} is not there or cannot be read; correct sslrootcert in DATABASE_URL",
    "tls-none": "{place} does not speak TLS, which sslmode demands; switch it on there with: ssl = on",
    "read-only": "{place} has no primary that target_session_attrs asks for; this mends itself once there is one",
    "42P01": "the tables in {place} are gone; make them anew with: perfwatch db upgrade",
}
_BY_WORDS = (
    ("certificate verify failed", "tls-ca"),
    ("does not match host name", "tls-name"),
    ("root certificate file", "tls-file"),
    ("does not support SSL", "tls-none"),
    ("session is read-only", "read-only"),
    ("password authentication failed", "28P01"),
    ("no password supplied", "28P01"),
    ("no pg_hba.conf entry", "28000"),
    ("authentication failed", "28000"),
    ("is not permitted to log in", "28000"),
    ("permission denied for database", "42501"),
    ("too many", "53300"),
    ("connection slots are reserved", "53300"),
    ("starting up", "57P03"),
    ("not yet accepting connections", "57P03"),
    ("in recovery mode", "57P03"),
    ("shutting down", "57P01"),
)


def sentence(error: BaseException, params: Mapping[str, str]) -> str:
    """What went wrong, for a person; never with a password in it."""
    if isinstance(error, StoreProblem):
        return str(error)
    if isinstance(error, NoAnswer):
        return f"{shown(params)} does not answer; PerfWatch goes on and tries again"
    if isinstance(error, Stopped):
        return "PerfWatch is stopping"
    words = " ".join(str(error).split())
    template = _BY_CODE.get(_code(error, words))
    user = params.get("user") or "(yours)"
    if template is not None:
        return template.format(user=user, place=shown(params), dbname=params.get("dbname") or user)
    password = params.get("password")
    if password:
        words = words.replace(password, "…")
    if isinstance(error, errors.OperationalError) and error.sqlstate is None:
        if is_private(params):
            place = f"the private database in {params['host']}"
            return f"{place} does not answer ({_reason(words)}); PerfWatch starts it again"
        return f"{shown(params)} cannot be reached ({_reason(words)}); start the server or correct DATABASE_URL"
    return f"{shown(params)} refused: {words}"


def too_old(version: int, params: Mapping[str, str]) -> StoreProblem:
    """The server is older than the oldest that serves; `version` as in server_version_num."""
    return StoreProblem(
        f"{shown(params)} is PostgreSQL {version // 10000}, which is too old; upgrade it to {OLDEST // 10000} or newer"
    )


def _code(error: BaseException, words: str) -> str:
    state = error.sqlstate if isinstance(error, psycopg.Error) else None
    if state:
        return state
    if 'database "' in words and "does not exist" in words:
        return "3D000"
    if 'role "' in words and "does not exist" in words:
        return "28000"
    return next((code for text, code in _BY_WORDS if text in words), "")


def _reason(words: str) -> str:
    """The last part of libpq's long line: connection to server at "h", port 1 failed: Connection refused."""
    return words.partition(" Is the server")[0].partition(" This probably means")[0].rpartition(" failed: ")[2]
