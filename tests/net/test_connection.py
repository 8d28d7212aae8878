"""What one client, or all together, may cost: each limit met by HTTP and on a socket, and what is said then."""

from __future__ import annotations

import contextlib
import json
import socket as sockets
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from perfwatch_net.limits import Limits
from tests.core.store.waiting import until
from tests.net.rig import OPENING, Rig, call, doorway, end_of, socket_to

FEW = Limits(
    connections=8,
    from_one_address=5,
    strangers=4,
    header_seconds=0.3,
    login_seconds=0.5,
    close_seconds=0.3,
    frame_bytes=2048,
    requests=30,
    request_seconds=30.0,
    pings=10,
    ping_seconds=30.0,
)


@pytest.fixture
def few(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rig]:
    """A server with small limits."""
    with doorway(tmp_path_factory.mktemp("data"), FEW) as rig:
        yield rig


@pytest.fixture(scope="module")
def roomy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rig]:
    """A server on which only size, time and pings are limited."""
    limits = Limits(
        header_seconds=0.3, login_seconds=0.5, close_seconds=0.3, frame_bytes=2048, pings=10, ping_seconds=30
    )
    with doorway(tmp_path_factory.mktemp("data"), limits) as rig:
        yield rig


def upgrade(connection: sockets.socket, rig: Rig, path: str) -> None:
    """Open a socket by hand."""
    head = "".join(f"{name}: {value}\r\n" for name, value in (("Host", rig.host), *OPENING))
    connection.sendall(f"GET {path} HTTP/1.1\r\n{head}\r\n".encode())
    assert connection.recv(4096).startswith(b"HTTP/1.1 101")


def answered(connection: sockets.socket) -> bytes:
    """All that comes until the other end closes."""
    found = b""
    while part := connection.recv(65536):
        found += part
    return found


@pytest.mark.parametrize("socket", [False, True], ids=["http", "socket"])
def test_too_many_without_a_login_are_told_so(few: Rig, socket: bool) -> None:
    """Whether they idle before their request or sit on a socket."""
    with ExitStack() as stack:
        for _ in range(FEW.strangers):
            if socket:
                stack.enter_context(few.socket())
            else:
                stack.enter_context(socket_to(few.port))
        until(lambda: few.knock(("Host", few.host), socket=socket).status == 503)
        answer = few.knock(("Host", few.host), socket=socket)
        assert "without a login" in answer.detail
        assert answer.headers["retry-after"] == "10"
        assert answer.headers["content-security-policy"]
    until(lambda: few.knock(("Host", few.host), socket=False).status == 200)


@pytest.mark.parametrize("socket", [False, True], ids=["http", "socket"])
def test_too_many_of_one_address_or_in_all_are_told_so(tmp_path_factory: pytest.TempPathFactory, socket: bool) -> None:
    limits = Limits(connections=6, from_one_address=4)
    with doorway(tmp_path_factory.mktemp("data"), limits) as rig, ExitStack() as stack:

        def sit(source: str) -> None:
            connection = stack.enter_context(socket_to(rig.port, source))
            if socket:
                upgrade(connection, rig, "/api/ws")

        for _ in range(limits.from_one_address):
            sit("127.0.0.1")
        until(lambda: rig.background.connections == 4)
        answer = rig.knock(("Host", rig.host), socket=socket)
        assert (answer.status, "from your address" in answer.detail) == (503, True)
        for number in (2, 3):
            sit(f"127.0.0.{number}")
        until(lambda: rig.background.connections == 6)
        with socket_to(rig.port, "127.0.0.4") as last:
            assert b"too many are connected; try again later" in answered(last)


def test_headers_that_do_not_come_are_not_waited_for(roomy: Rig) -> None:
    """One byte at a time is no request either (slow clients)."""
    for start in (b"", b"GET / HTTP/1.1\r\nHost: ", b"GET / HTTP/1.1\r\nX: y\r\n"):
        with socket_to(roomy.port) as slow:
            slow.sendall(start)
            assert b" 408 " in answered(slow).partition(b"\r\n")[0]


