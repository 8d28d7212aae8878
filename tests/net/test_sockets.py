"""What happens on an open socket: three ways to bring a token, requests and batches, and the end of a token's time."""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Mapping
from typing import Any

import jwt
import pytest
from websockets.exceptions import InvalidStatus

from perfwatch_core.store import accounts as rows
from perfwatch_net.auth import TOKEN_SECONDS, Tokens, signing_secret
from tests.core.store.waiting import until
from tests.net.rig import Rig, call, end_of

STREAM = "/api/ws/metrics"


def secret_of(rig: Rig) -> bytes:
    return signing_secret(rig.engine.settings.data_dir)


def issued(rig: Rig, ago: float) -> str:
    """A token as it was issued so many seconds ago."""
    account = rig.engine.store.run(rows.accounts).result(10)[0]
    return Tokens(secret_of(rig), lambda: time.time() - ago).issue(account.username, account.password_hash)


def forged(rig: Rig, change: Mapping[str, Any], algorithm: str = "HS256", secret: bytes | None = None) -> str:
    """Our own token with some claims changed (None: left out) and signed otherwise."""
    claims = jwt.decode(rig.token, options={"verify_signature": False}) | dict(change)
    kept = {name: value for name, value in claims.items() if value is not None}
    key = (secret_of(rig) if secret is None else secret) if algorithm != "none" else None
    return jwt.encode(kept, key, algorithm=algorithm)


FORGERIES: dict[str, Any] = {
    "signed by nobody": {"algorithm": "none"},
    "another algorithm": {"algorithm": "HS512"},
    "another secret": {"secret": b"x" * 32},
    "another issuer": {"change": {"iss": "elsewhere"}},
    "no issuer": {"change": {"iss": None}},
    "another audience": {"change": {"aud": "elsewhere"}},
    "no audience": {"change": {"aud": None}},
    "another user": {"change": {"sub": "root"}},
    "no end": {"change": {"exp": None}},
    "an end that is none": {"change": {"exp": "never"}},
    "expired": {"change": {"exp": 1}},
    "another password": {"change": {"pwd": "0" * 32}},
}


@pytest.mark.parametrize("how", FORGERIES)
@pytest.mark.filterwarnings("ignore:The HMAC key is")
def test_a_forged_token_opens_nothing(rig: Rig, how: str) -> None:
    token = forged(rig, **{"change": {}, **FORGERIES[how]})
    answer = rig.ask("/api/auth/me", token=token)
    assert (answer.status, token in answer.detail) == (401, False)
    with rig.socket() as socket:
        assert call(socket, "auth.token", {"token": token})["error"]["code"] == -32001
        assert call(socket, "auth.me")["error"]["code"] == -32001
    with rig.socket(f"{STREAM}?token={token}") as socket:
        code, reason = end_of(socket)
        assert (code, "log in again" in reason) == (4003, True)
    # forged for real, and not refused because the forger is clumsy
    assert rig.ask("/api/auth/me", token=forged(rig, {})).status == 200


@pytest.mark.parametrize("way", ["query", "subprotocol", "first message"])
def test_the_stream_takes_its_token_three_ways(rig: Rig, way: str) -> None:
    rig.publish({"cpu.usage_percent": 3.25})
    path = f"{STREAM}?token={rig.token}" if way == "query" else STREAM
    offered: Any = ["perfwatch", f"perfwatch.token.{rig.token}"] if way == "subprotocol" else None
    with rig.socket(path, subprotocols=offered) as socket:
        assert socket.subprotocol == ("perfwatch" if way == "subprotocol" else None)
        if way == "first message":
            socket.send(json.dumps({"type": "token", "token": rig.token}))
        first = json.loads(socket.recv(timeout=30))
        assert (first["type"], first["data"]["cpu"]["usage_percent"]) == ("metrics", 3.25)
        socket.send('{"type":"ping"}')
        assert json.loads(socket.recv(timeout=30)) == {"type": "pong"}
        for nonsense in ("", "{", "[]", '{"type":1}', b"\xff", "[" * 1000, '{"type":"other"}'):
            socket.send(nonsense)
        socket.send('{"type":"ping"}')
        assert json.loads(socket.recv(timeout=30)) == {"type": "pong"}


@pytest.mark.parametrize("first", ["", "{", '{"type":"ping"}', '{"token":"x.y.z"}', b"\xff\xfe"])
def test_a_stream_without_a_token_is_closed_in_words(rig: Rig, first: str | bytes) -> None:
    with rig.socket(STREAM) as socket:
        socket.send(first)
        code, reason = end_of(socket)
        assert (code, "log in again" in reason) == (4003, True)


def test_sockets_close_when_their_token_expires(rig: Rig) -> None:
    token = issued(rig, TOKEN_SECONDS - 2)
    with rig.socket(f"{STREAM}?token={token}") as stream, rig.socket() as rpc:
        assert call(rpc, "auth.token", {"token": token})["result"]
        for socket in (stream, rpc):
            code, reason = end_of(socket)
            assert (code, reason) == (4001, "the token has expired; log in again")
    assert rig.ask("/api/auth/me", token=token).status == 401


