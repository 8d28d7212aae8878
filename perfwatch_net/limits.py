"""How much is let in: the server's limits in one place, and how often something may be tried."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """What one client, or all of them, may cost; seconds, bytes and counts."""

    connections: int = 2000
    from_one_address: int = 1500
    # without a login (yet)
    strangers: int = 200
    # until the whole request head is there; then until the answer was read
    header_seconds: float = 10.0
    answer_seconds: float = 60.0
    # until a socket is logged in
    login_seconds: float = 10.0
    # until a client has said goodbye, too
    close_seconds: float = 1.0
    # between two pings, under the minute after which proxies give up; then until it is answered
    ping_every_seconds: float = 50.0
    pong_seconds: float = 20.0
    frame_bytes: int = 64 * 1024
    # about forty samples of a large machine; a reader that is further behind will not catch up
    unread_bytes: int = 256 * 1024
    # each address: so many requests and messages at once, then one each so many seconds
    requests: int = 200
    request_seconds: float = 0.02
    # each socket: so many pings and pongs at once, then ten a second
    pings: int = 100
    ping_seconds: float = 0.1


class Limiter:
    """Token buckets by key: `burst` tries at once, then one each `seconds`.

    Remembers at most `most` keys, the longest untouched forgotten first, so a flood of addresses cannot
    grow it without end.
    """

    def __init__(
        self, burst: int, seconds: float, most: int = 4096, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._burst = burst
        self._seconds = seconds
        self._most = most
        self._clock = clock
        # the moment at which a key's bucket will be full again
        self._full_at: OrderedDict[Hashable, float] = OrderedDict()

    def __len__(self) -> int:
        return len(self._full_at)

    def wait(self, *keys: Hashable) -> float:
        """Seconds until all keys may try again, 0 when they may now; takes nothing."""
        now = self._clock()
        room = (self._burst - 1) * self._seconds
        return max(0.0, *(self._full_at.get(key, now) - now - room for key in keys))

    def take(self, *keys: Hashable) -> None:
        """Count one try of each key."""
        now = self._clock()
        for key in keys:
            self._full_at[key] = max(self._full_at.pop(key, now), now) + self._seconds
            if len(self._full_at) > self._most:
                self._full_at.popitem(last=False)

    def forgive(self, *keys: Hashable) -> None:
        """Forget what was counted, after a success."""
        for key in keys:
            self._full_at.pop(key, None)
