"""How fast processors run: cpufreq (Documentation/admin-guide/pm/cpufreq.rst), else `/proc/cpuinfo`."""

from __future__ import annotations

from perfwatch_core.collectors.machine import Machine
from perfwatch_core.collectors.words import decimal

# Clocks change all the time, but each costs a file: more often would cost more than it tells.
_LOOK_AGAIN_SECONDS = 2.0
# With hundreds of processors it is made less often still.
_LARGEST_SHARE = 0.002


class Clocks:
    """Megahertz by processor, at most a few seconds old."""

    def __init__(self, machine: Machine) -> None:
        self._machine = machine
        self._cores: list[str] = []
        self._steers = True
        self._known: dict[str, float] = {}
        self._due = 0.0

    def of(self, cores: list[str]) -> dict[str, float]:
        """What is known of these processors; empty where the kernel tells nothing, as in many virtual machines."""
        now = self._machine.clock()
        if now >= self._due or cores != self._cores:
            # whether the kernel steers is decided when processors come up
            self._steers = self._steers or cores != self._cores
            self._cores = cores
            self._known = self._steered() if self._steers else {}
            self._steers = bool(self._known)
            self._known = self._known or self._reported()
            cost = self._machine.clock() - now
            self._due = now + max(_LOOK_AGAIN_SECONDS, cost / _LARGEST_SHARE)
        return self._known

    def _steered(self) -> dict[str, float]:
        """Where the kernel steers the clock it says so in kHz."""
        found = {}
        for core in self._cores:
            kilohertz = self._machine.number(f"sys/devices/system/cpu/cpu{core}/cpufreq/scaling_cur_freq")
            if kilohertz:
                found[core] = kilohertz / 1000
        return found

    def _reported(self) -> dict[str, float]:
        """What an x86 processor reports of itself; the file lists those that are online, as `/proc/stat` does."""
        try:
            parts = self._machine.read("proc/cpuinfo").split(b"\ncpu MHz")[1:]
        except OSError:
            return {}
        if len(parts) != len(self._cores):
            return {}
        values = [decimal(part.partition(b"\n")[0].partition(b":")[2].strip()) for part in parts if b"\n" in part]
        return {core: value for core, value in zip(self._cores, values, strict=False) if value is not None}
