"""Whether network interfaces are up and how fast (Documentation/ABI/testing/sysfs-class-net)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple

from perfwatch_core.collectors.machine import Machine
from perfwatch_core.collectors.words import count

_FOLDER = "sys/class/net"
# Links change rarely, and each look costs two or three files; with hundreds of interfaces it is made less often still.
_LOOK_AGAIN_SECONDS = 2.0
_LARGEST_SHARE = 0.002
# Nor are thousands looked at in one go, which would be felt in that sample.
_MOST_AT_ONCE = 200
_IS_UP = 1  # IFF_UP, linux/if.h
# RFC 2863, net/core/net-sysfs.c
_STATES = frozenset({"notpresent", "down", "lowerlayerdown", "testing", "dormant", "up"})
_FLAGS = re.compile("0x[0-9a-f]{1,16}")


class Link(NamedTuple):
    """One interface; `speed` in megabits per second; either is None with the reason in `why`."""

    up: bool | None
    speed: int | None
    why: str


class Links:
    """Looks at all links now and then, and at new ones at once."""

    def __init__(self, machine: Machine) -> None:
        self._machine = machine
        self._known: dict[str, Link] = {}
        self._waiting: list[str] = []
        self._due = 0.0
        self._cost = 0.0

    def of(self, folders: Mapping[str, str]) -> dict[str, Link]:
        """The link of each interface, at most a few seconds old; it comes as its name and that of its folder."""
        if folders.keys() != self._known.keys():
            self._known = {name: self._known.get(name) or self._look(folders[name]) for name in folders}
        now = self._machine.clock()
        if not self._waiting and now >= self._due:
            self._waiting, self._cost = list(folders), 0.0
        if self._waiting:
            looked, self._waiting = self._waiting[:_MOST_AT_ONCE], self._waiting[_MOST_AT_ONCE:]
            self._known.update({name: self._look(folders[name]) for name in looked if name in folders})
            self._cost += self._machine.clock() - now
            self._due = now + max(_LOOK_AGAIN_SECONDS, self._cost / _LARGEST_SHARE)
        return self._known

    def _look(self, name: str) -> Link:
        folder = f"{_FOLDER}/{name}"
        state = self._machine.glance(f"{folder}/operstate")
        if state == "unknown":
            # what has no carrier to sense, such as a tunnel, never says more (RFC 2863)
            flags = self._machine.glance(f"{folder}/flags")
            up = bool(int(flags, 16) & _IS_UP) if flags and _FLAGS.fullmatch(flags) else None
        elif state in _STATES:
            up = state == "up"
        else:
            up = None
        if up is None:
            return Link(None, None, "the kernel does not tell the state of the link")
        if not up:
            return Link(False, None, "the interface is down")
        speed = count((self._machine.glance(f"{folder}/speed") or "").encode())
        # -1 is what a driver says that does not know; a wireless one has no such file to read
        if not speed:
            return Link(True, None, "its driver does not tell the speed")
        return Link(True, speed, "")
