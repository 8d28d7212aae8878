"""The door: which names and pages get in, each by HTTP and as a socket, and what every answer carries."""

from __future__ import annotations

import json
import platform
import ssl
import time
import warnings
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import pytest
from websockets.sync.client import connect

from perfwatch_core.settings import Settings
from perfwatch_net.background import Background
from perfwatch_net.gate import SECURITY_HEADERS
from perfwatch_net.server import CannotServe, tls_context
from tests.net.certificate import write_certificate
from tests.net.rig import OPENING, Answer, Rig, call, doorway, end_of, socket_to

KINDS = pytest.mark.parametrize("socket", [False, True], ids=["http", "socket"])


def let_in(answer: Answer, socket: bool) -> bool:
    return answer.status == (101 if socket else 200)


@KINDS
@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "evil.example:{port}",
        "localhost.evil.example:{port}",
        "127.0.0.1.evil.example:{port}",
        "localhost:1",
        "user@localhost:{port}",
        "",
    ],
)
def test_another_name_than_ours_is_turned_away(rig: Rig, host: str, socket: bool) -> None:
    """A page that was led here by its own name (DNS rebinding) gets nothing."""
    answer = rig.knock(("Host", host.format(port=rig.port)), socket=socket)
    assert answer.status == 421
    assert f"http://localhost:{rig.port}/" in answer.detail


@KINDS
@pytest.mark.parametrize("host", ["localhost:{port}", "127.0.0.1:{port}", "[::1]:{port}", "LOCALHOST:{port}"])
def test_our_own_names_get_in(rig: Rig, host: str, socket: bool) -> None:
    assert let_in(rig.knock(("Host", host.format(port=rig.port)), socket=socket), socket)


@KINDS
def test_one_host_header_is_needed_and_no_more(rig: Rig, socket: bool) -> None:
    assert rig.knock(socket=socket).status == 421
    assert rig.knock(("Host", rig.host), ("Host", rig.host), socket=socket).status == 421


@pytest.mark.parametrize("origin", ["http://evil.example", "null", "https://localhost:{port}", "http://localhost", ""])
def test_pages_of_other_origins_open_no_socket_and_change_nothing(rig: Rig, origin: str) -> None:
    origin = origin.format(port=rig.port)
    for path in ("/api/ws", "/api/ws/metrics"):
        answer = rig.knock(("Host", rig.host), ("Origin", origin), socket=True, path=path)
        assert (answer.status, answer.detail) == (403, "only this server's own page may ask that")
    assert rig.login(Origin=origin).status == 403
    for method in ("POST", "PUT", "DELETE", "OPTIONS", "PATCH"):
        answer = rig.knock(("Host", rig.host), ("Origin", origin), socket=False, method=method)
        assert answer.status == 403


def test_our_own_page_opens_a_socket(rig: Rig) -> None:
    assert rig.knock(("Host", rig.host), ("Origin", f"http://{rig.host}"), socket=True).status == 101
    assert rig.login(Origin=f"http://{rig.host}").status == 200


def test_no_other_origin_may_read_an_answer(rig: Rig) -> None:
    """Neither a plain request of another page nor its preflight is given an Access-Control header."""
    for method in ("GET", "OPTIONS", "POST"):
        wish = (("Host", rig.host), ("Origin", "http://evil.example"), ("Access-Control-Request-Method", "POST"))
        answer = rig.knock(*wish, socket=False, method=method)
        assert not [name for name in answer.headers if name.startswith("access-control")]
        assert answer.headers["cross-origin-resource-policy"] == "same-origin"


@pytest.mark.parametrize(
    ("request_", "status"),
    [
        ("GET / HTTP/1.1\r\nHost: {host}\r\n\r\n", 200),
        ("GET /health HTTP/1.1\r\nHost: {host}\r\n\r\n", 200),
        ("GET /docs HTTP/1.1\r\nHost: {host}\r\n\r\n", 200),
        ("HEAD /health HTTP/1.1\r\nHost: {host}\r\n\r\n", 200),
        ("GET /nothing HTTP/1.1\r\nHost: {host}\r\n\r\n", 404),
        ("GET //[ HTTP/1.1\r\nHost: {host}\r\n\r\n", 404),
        ("GET /../../etc/passwd HTTP/1.1\r\nHost: {host}\r\n\r\n", 404),
        ("GET /%2e%2e/etc/passwd HTTP/1.1\r\nHost: {host}\r\n\r\n", 404),
        ("GET /api/auth/me HTTP/1.1\r\nHost: {host}\r\n\r\n", 401),
        ("GET /metrics HTTP/1.1\r\nHost: {host}\r\n\r\n", 401),
        ("POST /health HTTP/1.1\r\nHost: {host}\r\n\r\n", 405),
        ("GET /api/auth/login HTTP/1.1\r\nHost: {host}\r\n\r\n", 405),
        ("GET /api/ws HTTP/1.1\r\nHost: {host}\r\n\r\n", 426),
        ("GET / HTTP/1.1\r\nHost: elsewhere\r\n\r\n", 421),
        ("GET /api/ws HTTP/1.1\r\nHost: {host}\r\nUpgrade: websocket\r\n\r\n", 426),
        ("GET /api/ws HTTP/1.1\r\nHost: {host}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n", 400),
        ("POST /api/auth/login HTTP/1.1\r\nHost: {host}\r\nContent-Length: 3\r\n\r\nabc", 400),
        ("GET / HTTP/3.0\r\nHost: {host}\r\n\r\n", 400),
        ("nonsense\r\n\r\n", 400),
        ("GET /{long} HTTP/1.1\r\nHost: {host}\r\n\r\n", 431),
        ("GET / HTTP/1.1\r\nHost: {host}\r\nX: {long}\r\n\r\n", 431),
        ("GET / HTTP/1.1\r\nHost: {host}\r\n{many}\r\n", 431),
    ],
)
def test_every_answer_carries_the_security_headers(rig: Rig, request_: str, status: int) -> None:
    """Policy, nosniff, frame denial, no banner, nothing cached; and each error is one sentence."""
    words = {"host": rig.host, "long": "x" * 9000, "many": "X: y\r\n" * 200}
    answer = rig.raw(request_.format(**words).encode())
    assert answer.status == status
    for name, value in SECURITY_HEADERS:
        assert answer.headers[name.lower()] == value
    assert "server" not in answer.headers
    assert answer.headers["cache-control"] in ("no-store", "no-cache")
    if status >= 400:
        assert answer.detail
        assert answer.headers["content-type"] == "application/json"


