"""How often something may be tried: one limiter for logins over HTTP and socket."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable, Hashable


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
