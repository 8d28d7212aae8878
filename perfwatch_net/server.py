"""The one port: who may connect, what a connection becomes, and how the server starts and stops."""

from __future__ import annotations

import asyncio
import logging
import platform
import ssl
from collections.abc import Sequence
from http import HTTPStatus
from urllib.parse import parse_qsl

from websockets.asyncio.server import Server as Listener
from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request, Response
from websockets.typing import Subprotocol

from perfwatch_core.settings import Settings
from perfwatch_net.answers import refusal, refused
from perfwatch_net.compression import DeflateFactory
from perfwatch_net.connection import Connection
from perfwatch_net.gate import Gate, is_loopback
from perfwatch_net.house import House
from perfwatch_net.http import Http, path_and_query
from perfwatch_net.sockets import Sockets
from perfwatch_net.wire import RpcError

STREAM, RPC = "/api/ws/metrics", "/api/ws"
# The page names its token as a second subprotocol, so that it stands in no URL; this one is answered.
PROTOCOL = "perfwatch"
TOKEN_PROTOCOL = "perfwatch.token."
_FAILED = "something failed here; the log says what"
# For those who have not said goodbye when the server ends.
_GRACE_SECONDS = 0.2

# Below errors the library logs paths, and a path may hold a token.
_quiet = logging.getLogger("perfwatch_net.websockets")
_quiet.setLevel(logging.ERROR)


class CannotServe(Exception):
    """The server cannot listen as asked; the message says why and what would be right."""


class Server:
    """Listens; lives on the event loop that called `open`."""

    def __init__(self, settings: Settings, http: Http, sockets: Sockets, house: House) -> None:
        self._settings = settings
        self._http = http
        self._sockets = sockets
        self._house = house
        self._crowd = house.crowd
        self._limits = house.limits
        self._listener: Listener | None = None
        self._gate = Gate.at(settings.host, settings.port, tls=settings.tls_cert is not None)

    @property
    def url(self) -> str:
        """Where a browser finds the page."""
        host = self._settings.host
        name = "localhost" if is_loopback(host) or host in ("0.0.0.0", "::") else host
        return f"{self._gate.scheme}://{f'[{name}]' if ':' in name else name}:{self._gate.port}/"

    async def open(self) -> None:
        """Begin to listen; raises CannotServe."""
        settings = self._settings
        tls = tls_context(settings)
        try:
            self._listener = await serve(
                self._connected,
                settings.host,
                settings.port,
                process_request=self._requested,
                process_response=_ours,
                create_connection=Connection.among(self._crowd, self._limits),
                select_subprotocol=_chosen,
                extensions=[DeflateFactory()],
                compression=None,
                server_header=None,
                open_timeout=self._limits.answer_seconds,
                close_timeout=self._limits.answer_seconds,
                ping_interval=self._limits.ping_every_seconds,
                ping_timeout=self._limits.pong_seconds,
                max_size=self._limits.frame_bytes,
                max_queue=4,
                logger=_quiet,
                ssl=tls,
                ssl_handshake_timeout=None if tls is None else self._limits.header_seconds,
            )
        except OSError as error:
            raise CannotServe(
                f"cannot listen on {settings.host} port {settings.port} ({error.strerror or error}); "
                "choose another with --host or --port"
            ) from None
        port = self._listener.sockets[0].getsockname()[1]
        names = settings.host_names.split(",") if settings.host_names else []
        if not is_loopback(settings.host):
            names.append(platform.node())
        self._gate = Gate.at(settings.host, port, tls is not None, names)

    async def close(self) -> None:
        """Say goodbye to everyone and stop listening; who does not answer is cut off."""
        if self._listener is None:
            return
        self._listener.close(code=1001, reason="PerfWatch is stopping")
        for one in self._crowd:
            if one.request is None:
                # browsers connect ahead of what they may want; nobody waits for an answer
                one.transport.abort()
        try:
            async with asyncio.timeout(self._limits.close_seconds + _GRACE_SECONDS):
                await asyncio.shield(self._listener.wait_closed())
        except TimeoutError:
            for one in self._crowd:
                one.transport.abort()
            await self._listener.wait_closed()
        self._listener = None

    async def _requested(self, socket: ServerConnection, request: Request) -> Response | None:
        """Answer a request, or None to let it become a socket."""
        assert isinstance(socket, Connection)
        headers, address = request.headers, socket.address
        hosts = headers.get_all("Host")
        if problem := self._gate.host_problem(hosts):
            return refusal(HTTPStatus.MISDIRECTED_REQUEST, problem)
        try:
            self._house.count(address)
        except RpcError as many:
            return refused(many)
        path, _ = path_and_query(request)
        wants_socket = "websocket" in ",".join(headers.get_all("Upgrade")).lower()
        changes = wants_socket or request.method != "GET"
        if changes and (problem := self._gate.origin_problem(headers.get_all("Origin"), hosts)):
            return refusal(HTTPStatus.FORBIDDEN, problem)
        if path not in (STREAM, RPC):
            return await self._http.answer(request, address)
        if not wants_socket:
            return refusal(HTTPStatus.UPGRADE_REQUIRED, "this path is a WebSocket", [("Upgrade", "websocket")])
        return None

    async def _connected(self, socket: ServerConnection) -> None:
        assert isinstance(socket, Connection)
        assert socket.request is not None  # the opening handshake is done
        # an answer may be long, a goodbye is not
        socket.close_timeout = self._limits.close_seconds
        try:
            if path_and_query(socket.request)[0] == STREAM:
                await self._sockets.stream(socket, _token(socket.request))
            else:
                await self._sockets.rpc(socket)
        except ConnectionClosed:
            return
        finally:
            self._sockets.forget(socket)