def test_login_and_method_errors_say_what_is_right(rig: Rig) -> None:
    assert rig.ask("/api/auth/me", token="").headers["www-authenticate"].startswith("Bearer")
    assert rig.ask("/api/auth/login").headers["allow"] == "POST"
    assert rig.ask("/health", "DELETE").headers["allow"] == "GET"
    assert rig.ask("/api/ws").headers["upgrade"] == "websocket"


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1", "monitor.example"])
def test_beyond_loopback_only_with_tls_or_on_ones_own_demand(host: str) -> None:
    with pytest.raises(CannotServe, match=r"--tls-cert and --tls-key, or --insecure"):
        tls_context(Settings(host=host))
    assert tls_context(Settings(host=host, insecure=True)) is None
    assert tls_context(Settings(host="127.0.0.1")) is None


def test_a_certificate_that_cannot_be_used_is_named(tmp_path: Path) -> None:
    (tmp_path / "cert.pem").write_text("no certificate")
    with pytest.raises(CannotServe, match=r"cert\.pem"):
        tls_context(Settings(tls_cert=tmp_path / "cert.pem", tls_key=tmp_path / "key.pem"))
    with pytest.raises(CannotServe, match="--tls-cert"):
        tls_context(Settings(tls_key=tmp_path / "key.pem"))


def test_with_a_certificate_it_is_https_and_wss_and_nothing_older(tmp_path: Path) -> None:
    certificate, key = write_certificate(tmp_path)
    trusting = ssl.create_default_context(cafile=str(certificate))
    with doorway(tmp_path, tls_cert=certificate, tls_key=key) as rig:
        assert rig.url == f"https://localhost:{rig.port}/"
        with urlopen(f"{rig.url}health", context=trusting, timeout=30) as answer:
            assert json.load(answer)["status"] == "starting"
        with connect(f"wss://{rig.host}/api/ws", ssl=trusting, proxy=None) as socket:
            assert call(socket, "health")["result"]["status"] == "starting"
        old = ssl.create_default_context(cafile=str(certificate))
        with warnings.catch_warnings(action="ignore"):
            old.minimum_version = old.maximum_version = ssl.TLSVersion.TLSv1_1
        with pytest.raises(URLError, match="SSL"):
            urlopen(f"{rig.url}health", context=old, timeout=30)
        with socket_to(rig.port) as plain:
            plain.sendall(b"GET /health HTTP/1.1\r\n\r\n")
            assert not plain.recv(100).startswith(b"HTTP")


def test_a_port_that_is_taken_is_one_sentence(tmp_path: Path) -> None:
    with doorway(tmp_path / "one") as rig:
        second = Background(rig.engine, rig.said.append, Settings(data_dir=tmp_path, port=rig.port))
        with pytest.raises(CannotServe, match=f"127.0.0.1 port {rig.port} .*choose another with --host or --port"):
            second.start().result(30)
        assert second.stop()


def test_an_address_that_is_not_ours_is_one_sentence(tmp_path: Path) -> None:
    with doorway(tmp_path / "one") as rig:
        other = Background(rig.engine, rig.said.append, Settings(data_dir=tmp_path, host="192.0.2.1", insecure=True))
        with pytest.raises(CannotServe, match=r"cannot listen on 192\.0\.2\.1"):
            other.start().result(30)
        assert other.stop()


def test_beyond_loopback_it_goes_by_the_machines_name_and_those_declared(tmp_path: Path) -> None:
    with doorway(tmp_path, host="0.0.0.0", insecure=True, host_names="monitor.example") as rig:
        for name in (platform.node(), "monitor.example", "localhost", "127.0.0.2"):
            assert rig.knock(("Host", f"{name}:{rig.port}"), socket=False).status == 200
        assert rig.knock(("Host", f"other.example:{rig.port}"), socket=False).status == 421


def test_stopping_says_goodbye_and_waits_for_nobody(tmp_path: Path) -> None:
    """Viewers get a close frame; a connection without a request, or a socket that does not answer, is cut."""
    with doorway(tmp_path) as rig, socket_to(rig.port) as idle, socket_to(rig.port) as silent:
        head = "".join(f"{name}: {value}\r\n" for name, value in (("Host", rig.host), *OPENING))
        silent.sendall(f"GET /api/ws HTTP/1.1\r\n{head}\r\n".encode())
        assert silent.recv(4096).startswith(b"HTTP/1.1 101")
        with rig.socket() as socket:
            assert call(socket, "health")["result"]
            began = time.monotonic()
            assert rig.background.stop(10)
            assert end_of(socket) == (1001, "PerfWatch is stopping")
        assert idle.recv(100) == b""
        assert b"PerfWatch is stopping" in silent.recv(100)
        # far less than the minute an answer may take
        assert time.monotonic() - began < 8