def test_a_socket_on_which_nobody_logs_in_is_closed(roomy: Rig) -> None:
    for path in ("/api/ws", "/api/ws/metrics"):
        with roomy.socket(path) as socket:
            assert end_of(socket)[0] == 4003


def test_a_message_that_is_too_large_closes_the_socket(roomy: Rig) -> None:
    for path in ("/api/ws", "/api/ws/metrics"):
        with roomy.socket(path) as socket:
            socket.send("x" * 3000)
            assert end_of(socket)[0] == 1009


def test_a_small_message_that_unpacks_to_a_large_one_closes_the_socket(roomy: Rig) -> None:
    with roomy.socket(compression="deflate") as socket:
        socket.send(" " * 1_000_000)
        assert end_of(socket)[0] == 1009


def test_too_many_requests_are_told_when_to_come_back(few: Rig) -> None:
    answers = [few.ask("/health", token="") for _ in range(FEW.requests + 1)]
    assert [answer.status for answer in answers] == [200] * FEW.requests + [429]
    assert 1 <= int(answers[-1].headers["retry-after"]) <= 30
    assert answers[-1].detail == "too many requests; slow down"
    # another address is not to blame
    with socket_to(few.port, "127.0.0.3") as other:
        other.sendall(f"GET /health HTTP/1.1\r\nHost: {few.host}\r\n\r\n".encode())
        assert answered(other).startswith(b"HTTP/1.1 200")


def test_too_many_messages_are_told_when_to_come_back(few: Rig) -> None:
    with few.socket() as socket:
        told = [call(socket, "health") for _ in range(FEW.requests)]
        # opening the socket was a request, too
        assert ["result" in one for one in told] == [True] * (FEW.requests - 1) + [False]
        assert told[-1]["error"]["code"] == -32029
        assert 1 <= told[-1]["error"]["data"]["retry_after"] <= 30
        batch = [{"jsonrpc": "2.0", "id": number, "method": "health"} for number in range(5)]
        socket.send(json.dumps(batch))
        assert {one["error"]["code"] for one in json.loads(socket.recv(timeout=10))} == {-32029}
    assert few.ask("/health", token="").status == 429


@pytest.mark.parametrize("path", ["/api/ws", "/api/ws/metrics"])
def test_a_flood_of_pings_is_cut_off(roomy: Rig, path: str) -> None:
    """The library answers each at once, whether the answers are read or not."""
    with socket_to(roomy.port) as connection:
        upgrade(connection, roomy, path)
        ping = b"\x89\x80\0\0\0\0"
        connection.sendall(ping * FEW.pings)
        pongs = b""
        while len(pongs) < 2 * FEW.pings:
            pongs += connection.recv(4096)
        assert pongs == b"\x8a\0" * FEW.pings
        connection.sendall(ping)
        # cut, without a goodbye
        with contextlib.suppress(ConnectionResetError):
            assert connection.recv(4096) in (b"", b"\x8a\0")
            assert connection.recv(4096) == b""
    assert nobody_left(roomy)


@pytest.mark.parametrize(
    "sent",
    [
        b"",
        b"G",
        b"GET / HTTP/1.1\r\n",
        b"GET /health HTTP/1.1\r\nHost: {host}\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"\x00" * 64,
    ],
)
def test_half_closed_connections_end_and_leave_nothing(roomy: Rig, sent: bytes) -> None:
    with socket_to(roomy.port) as connection:
        connection.sendall(sent.replace(b"{host}", roomy.host.encode()))
        connection.shutdown(sockets.SHUT_WR)
        assert answered(connection).partition(b" ")[0] in (b"", b"HTTP/1.1")
    assert nobody_left(roomy)


def test_a_half_closed_socket_ends_and_leaves_nothing(roomy: Rig) -> None:
    with socket_to(roomy.port) as connection:
        upgrade(connection, roomy, "/api/ws")
        connection.shutdown(sockets.SHUT_WR)
        assert answered(connection) == b""
    assert nobody_left(roomy)


def nobody_left(rig: Rig) -> bool:
    until(lambda: rig.background.connections == 0)
    return True
