"""How full the mounted file systems are, counted as df(1) counts: the part of the `disk` type about mount points."""

from __future__ import annotations

import os
from collections.abc import Iterator

from perfwatch_core.collector import Fact, Missing
from perfwatch_core.collectors.apart import Apart
from perfwatch_core.collectors.machine import Machine
from perfwatch_core.collectors.mounts import Mount, Mounts, answers_from_user_space
from perfwatch_core.collectors.space import Answer, Ask, Silent, Space
from perfwatch_core.collectors.words import name
from perfwatch_core.metric import Kind, Metric, Rule
from perfwatch_core.units import Unit

TYPE = "disk"


def _of_partition(
    field: str, unit: Unit, help_: str, kind: Kind = Kind.GAUGE, rule: Rule = Rule.AS_IS, scale: float = 1.0
) -> Metric:
    at = f"partitions.*.{field}"
    return Metric(TYPE, field, unit, help_, kind=kind, per="partition", rule=rule, scale=scale, at=at)


DEVICE = _of_partition("device", Unit.TEXT, "What is mounted.", Kind.TEXT)
FSTYPE = _of_partition("fstype", Unit.TEXT, "The kind of file system.", Kind.TEXT)
TOTAL = _of_partition("total_bytes", Unit.DISK_BYTES, "Size of the file system.")
USED = _of_partition("used_bytes", Unit.DISK_BYTES, "Space that is taken.")
FREE = _of_partition("free_bytes", Unit.DISK_BYTES, "Space that ordinary users can still get.")
USAGE = _of_partition(
    "usage_percent",
    Unit.PERCENT,
    "Used space as a share of what ordinary users could have.",
    rule=Rule.QUOTIENT,
    scale=100,
)
# Waking the thread that asks costs more than reading all counters of the disks.
_ASK_AGAIN_SECONDS = 4.0
METRICS = (DEVICE, FSTYPE, TOTAL, USED, FREE, USAGE)


class Partitions:
    """The file systems with somebody's data; `ask` is statvfs(3), which may hang."""

    def __init__(self, machine: Machine, ask: Ask | None = None) -> None:
        self._mounts = Mounts(machine)
        self._machine = machine
        self._apart = Apart()
        self._by_daemons: frozenset[str] = frozenset()
        self._space = Space(ask or self._statvfs)
        self._clock = machine.clock
        self._listed: list[Mount] = []
        self._known: list[Fact] = []
        self._due = 0.0

    def collect(self) -> list[Fact]:
        """Bytes by mount point, at most a few seconds old; the reason where a file system does not tell."""
        now, mounts = self._clock(), self._mounts.now()
        if now >= self._due or mounts is not self._listed:
            self._due, self._listed = now + _ASK_AGAIN_SECONDS, mounts
            self._known = list(self._ask(mounts))
        return self._known

    def close(self) -> None:
        """Let go of the list, and of the threads and processes that ask."""
        self._mounts.close()
        self._space.close()
        self._apart.close()

    def _statvfs(self, point: str) -> os.statvfs_result:
        """In a thread of `Space`."""
        ask = self._apart if point in self._by_daemons and not self._machine.captured else self._machine
        return ask.statvfs(point)

    def _ask(self, mounts: list[Mount]) -> Iterator[Fact]:
        self._by_daemons = frozenset(mount.point for mount in mounts if answers_from_user_space(mount))
        answers = self._space.of([mount.point for mount in mounts])
        for point, device, fstype in mounts:
            answer = answers[point]
            if isinstance(answer, os.statvfs_result) and not answer.f_blocks:
                # a window onto something without a size, such as a fuse of control files
                continue
            shown = name(point)
            yield DEVICE, shown, name(device)
            yield FSTYPE, shown, name(fstype)
            yield from _facts(shown, answer)


def _facts(point: str, answer: Answer | Silent) -> Iterator[Fact]:
    if isinstance(answer, os.statvfs_result):
        size = answer.f_frsize
        used = answer.f_blocks - answer.f_bfree
        yield TOTAL, point, answer.f_blocks * size
        yield USED, point, used * size
        yield FREE, point, answer.f_bavail * size
        # what is kept back for root is neither used nor to be had
        yield USAGE, point, (used, used + answer.f_bavail)
        return
    if isinstance(answer, Silent):
        reason = f"the file system has not answered for {answer.seconds:.1f} s"
    else:
        reason = f"the file system does not tell: {answer.strerror}"
    missing = Missing(reason)
    for metric in (TOTAL, USED, FREE, USAGE):
        yield metric, point, missing
