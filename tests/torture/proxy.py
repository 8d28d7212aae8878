"""A line to a database that is slow, narrow, dead, silent, or breaks just where a commit's answer would come."""

from __future__ import annotations

import queue
import socket
import struct
import threading
import time
from contextlib import suppress
from dataclasses import dataclass
from types import TracebackType
from typing import Self

_PIECE = 1 << 16
_COMMIT = b"INSERT INTO metrics_batch"
# Bytes and when (monotonic seconds) they are due; none at the end.
_Waiting = queue.Queue[tuple[float, bytes]]
# SO_LINGER of no time: close(2) resets the connection (socket(7)).
_RESET = struct.pack("ii", 1, 0)


class Proxy:
    """Passes bytes between its own port and a server's, as it is told to.

    `latency` seconds each way and `bandwidth` bytes a second each way apply to bytes that come from now on. `silent`:
    new connections are accepted and nothing passes on any. `eaten` counts commits whose answer was thrown away.
    """

    def __init__(self, target: int) -> None:
        self.target = target
        self.latency = 0.0
        self.bandwidth = 0.0
        self.silent = False
        self.eaten = 0
        self._eat = 0
        self._lines: set[socket.socket] = set()
        self._listening: socket.socket | None = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listening.getsockname()[1])
        self._acceptor = self._accepting(self._listening)

    def refuse(self) -> None:
        """Nobody listens any more, and every line breaks."""
        if self._listening is not None:
            self._listening.shutdown(socket.SHUT_RDWR)
            self._acceptor.join()
            self._listening.close()
            self._listening = None
        self.cut()

    def accept(self) -> None:
        """Listen again."""
        if self._listening is None:
            self._listening = socket.create_server(("127.0.0.1", self.port))
            self._acceptor = self._accepting(self._listening)

    def eat(self, commits: int) -> None:
        """Let that many commits reach the server, and reset the line when it answers."""
        self._eat = commits

    def cut(self) -> None:
        """Reset every line."""
        for line in list(self._lines):
            _reset(line)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.refuse()

    def _accepting(self, listening: socket.socket) -> threading.Thread:
        thread = threading.Thread(target=self._accept, args=(listening,), daemon=True)
        thread.start()
        return thread

    def _accept(self, listening: socket.socket) -> None:
        while True:
            try:
                client, _ = listening.accept()
            except OSError:
                return
            self._lines.add(client)
            if self.silent:
                continue
            try:
                server = socket.create_connection(("127.0.0.1", self.target))
            except OSError:
                _reset(client)
                continue
            self._lines.add(server)
            line = _Line(client, server)
            for up in (True, False):
                waiting: _Waiting = queue.Queue()
                threading.Thread(target=self._read, args=(line, up, waiting), daemon=True).start()
                threading.Thread(target=self._write, args=(line, up, waiting), daemon=True).start()

    def _read(self, line: _Line, up: bool, waiting: _Waiting) -> None:
        while True:
            try:
                data = line.end(up).recv(_PIECE)
            except OSError:
                data = b""
            if up and _COMMIT in data and self._eat:
                self._eat -= 1
                line.eating = True
            elif not up and line.eating:
                # the server has answered, so it has committed
                self.eaten += 1
                data = b""
            waiting.put((time.monotonic() + self.latency, data))
            if not data:
                return

    def _write(self, line: _Line, up: bool, waiting: _Waiting) -> None:
        while True:
            due, data = waiting.get()
            time.sleep(max(0.0, due - time.monotonic()))
            while self.silent and line.client.fileno() >= 0:
                time.sleep(0.05)
            try:
                if not data:
                    raise ConnectionResetError
                line.end(not up).sendall(data)
            except OSError:
                for end in (line.client, line.server):
                    self._lines.discard(end)
                    _reset(end)
                return
            if self.bandwidth:
                time.sleep(len(data) / self.bandwidth)


@dataclass(slots=True, eq=False)
class _Line:
    """Both ends of one connection; `eating` while a commit's answer is to be thrown away."""

    client: socket.socket
    server: socket.socket
    eating: bool = False

    def end(self, client: bool) -> socket.socket:
        """One of the two."""
        return self.client if client else self.server


def _reset(line: socket.socket) -> None:
    """Break a connection so that both sides notice, also one that waits in recv(2)."""
    with suppress(OSError):
        line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
        line.shutdown(socket.SHUT_RD)
    line.close()
