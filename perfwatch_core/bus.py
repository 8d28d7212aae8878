"""How threads meet: an inbox that never blocks its sender, and the bus that gives everyone a copy."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from time import monotonic
from typing import Generic, TypeVar

Item = TypeVar("Item")


class Inbox(Generic[Item]):
    """Newest-wins mailbox between two threads.

    `put` never blocks: at `capacity` the oldest makes room and is counted in `dropped`; a capacity of None
    keeps everything. `bell` is called once when something waits and not again until `take` answered it;
    it runs in the sender's thread and must only wake the receiver.
    """

    def __init__(self, capacity: int | None, bell: Callable[[], None]) -> None:
        self._items: deque[Item] = deque(maxlen=capacity)
        self._bell = bell
        self._lock = threading.Lock()
        self._rung = False
        self.dropped = 0

    def __len__(self) -> int:
        return len(self._items)

    def put(self, item: Item) -> None:
        """Leave an item; from any thread."""
        with self._lock:
            if self._items.maxlen is not None and len(self._items) == self._items.maxlen:
                self.dropped += 1
            self._items.append(item)
            ring, self._rung = not self._rung, True
        # outside the lock: a bell may answer at once
        if ring:
            self._bell()

    def take(self) -> list[Item]:
        """Everything that waits, oldest first, possibly nothing; the bell may ring again afterwards."""
        with self._lock:
            items = list(self._items)
            self._items.clear()
            self._rung = False
        return items


class Newest(Inbox[Item]):
    """The newest item, for whoever asks; that others were there before it is no loss, so that none is counted."""

    def __init__(self) -> None:
        super().__init__(1, lambda: None)
        self._newest: Item | None = None
        self._came = 0.0

    def put(self, item: Item) -> None:
        """Leave an item; from any thread."""
        self._came = monotonic()
        self._newest = item

    def look(self) -> Item | None:
        """The newest; None before the first."""
        return self._newest

    def age(self) -> float | None:
        """Seconds since it came, whatever was done to the clock meanwhile; None before the first."""
        return None if self._newest is None else monotonic() - self._came


class Bus(Generic[Item]):
    """Hands each published item to every inbox that joined."""

    def __init__(self) -> None:
        self._inboxes: tuple[Inbox[Item], ...] = ()
        self._lock = threading.Lock()

    def join(self, inbox: Inbox[Item]) -> None:
        """Deliver to this inbox from the next item on."""
        with self._lock:
            self._inboxes = (*self._inboxes, inbox)

    def leave(self, inbox: Inbox[Item]) -> None:
        """Deliver to it no longer; leaving twice is fine."""
        with self._lock:
            self._inboxes = tuple(other for other in self._inboxes if other is not inbox)

    def publish(self, item: Item) -> None:
        """Give the item to everyone; costs one `put` for each inbox."""
        for inbox in self._inboxes:
            inbox.put(item)

    @property
    def dropped(self) -> int:
        """Items that made room in any inbox since it joined."""
        return sum(inbox.dropped for inbox in self._inboxes)
