"""Counts who is connected, in all, from one address, and without a login; says who is too many."""

from __future__ import annotations

import resource
from collections import Counter
from collections.abc import Hashable, Iterator
from dataclasses import replace
from typing import Generic, TypeVar

from perfwatch_net.limits import Limits

Who = TypeVar("Who", bound=Hashable)

# What the rest of the process needs: kernel files, the database, the page's own files.
_OTHER_FILES = 256
_LEAST = 16


class Crowd(Generic[Who]):
    """Who is connected now; everyone is a stranger until a token was checked."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._address_of: dict[Who, str] = {}
        self._by_address: Counter[str] = Counter()
        self._strangers: set[Who] = set()

    def __len__(self) -> int:
        return len(self._address_of)

    def __iter__(self) -> Iterator[Who]:
        return iter(list(self._address_of))

    @property
    def strangers(self) -> int:
        """How many are not logged in."""
        return len(self._strangers)

    def arrive(self, who: Who, address: str) -> str:
        """Count one more; the sentence for one who is too many, and is not counted then."""
        if len(self._address_of) >= self._limits.connections:
            return "too many are connected; try again later"
        if self._by_address[address] >= self._limits.from_one_address:
            return "too many are connected from your address; try again later"
        if len(self._strangers) >= self._limits.strangers:
            return "too many are connected without a login; try again later"
        self._address_of[who] = address
        self._by_address[address] += 1
        self._strangers.add(who)
        return ""

    def trust(self, who: Who) -> None:
        """It logged in."""
        self._strangers.discard(who)

    def distrust(self, who: Who) -> None:
        """It logged out."""
        if who in self._address_of:
            self._strangers.add(who)

    def leave(self, who: Who) -> None:
        """It is gone; one who was not counted may leave, too."""
        self._strangers.discard(who)
        address = self._address_of.pop(who, None)
        if address is not None:
            self._by_address[address] -= 1
            if not self._by_address[address]:
                del self._by_address[address]


def within_open_files(limits: Limits) -> Limits:
    """The limits, with fewer connections where this process may not open so many files.

    Its soft limit is raised as far as its hard one allows (getrlimit(2)).
    """
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft == resource.RLIM_INFINITY:
        return limits
    needed = limits.connections + _OTHER_FILES
    if soft < needed:
        soft = needed if hard == resource.RLIM_INFINITY else min(needed, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    return replace(limits, connections=min(limits.connections, max(_LEAST, soft - _OTHER_FILES)))
