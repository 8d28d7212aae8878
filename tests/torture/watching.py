"""A browser that writes down every sample it is sent, with what the kernel itself says at that moment."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple, Self

from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from tests.torture.serving import INTERVAL

# So many are no spike.
FEW = 5000


class Seen(NamedTuple):
    """A sample: its time (UTC µs), when it came (monotonic seconds), switches of tasks until then, its data."""

    time: int
    at: float
    switched: int
    data: dict[str, Any]

    @property
    def rate(self) -> float | None:
        """Switches a second, as it says."""
        found = self.data["cpu"]["context_switches_per_sec"]
        return None if found is None else float(found)

    @property
    def late(self) -> float:
        """Seconds by which its reading began late."""
        return float(self.data["self"]["late_ms"] or 0.0) / 1000


class Watching:
    """Reads the stream in a thread of its own, and comes again where it was sent away."""

    def __init__(self, url: str, token: str) -> None:
        self._url = f"{url.replace('http', 'ws', 1)}/api/ws/metrics?token={token}"
        self._ended = threading.Event()
        self._socket: ClientConnection | None = None
        self._thread = threading.Thread(target=self._read)
        self.seen: list[Seen] = []

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        if self._socket is not None:
            self._socket.close()
        self._thread.join()

    def _read(self) -> None:
        while not self._ended.is_set():
            try:
                with connect(self._url, ping_interval=None, max_size=None) as self._socket:
                    for message in self._socket:
                        self._take(json.loads(message))
            except (ConnectionClosed, OSError):
                self._ended.wait(0.1)

    def _take(self, told: dict[str, Any]) -> None:
        moment = datetime.fromisoformat(told["timestamp"])
        at = round(moment.timestamp() * 1_000_000)
        # who comes again is sent the newest once more
        if not self.seen or self.seen[-1].time != at:
            self.seen.append(Seen(at, time.monotonic(), switches(), told["data"]))


def switches() -> int:
    """How often processors changed from one task to another since the boot (proc(5), /proc/stat)."""
    return int(Path("/proc/stat").read_text().partition("\nctxt ")[2].split()[0])


def bad_numbers(seen: list[Seen]) -> Iterator[str]:
    """Rates below zero, shares above 100 %, and rates far above what the kernel itself counted meanwhile."""
    for one in seen:
        for name, value in _numbers(one.data, ""):
            if name.endswith(("_per_sec", "percent")) and value < 0:
                yield f"{name} was {value}"
        if (one.data["cpu"]["usage_percent"] or 0) > 100:
            yield f"the processors were busy for {one.data['cpu']['usage_percent']} %"
    for place, one in enumerate(seen[1:], 1):
        # what came late was counted late: the neighbours are counted in
        counted = seen[min(place + 1, len(seen) - 1)].switched - seen[max(place - 2, 0)].switched
        # a reading that came late is soon followed by the next one, which may have many in a short time
        interval = INTERVAL + one.late - seen[place - 1].late
        if one.rate is not None and one.rate * interval > counted + FEW:
            yield f"{one.rate:,.0f} switches a second are said for {interval:.3f} s, {counted:,} at most were counted"


def _numbers(node: Any, name: str) -> Iterator[tuple[str, float]]:
    if isinstance(node, dict):
        for key, below in node.items():
            yield from _numbers(below, f"{name}.{key}")
    elif isinstance(node, list):
        for below in node:
            yield from _numbers(below, name)
    elif isinstance(node, int | float):
        yield name, node
