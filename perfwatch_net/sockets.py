"""What happens on an open socket: logging in, requests, the stream, and the moment a token ends."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

import msgspec
from websockets.exceptions import ConnectionClosed
from websockets.frames import CloseCode

from perfwatch_net import wire
from perfwatch_net.accounts import Accounts
from perfwatch_net.auth import Identity, TokenRefused
from perfwatch_net.connection import Connection
from perfwatch_net.endpoints import Caller, Endpoints
from perfwatch_net.house import House
from perfwatch_net.hub import Hub

# Private close codes (RFC 6455, 7.4.2), which the page tells apart.
SIGNED_OUT = 4001
NOT_LOGGED_IN = 4003


class _Hello(msgspec.Struct):
    """The first or any later message of a plain viewer."""

    type: str
    token: str = ""


class Sockets:
    """The two kinds of socket, and all that are open."""

    def __init__(
        self,
        endpoints: Endpoints,
        accounts: Accounts,
        hub: Hub,
        house: House,
        wall: Callable[[], float] = time.time,
    ) -> None:
        self._endpoints = endpoints
        self._accounts = accounts
        self._hub = hub
        self._wall = wall
        self._house = house
        self._login_seconds = house.limits.login_seconds
        self._tokens: dict[Connection, str] = {}
        self._timers: dict[Connection, asyncio.TimerHandle] = {}
        self._seen = accounts.generation
        self._closing: set[asyncio.Future[None]] = set()

    async def stream(self, socket: Connection, token: str) -> None:
        """`/api/ws/metrics`: the newest sample at once, then each as it is taken; ping is answered pong."""
        token = token or await self._first_message(socket)
        try:
            identity = self._accounts.check(token)
            must_change = self._accounts.account(identity.username).must_change
        except TokenRefused as refused:
            await socket.close(NOT_LOGGED_IN, str(refused))
            return
        if must_change:
            await socket.close(NOT_LOGGED_IN, "change the first password before anything else")
            return
        self._hold(socket, token, identity)
        self._hub.watch(socket, rpc=False)
        async for frame in socket:
            try:
                self._house.count(socket.address)
            except wire.RpcError as many:
                await socket.close(CloseCode.POLICY_VIOLATION, str(many))
                return
            if _hello(frame).type == "ping":
                await socket.send('{"type":"pong"}')

    async def rpc(self, socket: Connection) -> None:
        """`/api/ws`: requests one after the other, answers in the same order."""
        caller = Caller(socket.address)
        caller.subscribe = lambda on: self._subscribe(socket, on)
        caller.signed_in = lambda token: self._signed_in(socket, caller, token)
        self._close_later(socket, self._login_seconds, NOT_LOGGED_IN, "nobody logged in on this socket")
        async for frame in socket:
            if answer := await self._answers(caller, frame):
                socket.answering = True
                await socket.send(answer, text=True)
                socket.answering = False
            self.drop_void()

    def forget(self, socket: Connection) -> None:
        """Clean up after a socket that closed."""
        self._hub.leave(socket)
        self._tokens.pop(socket, None)
        if timer := self._timers.pop(socket, None):
            timer.cancel()

    async def _first_message(self, socket: Connection) -> str:
        """The token, where neither address nor subprotocol brought it."""
        try:
            return _hello(await asyncio.wait_for(socket.recv(), self._login_seconds)).token
        except (TimeoutError, ConnectionClosed):
            return ""

    async def _answers(self, caller: Caller, frame: str | bytes) -> bytes:
        calls, is_batch = wire.read_frame(frame)
        answers = [answer for call in calls if (answer := await self._one(caller, call))]
        if not answers:
            return b""
        return wire.batch(answers) if is_batch else answers[0]

    async def _one(self, caller: Caller, call: wire.Call | wire.Broken) -> bytes:
        try:
            self._house.count(caller.address)
            if isinstance(call, wire.Broken):
                raise call.error
            value = await self._endpoints.call(caller, call.method, call.params)
        except wire.RpcError as error:
            wanted = isinstance(call, wire.Broken) or call.wants_answer
            return wire.failure(call.id, error) if wanted else b""
        return wire.result(call.id, value) if call.wants_answer else b""

    def _subscribe(self, socket: Connection, on: bool) -> None:
        if on:
            self._hub.watch(socket, rpc=True)
        else:
            self._hub.leave(socket)

    def _signed_in(self, socket: Connection, caller: Caller, token: str) -> None:
        if caller.identity is not None:
            self._hold(socket, token, caller.identity)
            return
        self._tokens.pop(socket, None)
        self._hub.leave(socket)
        self._house.crowd.distrust(socket)
        self._close_later(socket, self._login_seconds, NOT_LOGGED_IN, "nobody logged in on this socket")

    def _hold(self, socket: Connection, token: str, identity: Identity) -> None:
        """Remember under which token a socket is open: it closes when that expires."""
        self._tokens[socket] = token
        self._house.crowd.trust(socket)
        left = identity.expires - self._wall()
        self._close_later(socket, left, SIGNED_OUT, "the token has expired; log in again")

    def _close_later(self, socket: Connection, seconds: float, code: int, reason: str) -> None:
        if timer := self._timers.pop(socket, None):
            timer.cancel()
        loop = asyncio.get_running_loop()
        self._timers[socket] = loop.call_later(max(0.0, seconds), self._close, socket, code, reason)

    def drop_void(self) -> None:
        """Close every socket whose token is good no longer: a password was changed, everyone signed out."""
        if self._seen == self._accounts.generation:
            return
        self._seen = self._accounts.generation
        for socket, token in list(self._tokens.items()):
            try:
                self._accounts.check(token)
            except TokenRefused as refused:
                self._tokens.pop(socket)
                self._close(socket, SIGNED_OUT, str(refused))

    def _close(self, socket: Connection, code: int, reason: str) -> None:
        self._hub.leave(socket)
        closing = asyncio.ensure_future(socket.close(code, reason))
        # the loop itself holds tasks weakly
        self._closing.add(closing)
        closing.add_done_callback(self._closing.discard)


def _hello(frame: str | bytes) -> _Hello:
    try:
        return msgspec.json.decode(frame, type=_Hello)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return _Hello("")
