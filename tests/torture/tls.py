"""A server with a certificate of a CA made here: who knows the CA is served, who knows another is told so."""

from __future__ import annotations

import subprocess
from pathlib import Path

from tests.torture.foreign import Foreign, url
from tests.torture.outcome import Outcome
from tests.torture.serving import Serving
from tests.whole.program import run


def tls_with(version: str) -> str:
    """What is tried, in words."""
    return f"TLS with verify-full, PostgreSQL {version}"


def with_tls(subject: str, version: str, server: Foreign, place: Path) -> Outcome:
    """sslmode=verify-full with the right CA, with a wrong one, and under another name."""
    for name in ("right", "wrong"):
        _openssl(
            "req", "-x509", "-subj", f"/CN={name}", *_new(place / f"{name}.key"), "-out", str(place / f"{name}.crt")
        )
    _signed(place)
    key = server.write("server.key", (place / "server.key").read_text())
    certificate = server.write("server.crt", (place / "server.crt").read_text())
    server.settle(f"ssl = on\nssl_key_file = '{key}'\nssl_cert_file = '{certificate}'\n")
    server.control("restart")
    server.tell("CREATE DATABASE tls")
    wrong = []
    mode = "?sslmode=verify-full&sslrootcert="
    address = url("tls", server.port, host="localhost", more=f"{mode}{place / 'right.crt'}")
    with Serving(place, place / "tls", environ={"DATABASE_URL": address}) as serving:
        serving.begin()
        used = server.tell(
            "SELECT bool_and(ssl) FROM pg_stat_ssl JOIN pg_stat_activity USING (pid) WHERE datname = 'tls'"
        )
        if used[0][0] is not True:
            wrong.append("it does not speak TLS")
        serving.stop()
    for what, host, root in (
        ("is signed by none that", "localhost", place / "wrong.crt"),
        ("is for another name", "127.0.0.1", place / "right.crt"),
        ("is not there", "localhost", place / "none.crt"),
    ):
        told = run("db", "status", "--database-url", url("tls", server.port, host=host, more=f"{mode}{root}"))
        if told.returncode != 1 or what not in told.stderr:
            wrong.append(f"for {root.name} and {host} it said {told.stderr}")
    lost, note = "; ".join(wrong) or "nothing", "wrong CA, name and file: one sentence each"
    return Outcome(subject, tls_with(version), 1, not wrong, lost, note)


def _signed(place: Path) -> None:
    """The server's certificate, for `localhost` only."""
    _openssl("req", "-subj", "/CN=localhost", *_new(place / "server.key"), "-out", str(place / "server.csr"))
    names = place / "names"
    names.write_text("subjectAltName=DNS:localhost\n")
    ca = ("-CA", str(place / "right.crt"), "-CAkey", str(place / "right.key"), "-CAcreateserial")
    files = ("-in", str(place / "server.csr"), "-out", str(place / "server.crt"), "-extfile", str(names))
    _openssl("x509", "-req", *files, *ca)


def _new(key: Path) -> tuple[str, ...]:
    return ("-newkey", "rsa:2048", "-nodes", "-keyout", str(key))


def _openssl(*words: str) -> None:
    subprocess.run(["openssl", *words], check=True, capture_output=True)
