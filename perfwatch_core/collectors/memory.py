"""Memory and swap, from `/proc/meminfo` (proc_meminfo(5)), counted as free(1) counts."""

from __future__ import annotations

from collections.abc import Iterator

from perfwatch_core.collector import Collector, Fact, Missing
from perfwatch_core.collectors.machine import Machine
from perfwatch_core.collectors.words import Unreadable, count, lines
from perfwatch_core.metric import Metric, Rule
from perfwatch_core.units import Unit

TYPE = "memory"


def _bytes(field: str, help_: str) -> Metric:
    return Metric(TYPE, field, Unit.BYTES, help_)


def _count(field: str, help_: str) -> Metric:
    return Metric(TYPE, field, Unit.COUNT, help_)


def _percent(field: str, help_: str) -> Metric:
    return Metric(TYPE, field, Unit.PERCENT, help_, rule=Rule.QUOTIENT, scale=100)


USAGE = _percent("usage_percent", "Share of memory that programs cannot get without swapping.")
TOTAL = _bytes("total_bytes", "Memory the kernel manages.")
AVAILABLE = _bytes("available_bytes", "What programs can still get without swapping (MemAvailable).")
USED = _bytes("used_bytes", "Total less available, as free(1) shows it since procps 4.")
FREE = _bytes("free_bytes", "Memory that holds nothing at all.")
CACHED = _bytes("cached_bytes", "Page cache and the slab that can be given back, as free(1) counts its cache.")
BUFFERS = _bytes("buffers_bytes", "Buffers of block devices.")
SHARED = _bytes("shared_bytes", "Shared memory and tmpfs (Shmem).")
SWAP_TOTAL = _bytes("swap_total_bytes", "Swap space.")
SWAP_USED = _bytes("swap_used_bytes", "Swap space in use.")
SWAP_FREE = _bytes("swap_free_bytes", "Swap space left.")
SWAP_PERCENT = _percent("swap_percent", "Share of swap space in use.")
HUGE_TOTAL = _count("hugepages_total", "Huge pages set aside by the administrator.")
HUGE_FREE = _count("hugepages_free", "Huge pages set aside and not in use.")
HUGE_RESERVED = _count("hugepages_reserved", "Huge pages promised to programs that have not touched them yet.")

_AS_THEY_ARE = (
    (TOTAL, b"MemTotal", 1024),
    (AVAILABLE, b"MemAvailable", 1024),
    (FREE, b"MemFree", 1024),
    (BUFFERS, b"Buffers", 1024),
    (SHARED, b"Shmem", 1024),
    (SWAP_TOTAL, b"SwapTotal", 1024),
    (SWAP_FREE, b"SwapFree", 1024),
    (HUGE_TOTAL, b"HugePages_Total", 1),
    (HUGE_FREE, b"HugePages_Free", 1),
    (HUGE_RESERVED, b"HugePages_Rsvd", 1),
)

_NAMES = frozenset({name for _, name, _ in _AS_THEY_ARE} | {b"Cached", b"SReclaimable"})
_UNTOLD = Missing("this kernel does not tell")


class MemoryCollector(Collector):
    """Where memory is."""

    type = TYPE
    metrics = (
        USAGE, TOTAL, AVAILABLE, USED, FREE, CACHED, BUFFERS, SHARED,
        SWAP_TOTAL, SWAP_USED, SWAP_FREE, SWAP_PERCENT, HUGE_TOTAL, HUGE_FREE, HUGE_RESERVED,
    )  # fmt: skip

    def __init__(self, machine: Machine) -> None:
        self._machine = machine

    def collect(self) -> Iterator[Fact]:
        """Bytes and pages; the file counts in KiB."""
        said: dict[bytes, int] = {}
        for line in lines(self._machine.read("proc/meminfo")):
            name, _, rest = line.partition(b":")
            # of some sixty lines a quarter matters
            if name in _NAMES and (words := rest.split(None, 1)) and (number := count(words[0])) is not None:
                said[name] = number
        if b"MemTotal" not in said:
            raise Unreadable("/proc/meminfo does not say how much memory there is")
        for metric, name, factor in _AS_THEY_ARE:
            yield metric, "", said[name] * factor if name in said else _UNTOLD
        total, available = said[b"MemTotal"], said.get(b"MemAvailable")
        # a container may be told its own total and the host's available (lxcfs)
        used = None if available is None else max(0, total - available)
        yield USED, "", _UNTOLD if used is None else used * 1024
        yield USAGE, "", _UNTOLD if used is None else (used, total)
        cached, slab = said.get(b"Cached"), said.get(b"SReclaimable")
        yield CACHED, "", _UNTOLD if cached is None or slab is None else (cached + slab) * 1024
        swap, swap_free = said.get(b"SwapTotal"), said.get(b"SwapFree")
        if swap is None or swap_free is None:
            yield SWAP_USED, "", _UNTOLD
            yield SWAP_PERCENT, "", _UNTOLD
            return
        # both are read one after the other while swap is added or taken away
        used = max(0, swap - swap_free)
        yield SWAP_USED, "", used * 1024
        yield SWAP_PERCENT, "", (used, swap) if swap else Missing("this machine has no swap space")
