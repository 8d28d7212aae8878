"""The one port: who may connect, what a connection becomes, and how the server starts and stops."""

from __future__ import annotations

import contextlib
import logging
import ssl
from collections import Counter
from collections.abc import Sequence
from http import HTTPStatus
from urllib.parse import parse_qsl, urlsplit

from websockets.asyncio.server import Server as Listener
from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request, Response
from websockets.typing import Subprotocol

from perfwatch_core.settings import Settings
from perfwatch_net.compression import SharedDeflateFactory
from perfwatch_net.endpoints import Caller
from perfwatch_net.gate import Gate, is_loopback
from perfwatch_net.http import Http, refusal
from perfwatch_net.limits import Limiter
from perfwatch_net.sockets import Sockets

STREAM, RPC = "/api/ws/metrics", "/api/ws"
# The page names its token as a second subprotocol, so that it stands in no URL; this one is answered.
PROTOCOL = "perfwatch"
TOKEN_PROTOCOL = "perfwatch.token."
MOST_CONNECTIONS = 2000
MOST_FROM_ONE_ADDRESS = 1500
MOST_HALF_OPEN = 200
OPEN_SECONDS, CLOSE_SECONDS = 10.0, 1.0
LARGEST_FRAME = 64 * 1024

# The library logs paths, and a path may hold a token: only what is wrong with the program itself gets through.
_quiet = logging.getLogger("perfwatch_net.websockets")
_quiet.setLevel(logging.CRITICAL)


class CannotServe(Exception):
    """The server cannot listen as asked; the message says why and what would be right."""


class Server:
    """Listens; lives on the event loop that called `open`."""

    def __init__(self, settings: Settings, http: Http, sockets: Sockets) -> None:
        self._settings = settings
        self._http = http
        self._sockets = sockets
        self._listener: Listener | None = None
        self._gate = Gate.at(settings.host, settings.port, tls=settings.tls_cert is not None)
        self._by_address: Counter[str] = Counter()
        self._half_open = 0
        # each address: 200 requests at once, then 50 a second
        self._requests = Limiter(200, 0.02)

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
                select_subprotocol=_chosen,
                extensions=[SharedDeflateFactory()],
                compression=None,
                server_header=None,
                open_timeout=OPEN_SECONDS,
                close_timeout=CLOSE_SECONDS,
                max_size=LARGEST_FRAME,
                max_queue=4,
                logger=_quiet,
                ssl=tls,
            )
        except OSError as error:
            raise CannotServe(
                f"cannot listen on {settings.host} port {settings.port} ({error.strerror or error}); "
                "choose another with --host or --port"
            ) from None
        port = self._listener.sockets[0].getsockname()[1]
        names = settings.host_names.split(",") if settings.host_names else []
        self._gate = Gate.at(settings.host, port, tls is not None, names)

    async def close(self) -> None:
        """Say goodbye to everyone and stop listening."""
        if self._listener is not None:
            self._listener.close(code=1001, reason="PerfWatch is stopping")
            await self._listener.wait_closed()
            self._listener = None

    async def _requested(self, socket: ServerConnection, request: Request) -> Response | None:
        """Answer a request, or None to let it become a socket."""
        headers, address = request.headers, _address(socket)
        hosts = headers.get_all("Host")
        if problem := self._gate.host_problem(hosts):
            return refusal(HTTPStatus.MISDIRECTED_REQUEST, problem)
        if (wait := self._requests.wait(address)) > 0:
            return refusal(
                HTTPStatus.TOO_MANY_REQUESTS, "too many requests; slow down", [("Retry-After", f"{wait:.0f}")]
            )
        self._requests.take(address)
        path = urlsplit(request.path).path
        wants_socket = headers.get("Upgrade", "").lower() == "websocket"
        changes = wants_socket or request.method != "GET"
        if changes and (problem := self._gate.origin_problem(headers.get_all("Origin"), hosts)):
            return refusal(HTTPStatus.FORBIDDEN, problem)
        if path not in (STREAM, RPC):
            return await self._http.answer(request, address)
        if not wants_socket:
            return refusal(HTTPStatus.UPGRADE_REQUIRED, "this path is a WebSocket", [("Upgrade", "websocket")])
        if problem := self._crowded(address):
            return refusal(HTTPStatus.SERVICE_UNAVAILABLE, problem)
        return None

    def _crowded(self, address: str) -> str:
        if self._by_address.total() >= MOST_CONNECTIONS:
            return "too many viewers; try again later"
        if self._by_address[address] >= MOST_FROM_ONE_ADDRESS:
            return "too many viewers from your address; try again later"
        return ""

    async def _connected(self, socket: ServerConnection) -> None:
        address = _address(socket)
        self._by_address[address] += 1
        try:
            assert socket.request is not None  # the opening handshake is done
            if urlsplit(socket.request.path).path == STREAM:
                await self._sockets.stream(socket, _token(socket.request))
            else:
                await self._sockets.rpc(socket, Caller(address))
        except ConnectionClosed:
            return
        finally:
            self._sockets.forget(socket)
            self._by_address[address] -= 1
            if not self._by_address[address]:
                del self._by_address[address]


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
        raise CannotServe(f"cannot use {files} for TLS ({error.strerror or error})") from None
    return context


def _address(socket: ServerConnection) -> str:
    with contextlib.suppress(TypeError, IndexError):
        return str(socket.remote_address[0])
    return ""


def _chosen(_socket: ServerConnection, offered: Sequence[Subprotocol]) -> Subprotocol | None:
    return Subprotocol(PROTOCOL) if PROTOCOL in offered else None


def _token(request: Request) -> str:
    """The token in the subprotocols or, for programs, in the query."""
    for line in request.headers.get_all("Sec-WebSocket-Protocol"):
        for name in line.split(","):
            if name.strip().startswith(TOKEN_PROTOCOL):
                return name.strip().removeprefix(TOKEN_PROTOCOL)
    return dict(parse_qsl(urlsplit(request.path).query)).get("token", "")
