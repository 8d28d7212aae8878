"""One program PerfWatch runs and its children: processor time and memory (proc_pid_stat(5), proc_pid_statm(5))."""

from __future__ import annotations

import os
import time
from contextlib import suppress

_TICKS = os.sysconf("SC_CLK_TCK")
_PAGE = os.sysconf("SC_PAGE_SIZE")


class ProcessTree:
    """A process and its children at one moment; one that has ended costs nothing."""

    def __init__(self, pid: int) -> None:
        self.pid = pid
        self._children = _children(pid)

    def processor_seconds(self) -> float:
        """User and system time of the process, of its living children, and of those it has seen end."""
        return _clock(self.pid) + sum(map(_clock, self._children)) + _waited_for(self.pid)

    def rss(self) -> int:
        """Bytes in memory; of a child only what it shares with nobody."""
        return self.own_rss() + sum(resident - shared for resident, shared in map(_statm, self._children))

    def own_rss(self) -> int:
        """Bytes of the process alone."""
        return _statm(self.pid)[0]


def _clock(pid: int) -> float:
    """Seconds, to the nanosecond: the number of a process's clock is made as clock_getcpuclockid(3) makes it."""
    try:
        return time.clock_gettime(~pid << 3 | 2)
    except OSError:
        # it has ended
        return 0.0


def _children(pid: int) -> list[int]:
    """Empty too where the kernel does not list them (CONFIG_PROC_CHILDREN)."""
    try:
        with open(f"/proc/{pid}/task/{pid}/children", "rb", buffering=0) as file:
            return [int(word) for word in file.read().split()]
    except OSError:
        return []


def _waited_for(pid: int) -> float:
    """Fields 16 and 17 of the line: time of children that ended and were waited for."""
    try:
        with open(f"/proc/{pid}/stat", "rb", buffering=0) as file:
            # the name in parentheses may itself hold spaces and parentheses
            fields = file.read().rpartition(b")")[2].split(None, 15)
    except OSError:
        return 0.0
    return (int(fields[13]) + int(fields[14])) / _TICKS


def _statm(pid: int) -> tuple[int, int]:
    """Bytes resident, and of these shared."""
    with suppress(OSError), open(f"/proc/{pid}/statm", "rb", buffering=0) as file:
        words = file.read().split(None, 3)
        if len(words) > 2:
            return int(words[1]) * _PAGE, int(words[2]) * _PAGE
    return 0, 0
