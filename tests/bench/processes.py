"""What a family of processes costs: CPU seconds from their clocks, proportional memory from /proc (proc(5))."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass
from pathlib import Path

_TICK = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class Cost:
    """`cpu` seconds of user and system time so far, `pss` bytes now, `processes` alive."""

    cpu: float
    pss: int
    processes: int


def family(root: int, belongings: Path | None = None) -> set[int]:
    """The process, its descendants, and those that live in `belongings` (a detached server's directory)."""
    parents = {}
    members = {root}
    for pid in (int(path.name) for path in Path("/proc").glob("[0-9]*")):
        if fields := _stat(pid):
            parents[pid] = int(fields[1])
            if belongings and _lives_in(pid, str(belongings)):
                members.add(pid)
    grown = True
    while grown:
        more = {pid for pid, parent in parents.items() if parent in members} - members
        members |= more
        grown = bool(more)
    return members


def cost(members: set[int], with_memory: bool = True) -> Cost:
    """The sum over all members that are alive; what they reaped counts as theirs."""
    cpu, pss, alive = 0.0, 0, 0
    for pid in members:
        fields = _stat(pid)
        if not fields:
            continue
        alive += 1
        # what it reaped is only known in ticks of 10 ms
        cpu += _clock(pid) + sum(int(fields[place]) for place in (13, 14)) / _TICK
        if with_memory:
            pss += _pss(pid)
    return Cost(cpu, pss, alive)


def _clock(pid: int) -> float:
    """CPU seconds of all threads of a process, to the nanosecond (clock_getcpuclockid(3)); 0 when it is gone."""
    try:
        return time.clock_gettime(~pid << 3 | 2)
    except OSError:
        return 0.0


def _stat(pid: int) -> list[str]:
    """The fields of /proc/PID/stat behind the command, state first; empty when it is gone."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return []


def _pss(pid: int) -> int:
    try:
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) * 1024
    except OSError:
        pass
    return 0


def _lives_in(pid: int, directory: str) -> bool:
    try:
        if str(Path(f"/proc/{pid}/cwd").readlink()).startswith(directory):
            return True
        return directory.encode() in Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return False
