"""Many viewers in one process, as cheap as they can be: plain sockets in one epoll, each message looked at once.

    python -m tests.bench.watchers PORT TOKEN VIEWERS STALLED SECONDS

connects them one after another, lets them settle, watches for so many seconds, and prints a `Delivery` as JSON.
"""

from __future__ import annotations

import json
import select
import socket
import sys
import time
import zlib
from dataclasses import asdict, dataclass
from typing import Any

SETTLE_SECONDS = 3.0
_CLOSE = 8
_KEY = "dGhlIHNhbXBsZSBub25jZQ=="


@dataclass(frozen=True, slots=True)
class Delivery:
    """How samples reached the readers: seconds from the sample's own time to its last byte here.

    `late_ms` is the greatest lateness of sampling that the samples told of; `missed` counts samples that some
    reader did not get, `closed` readers whose socket was closed.
    """

    viewers: int
    samples: int
    median: float
    p99: float
    late_ms: float
    missed: int
    closed: int
    bytes_per_sample: float


class Reader:
    """One viewer's socket and what is left of a frame."""

    def __init__(self, connection: socket.socket, rest: bytes) -> None:
        self.connection = connection
        self.rest = rest
        self.seen = 0

    def frames(self) -> list[tuple[int, bytes]]:
        """The whole frames (opcode, payload as it came) that have arrived; servers do not mask (RFC 6455, 5.1)."""
        try:
            self.rest += self.connection.recv(1 << 18)
        except BlockingIOError:
            return []
        found = []
        while len(self.rest) >= 2:
            size, head = self.rest[1] & 0x7F, 2
            if size == 126:
                size, head = int.from_bytes(self.rest[2:4], "big"), 4
            elif size == 127:
                size, head = int.from_bytes(self.rest[2:10], "big"), 10
            if len(self.rest) < head + size:
                break
            found.append((self.rest[0] & 0x0F, self.rest[head : head + size]))
            self.rest = self.rest[head + size :]
        return found


def connected(port: int, token: str, stalled: bool) -> Reader:
    """A viewer as a browser is one: the token as a subprotocol, with compression; retries while told to slow down."""
    while True:
        connection = socket.socket()
        if stalled:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        connection.settimeout(30)
        connection.connect(("127.0.0.1", port))
        connection.sendall(
            f"GET /api/ws/metrics HTTP/1.1\r\nHost: localhost:{port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            f"Sec-WebSocket-Key: {_KEY}\r\nSec-WebSocket-Version: 13\r\n"
            f"Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\r\n"
            f"Sec-WebSocket-Protocol: perfwatch, perfwatch.token.{token}\r\n\r\n".encode()
        )
        answer = b""
        while b"\r\n\r\n" not in answer:
            answer += connection.recv(4096)
        if answer.startswith(b"HTTP/1.1 101"):
            return Reader(connection, answer.partition(b"\r\n\r\n")[2])
        connection.close()
        time.sleep(0.2)


class Watch:
    """Readers in an epoll, and what they saw."""

    def __init__(self, readers: list[Reader]) -> None:
        self._readers = {reader.connection.fileno(): reader for reader in readers}
        self._poll = select.epoll()
        self._told: dict[bytes, dict[str, Any]] = {}
        self.delays: list[float] = []
        self.sizes: list[int] = []
        self.closed = 0
        for fd, reader in self._readers.items():
            reader.connection.setblocking(False)
            self._poll.register(fd, select.EPOLLIN)

    def run(self, seconds: float, counted: bool) -> None:
        """Read for so long; only what is `counted` becomes part of the result."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            for fd, _ in self._poll.poll(left):
                reader = self._readers[fd]
                for opcode, payload in reader.frames():
                    now = time.time()
                    if opcode == _CLOSE:
                        self.closed += 1
                        self._poll.unregister(fd)
                    elif opcode == 1 and counted:
                        reader.seen += 1
                        self.sizes.append(len(payload))
                        self.delays.append(now - self._sample(payload)["time"])
                    elif opcode == 9:
                        # a pong with nothing but a mask of zeros
                        reader.connection.send(bytes([0x8A, 0x80 | len(payload), 0, 0, 0, 0]) + payload)

    def _sample(self, payload: bytes) -> dict[str, Any]:
        """When a sample was taken, and how late; unpacked once, however many get it."""
        known = self._told.get(payload)
        if known is None:
            message = json.loads(zlib.decompressobj(wbits=-15).decompress(payload + b"\0\0\xff\xff"))
            known = {"time": _seconds(message["timestamp"]), "late": message["data"]["self"]["late_ms"]}
            self._told[payload] = known
        return known

    def delivery(self) -> Delivery:
        """The sum of it."""
        order = sorted(self.delays)
        samples = len(self._told)
        return Delivery(
            len(self._readers),
            samples,
            order[len(order) // 2],
            order[int(len(order) * 0.99)],
            max(one["late"] or 0.0 for one in self._told.values()),
            # the first and the last may fall on the edge of the time watched
            sum(max(0, samples - 2 - reader.seen) for reader in self._readers.values()),
            self.closed,
            sum(self.sizes) / len(self.sizes),
        )


def _seconds(timestamp: str) -> float:
    from datetime import datetime

    return datetime.fromisoformat(timestamp).timestamp()


def main() -> None:
    """Watch as the command line says."""
    port, token, viewers, stalled, seconds = sys.argv[1:]
    asleep = [connected(int(port), token, stalled=True) for _ in range(int(stalled))]
    watch = Watch([connected(int(port), token, stalled=False) for _ in range(int(viewers) - int(stalled))])
    watch.run(SETTLE_SECONDS, counted=False)
    print("watching", flush=True)
    watch.run(float(seconds), counted=True)
    print(json.dumps(asdict(watch.delivery())), flush=True)
    # the one who started it looks at the server while everyone is still there
    sys.stdin.readline()
    del asleep


if __name__ == "__main__":
    main()
