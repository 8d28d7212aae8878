"""Whatever bytes come, the answer is clean, nothing is logged, and nothing grows."""

from __future__ import annotations

import gc
import json
import socket as sockets
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from websockets.asyncio.server import ServerConnection
from websockets.exceptions import ConnectionClosed

from perfwatch_core.store.cluster import Cluster
from perfwatch_net.limits import Limits
from tests.core.store.waiting import until
from tests.net.conftest import running
from tests.net.rig import OPENING, Rig, socket_to

FEW = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])

leaves = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20)
values = st.recursive(
    leaves, lambda below: st.lists(below, max_size=3) | st.dictionaries(st.text(max_size=8), below, max_size=3)
)
METHODS = (
    "auth.token auth.me health db.status metrics.subscribe metrics.unsubscribe config.get config.update system.info"
    " history.types history.metrics history.compare history.changes history.addresses history.points history.figures"
    " retention.get layout.get rpc.discover docs nothing"
)
NAMES = (
    "metric_type start_time end_time interval limit period compare_to start_time_1 end_time_1 start_time_2"
    " end_time_2 series points band token settings retention_days"
)
WORDS = "cpu memory raw auto 1h hour yesterday now -1h -400d 2026-01-01T00:00Z 1 0 -1 cpu.usage_percent cpu.per_core[0]"
wishes = st.dictionaries(
    st.sampled_from(NAMES.split()) | st.text(max_size=8), st.sampled_from(WORDS.split()) | values, max_size=5
)
requests = st.fixed_dictionaries(
    {"jsonrpc": st.just("2.0") | leaves, "method": st.sampled_from(METHODS.split()) | leaves, "id": leaves},
    optional={"params": wishes | values},
)


@pytest.fixture(scope="module")
def rig(cluster: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rig]:
    """One that does not tire of so many requests."""
    with running(cluster, tmp_path_factory, Limits(requests=100_000, header_seconds=0.5)) as one:
        yield one


@pytest.fixture(scope="module", autouse=True)
def _nothing_grows(rig: Rig) -> Iterator[None]:
    """No connection, no viewer and no object of either is left when all is over."""
    yield
    until(lambda: (rig.background.connections, rig.background.viewers) == (0, 0))
    until(lambda: not [one for one in garbage() if isinstance(one, ServerConnection)])


def garbage() -> list[Any]:
    gc.collect()
    return gc.get_objects()


def answered(rig: Rig, sent: bytes) -> bytes:
    """All that comes back to these bytes and an end."""
    found = b""
    with socket_to(rig.port) as connection:
        try:
            connection.sendall(sent)
            connection.shutdown(sockets.SHUT_WR)
            while part := connection.recv(65536):
                found += part
        except ConnectionError:
            # it was cut before it had said all
            return found
    return found


def clean(answer: bytes) -> bool:
    """Nothing, or HTTP that is not our fault."""
    return answer == b"" or (answer.startswith(b"HTTP/1.1 ") and not answer.startswith(b"HTTP/1.1 5"))


@FEW
@given(st.binary(max_size=300))
def test_any_bytes_at_the_door(rig: Rig, sent: bytes) -> None:
    assert clean(answered(rig, sent))
    assert clean(answered(rig, sent + b"\r\n\r\n"))


names = st.sampled_from(
    ["Host", "Origin", "Authorization", "Upgrade", "Connection", "Sec-WebSocket-Key", "Content-Length"]
)
texts = st.text(st.characters(max_codepoint=255, exclude_characters="\r\n"), max_size=40)


@FEW
@given(
    st.sampled_from(["GET", "HEAD", "POST", "PUT", "get", "OPTIONS"]),
    st.sampled_from(
        ["/", "/health", "/api/ws", "/api/ws/metrics", "/metrics", "/api/auth/login", "/api/history/metrics"]
    ),
    st.lists(st.tuples(names | st.text("abc-", min_size=1, max_size=6), texts), max_size=6),
)
def test_any_headers(rig: Rig, method: str, path: str, headers: list[tuple[str, str]]) -> None:
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers)
    sent = f"{method} {path} HTTP/1.1\r\nHost: {rig.host}\r\n{lines}\r\n".encode("latin-1")
    assert clean(answered(rig, sent))


@FEW
@given(st.sampled_from(["metrics", "metrics/types", "compare", "changes"]), st.text(max_size=60), wishes)
def test_any_query(rig: Rig, path: str, raw: str, wish: dict[str, Any]) -> None:
    query = "&".join(f"{quote(str(name))}={quote(str(value))}" for name, value in wish.items())
    for one in (query, quote(raw, safe="=&%+"), query + "&" + quote(raw)):
        answer = rig.ask(f"/api/history/{path}?{one}")
        assert answer.status in (200, 400, 431), answer.body
        if answer.status != 200:
            assert answer.detail


@FEW
@given(st.lists(requests | values, max_size=4))
def test_any_requests_on_the_socket(rig: Rig, sent: list[Any]) -> None:
    with rig.socket() as socket:
        login = {"jsonrpc": "2.0", "id": "login", "method": "auth.token", "params": {"token": rig.token}}
        last = {"jsonrpc": "2.0", "id": "last", "method": "nothing at all"}
        for one in (login, *sent, sent, last):
            socket.send(json.dumps(one))
        errors = []
        while True:
            told = json.loads(socket.recv(timeout=30))
            found = told if isinstance(told, list) else [told]
            errors += [one["error"] for one in found if "error" in one]
            if any(one.get("id") == "last" for one in found):
                break
        assert -32603 not in [error["code"] for error in errors], errors
        assert all(error["message"] for error in errors)


@FEW
@given(st.sampled_from(["/api/ws", "/api/ws/metrics"]), st.binary(min_size=1, max_size=200))
def test_any_bytes_as_frames(rig: Rig, path: str, sent: bytes) -> None:
    head = "".join(f"{name}: {value}\r\n" for name, value in (("Host", rig.host), *OPENING))
    answer = answered(rig, f"GET {path} HTTP/1.1\r\n{head}\r\n".encode() + sent)
    assert answer.startswith(b"HTTP/1.1 101") or answer == b""


@FEW
@given(st.lists(st.text(max_size=40) | st.binary(max_size=40), min_size=1, max_size=5))
def test_any_messages_on_the_stream(rig: Rig, sent: list[str | bytes]) -> None:
    with rig.socket(f"/api/ws/metrics?token={rig.token}") as socket:
        for one in sent:
            socket.send(one)
        socket.send('{"type":"ping"}')
        while json.loads(socket.recv(timeout=30))["type"] != "pong":
            continue
    with rig.socket("/api/ws/metrics") as socket:
        socket.send(sent[0])
        with pytest.raises(ConnectionClosed):
            socket.recv(timeout=30)
        assert socket.close_code == 4003
