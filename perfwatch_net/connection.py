"""One connection before and below its messages: counted at once, hurried, refused in words, cut when it floods."""

from __future__ import annotations

import asyncio
import socket
from http import HTTPStatus
from typing import Any, ClassVar

from websockets.asyncio.server import ServerConnection
from websockets.exceptions import SecurityError
from websockets.frames import Opcode
from websockets.http11 import Response

from perfwatch_net.answers import refusal
from perfwatch_net.crowd import Crowd
from perfwatch_net.limits import Limiter, Limits

# What the kernel holds for a client that does not read; its own choice is megabytes.
_KERNEL_BYTES = 64 * 1024


class Connection(ServerConnection):
    """What `websockets` calls a connection, with our own limits; made by a subclass of `among`."""

    _crowd: ClassVar[Crowd[Connection]]
    _limits: ClassVar[Limits]

    @classmethod
    def among(cls, crowd: Crowd[Connection], limits: Limits) -> type[Connection]:
        """The class of one server's connections: the library makes them, and gives nothing of ours."""
        return type(cls.__name__, (cls,), {"_crowd": crowd, "_limits": limits})

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._deadline: asyncio.TimerHandle | None = None
        self._refused = False
        self._pings = Limiter(self._limits.pings, self._limits.ping_seconds, most=1)
        self.address = ""
        # while a long answer is on its way, the stream has to wait
        self.answering = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Count it; one that is too many is told and closed."""
        super().connection_made(transport)
        peer = transport.get_extra_info("peername")
        self.address = str(peer[0]) if peer else ""
        transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _KERNEL_BYTES)
        if problem := self._crowd.arrive(self, self.address):
            self._refuse(refusal(HTTPStatus.SERVICE_UNAVAILABLE, problem, [("Retry-After", "10")]))
        else:
            self._deadline = self.loop.call_later(self._limits.header_seconds, self._too_slow)

    def connection_lost(self, exc: Exception | None) -> None:
        """Count it no longer."""
        self._crowd.leave(self)
        self._stop_waiting()
        super().connection_lost(exc)

    def process_event(self, event: Any) -> None:
        """The first event is the whole request: from then on it is not slow. Pings are answered, but not in a flood."""
        if self.request is None:
            self._stop_waiting()
        elif event.opcode in (Opcode.PING, Opcode.PONG):
            # the library answers at once and waits for no reader
            if self._pings.wait(self) > 0:
                self.transport.abort()
                return
            self._pings.take(self)
        super().process_event(event)

    def send_data(self) -> None:
        """Send what the library has to say; of a request that is none it says nothing, or only plain text."""
        problem = self.protocol.handshake_exc
        if self.request is not None or problem is None:
            super().send_data()
        elif not self._refused:
            self.protocol.data_to_send()
            large = isinstance(problem, SecurityError)
            status = HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE if large else HTTPStatus.BAD_REQUEST
            detail = "the request line or the headers are too long" if large else "this is no request without a body"
            self._refuse(refusal(status, detail))

    def _too_slow(self) -> None:
        self._refuse(refusal(HTTPStatus.REQUEST_TIMEOUT, "the headers did not come in time"))

    def _stop_waiting(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _refuse(self, response: Response) -> None:
        """Answer before there is a request, and close."""
        self._refused = True
        self._stop_waiting()
        if not self.transport.is_closing():
            self.transport.write(response.serialize())
            self.transport.close()