def _ours(_socket: ServerConnection, _request: Request, response: Response) -> Response | None:
    """The library's own refusals, which are plain text, as ours are."""
    if response.status_code == HTTPStatus.SWITCHING_PROTOCOLS or "Content-Security-Policy" in response.headers:
        return None
    failed = response.status_code == HTTPStatus.INTERNAL_SERVER_ERROR
    more = [("Upgrade", "websocket")] if response.status_code == HTTPStatus.UPGRADE_REQUIRED else []
    detail = _FAILED if failed else (response.body or b"").decode().strip()
    return refusal(HTTPStatus(response.status_code), detail, more)


def tls_context(settings: Settings) -> ssl.SSLContext | None:
    """What to serve https with; None for http. Raises CannotServe where others could listen in, or a file is wrong."""
    if settings.tls_cert is None:
        if settings.tls_key is not None:
            raise CannotServe("--tls-key needs --tls-cert beside it")
        if not is_loopback(settings.host) and not settings.insecure:
            raise CannotServe(
                f"{settings.host} can be reached by other machines: give --tls-cert and --tls-key, "
                "or --insecure if what lies between can be trusted"
            )
        return None
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    try:
        context.load_cert_chain(settings.tls_cert, settings.tls_key)
    except (OSError, ssl.SSLError) as error:
        files = " and ".join(str(path) for path in (settings.tls_cert, settings.tls_key) if path)
        raise CannotServe(
            f"--tls-cert and --tls-key: cannot use {files} for TLS ({error.strerror or error}); they take PEM files"
        ) from None
    return context


def _chosen(_socket: ServerConnection, offered: Sequence[Subprotocol]) -> Subprotocol | None:
    return Subprotocol(PROTOCOL) if PROTOCOL in offered else None


def _token(request: Request) -> str:
    """The token in the subprotocols or, for programs, in the query."""
    for line in request.headers.get_all("Sec-WebSocket-Protocol"):
        for name in line.split(","):
            if name.strip().startswith(TOKEN_PROTOCOL):
                return name.strip().removeprefix(TOKEN_PROTOCOL)
    try:
        return dict(parse_qsl(path_and_query(request)[1], max_num_fields=20)).get("token", "")
    except ValueError:
        return ""
