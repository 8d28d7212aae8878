"""Whether network interfaces are up and how fast (Documentation/ABI/testing/sysfs-class-net)."""

from __future__ import annotations

from typing import NamedTuple

from perfwatch_core.collectors.machine import Machine

_FOLDER = "sys/class/net"
# Links change rarely, and each look costs two or three files; with hundreds of interfaces it is made less often still.
_LOOK_AGAIN_SECONDS = 2.0
_LARGEST_SHARE = 0.002
_IS_UP = 1  # IFF_UP, linux/if.h


class Link(NamedTuple):
    """One interface; `speed` in megabits per second, None with the reason in `why`."""

    up: bool
    speed: float | None
    why: str


class Links:
    """Looks at all links now and then, and at once when there are others."""

    def __init__(self, machine: Machine) -> None:
        self._machine = machine
        self._known: dict[str, Link] = {}
        self._due = 0.0

    def of(self, names: list[str]) -> dict[str, Link]:
        """The link of each interface, at most a few seconds old."""
        now = self._machine.clock()
        if now >= self._due or names != list(self._known):
            self._known = {name: self._look(name) for name in names}
            cost = self._machine.clock() - now
            self._due = now + max(_LOOK_AGAIN_SECONDS, cost / _LARGEST_SHARE)
        return self._known

    def _look(self, name: str) -> Link:
        folder = f"{_FOLDER}/{name}"
        state = self._machine.glance(f"{folder}/operstate")
        if state == "unknown":
            # what has no carrier to sense, such as a tunnel, never says more (RFC 2863)
            flags = self._machine.glance(f"{folder}/flags")
            up = bool(flags and int(flags, 16) & _IS_UP)
        else:
            up = state == "up"
        if not up:
            return Link(False, None, "the interface is down")
        speed = self._machine.number(f"{folder}/speed")
        # -1 is what a driver says that does not know; a wireless one has no such file to read
        if speed is None or speed <= 0:
            return Link(True, None, "its driver does not tell the speed")
        return Link(True, speed, "")