def test_a_first_password_must_be_changed_before_anything_else(rig: Rig) -> None:
    def mark(must: bool) -> None:
        rig.engine.store.run(lambda link: link.execute("UPDATE users SET must_change = %s", (must,)).rowcount).result(
            10
        )
        rig.token = rig.login().json["access_token"]

    mark(True)
    try:
        assert rig.ask("/api/auth/me").json["must_change_password"] is True
        answer = rig.ask("/api/config")
        assert (answer.status, answer.detail) == (403, "change the first password before anything else")
        assert rig.rpc("config.get")["error"]["code"] == -32003
        assert rig.rpc("metrics.subscribe")["error"]["code"] == -32003
        with rig.socket(f"{STREAM}?token={rig.token}") as socket:
            assert end_of(socket) == (4003, "change the first password before anything else")
        assert rig.ask("/health").status == 200
    finally:
        mark(False)


def test_subscribing_gives_the_newest_at_once_and_unsubscribing_ends_it(rig: Rig) -> None:
    rig.publish({"cpu.usage_percent": 1.5})
    with rig.socket() as socket:
        assert call(socket, "metrics.subscribe")["error"]["code"] == -32001
        call(socket, "auth.token", {"token": rig.token})
        socket.send('{"jsonrpc":"2.0","method":"metrics.subscribe"}')
        until(lambda: rig.background.viewers == 1)
        for usage in (1.5, 2.5):
            told = json.loads(socket.recv(timeout=30))
            assert told["params"]["data"]["cpu"]["usage_percent"] == usage
            rig.publish({"cpu.usage_percent": 2.5})
        assert call(socket, "metrics.unsubscribe")["result"] == {"subscribed": False}
        assert rig.background.viewers == 0
        assert call(socket, "metrics.subscribe")["result"] == {"subscribed": True}
        assert call(socket, "auth.logout")["result"] == {}
        assert rig.background.viewers == 0


def test_a_batch_is_answered_as_one_and_notifications_are_not(rig: Rig) -> None:
    with rig.socket() as socket:
        wishes = [
            {"jsonrpc": "2.0", "id": "a", "method": "health"},
            {"jsonrpc": "2.0", "method": "health"},
            {"jsonrpc": "2.0", "id": 2, "method": "nothing"},
            {"jsonrpc": "2.0", "id": 3, "method": "health", "params": [1]},
            {"jsonrpc": "2.0", "id": 4, "method": "health", "params": {"more": 1}},
            {"id": 5},
        ]
        socket.send(json.dumps(wishes))
        answers = json.loads(socket.recv(timeout=30))
        assert [one["id"] for one in answers] == ["a", 2, 3, 4, 5]
        codes = [one["error"]["code"] if "error" in one else None for one in answers]
        assert codes == [None, -32601, -32602, -32602, -32600]
        # all of them notifications: not even an empty answer
        socket.send(json.dumps([wishes[1], wishes[1]]))
        socket.send(json.dumps(wishes[0]))
        assert json.loads(socket.recv(timeout=30))["id"] == "a"


def test_requests_may_come_as_bytes_and_what_is_no_json_is_answered(rig: Rig) -> None:
    with rig.socket() as socket:
        socket.send(json.dumps({"jsonrpc": "2.0", "id": 1, "method": "health"}).encode())
        assert json.loads(socket.recv(timeout=30))["id"] == 1
        socket.send("{")
        told = json.loads(socket.recv(timeout=30))
        assert (told["id"], told["error"]["code"]) == (None, -32700)


def test_no_token_or_password_is_ever_logged(rig: Rig, caplog: pytest.LogCaptureFixture) -> None:
    """Not even by the libraries, at their most talkative."""
    secret = "do not write this down"
    with caplog.at_level(logging.DEBUG):
        for name in ("websockets.server", "perfwatch_net.websockets", "asyncio", ""):
            logging.getLogger(name).debug("listening")
        with rig.socket(f"{STREAM}?token={rig.token}") as socket:
            rig.publish({"cpu.usage_percent": 1.0})
            socket.recv(timeout=30)
        with rig.socket(f"{STREAM}?token={secret.replace(' ', '')}") as socket:
            end_of(socket)
        with pytest.raises(InvalidStatus):
            rig.socket(f"/nothing?token={rig.token}")
        rig.login(password=secret, source="127.0.7.1")
        with rig.socket(source_address=("127.0.7.1", 0)) as socket:
            call(socket, "auth.login", {"username": "admin", "password": secret})
            call(socket, "auth.token", {"token": rig.token})
    # the client of this test is in the same process, and it does say what it sends
    ours = [record for record in caplog.records if record.name != "websockets.client"]
    said = "\n".join(record.getMessage() for record in ours)
    assert "listening" in said
    assert rig.token not in said
    assert secret not in said
    assert secret.replace(" ", "") not in said
