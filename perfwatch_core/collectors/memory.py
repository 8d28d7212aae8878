"""Memory and swap, from `/proc/meminfo` (proc(5))."""

from __future__ import annotations

from collections.abc import Iterator

from perfwatch_core.collector import Collector, Fact
from perfwatch_core.collectors.machine import Machine
from perfwatch_core.metric import Metric, Rule
from perfwatch_core.units import Unit


def _bytes(field: str, help_: str) -> Metric:
    return Metric("memory", field, Unit.BYTES, help_)


def _count(field: str, help_: str) -> Metric:
    return Metric("memory", field, Unit.COUNT, help_)


def _percent(field: str, help_: str) -> Metric:
    return Metric("memory", field, Unit.PERCENT, help_, rule=Rule.QUOTIENT, scale=100)


USAGE = _percent(
    "usage_percent", "Share of memory that is not available to new programs"
)
TOTAL = _bytes("total_bytes", "Memory the kernel manages")
AVAILABLE = _bytes(
    "available_bytes", "What programs can still get without swapping (MemAvailable)"
)
USED = _bytes("used_bytes", "Total less available, as free(1) shows it")
FREE = _bytes("free_bytes", "Memory that holds nothing at all")
CACHED = _bytes(
    "cached_bytes", "Page cache and reclaimable slab, as free(1) counts cache"
)
BUFFERS = _bytes("buffers_bytes", "Buffers of block devices")
SHARED = _bytes("shared_bytes", "tmpfs and shared memory (Shmem)")
SWAP_TOTAL = _bytes("swap_total_bytes", "Swap space")
SWAP_USED = _bytes("swap_used_bytes", "Swap space in use")
SWAP_FREE = _bytes("swap_free_bytes", "Swap space left")
SWAP_PERCENT = _percent("swap_percent", "Share of swap space in use")
HUGE_TOTAL = _count("hugepages_total", "Huge pages reserved by the administrator")
HUGE_FREE = _count("hugepages_free", "Huge pages not in use")
HUGE_RESERVED = _count("hugepages_reserved", "Huge pages promised but not yet touched")


class MemoryCollector(Collector):
    """Where memory is."""

    type = "memory"
    metrics = (
        USAGE, TOTAL, AVAILABLE, USED, FREE, CACHED, BUFFERS, SHARED,
        SWAP_TOTAL, SWAP_USED, SWAP_FREE, SWAP_PERCENT, HUGE_TOTAL, HUGE_FREE, HUGE_RESERVED,
    )  # fmt: skip

    def __init__(self, machine: Machine) -> None:
        self._machine = machine

    def collect(self) -> Iterator[Fact]:
        """Levels in bytes; /proc/meminfo counts KiB."""
        said = {}
        for line in self._machine.read("proc/meminfo").splitlines():
            name, _, rest = line.partition(b":")
            said[name] = int(rest.split()[0])
        total, available = said[b"MemTotal"], said[b"MemAvailable"]
        swap, swap_free = said[b"SwapTotal"], said[b"SwapFree"]
        yield USAGE, "", (total - available, total)
        yield TOTAL, "", total * 1024
        # REPLACED BY THE COLLECTORS HELPER: sketch only
