"""A viewer that reads only when told to, with little room in its kernel: what a stalled browser looks like."""

from __future__ import annotations

import socket
from typing import Self

from websockets.client import ClientProtocol
from websockets.frames import Frame
from websockets.protocol import State
from websockets.uri import parse_uri

_ROOM = 4096


class Viewer:
    """A socket without a thread of its own: what comes stays in the kernel until `read`."""

    def __init__(self, port: int, path: str, token: str = "") -> None:
        self._socket = socket.socket()
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _ROOM)
        self._socket.settimeout(30)
        self._socket.connect(("127.0.0.1", port))
        self._protocol = ClientProtocol(parse_uri(f"ws://localhost:{port}{path}"), max_size=None)
        request = self._protocol.connect()
        if token:
            request.headers["Sec-WebSocket-Protocol"] = f"perfwatch.token.{token}"
        self._protocol.send_request(request)
        self._flush()
        while self._protocol.state is State.CONNECTING:
            self._protocol.receive_data(self._socket.recv(_ROOM))
        # a frame may have come with the answer
        self._frames = self._new()

    def send(self, text: str) -> None:
        """Send a message."""
        self._protocol.send_text(text.encode())
        self._flush()

    def read(self) -> Frame:
        """The next frame, a close frame too."""
        while not self._frames:
            data = self._socket.recv(65536)
            if not data:
                raise EOFError("the connection ended without a word")
            self._protocol.receive_data(data)
            self._frames += self._new()
        return self._frames.pop(0)

    def _new(self) -> list[Frame]:
        return [event for event in self._protocol.events_received() if isinstance(event, Frame)]

    def _flush(self) -> None:
        for data in self._protocol.data_to_send():
            self._socket.sendall(data)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._socket.close()
