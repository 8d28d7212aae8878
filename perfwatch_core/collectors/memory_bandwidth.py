"""Pages on the move: to and from disks and swap, and faults, from `/proc/vmstat` (proc_vmstat(5))."""

from __future__ import annotations

import os
from collections.abc import Iterator

from perfwatch_core.collector import Collector, Fact, Missing
from perfwatch_core.collectors.machine import Machine
from perfwatch_core.collectors.words import count
from perfwatch_core.metric import Metric, Rule
from perfwatch_core.units import Unit

TYPE = "memory_bandwidth"
_PAGE = os.sysconf("SC_PAGE_SIZE")


def _rate(field: str, unit: Unit, help_: str, scale: float = 1.0) -> Metric:
    return Metric(TYPE, field, unit, help_, rule=Rule.PER_SECOND, scale=scale)


PAGE_IN = _rate("pgpgin_per_sec", Unit.KIB_PER_SECOND, "Read from block devices, swap included.")
PAGE_OUT = _rate("pgpgout_per_sec", Unit.KIB_PER_SECOND, "Written to block devices, swap included.")
SWAP_IN = _rate("pswpin_per_sec", Unit.PAGES_PER_SECOND, "Pages brought back from swap.")
SWAP_OUT = _rate("pswpout_per_sec", Unit.PAGES_PER_SECOND, "Pages put out to swap.")
PAGE_IO = _rate("page_io_bytes_per_sec", Unit.BYTES_PER_SECOND, "Read from and written to block devices.", 1024)
SWAP_IO = _rate("swap_io_bytes_per_sec", Unit.BYTES_PER_SECOND, "Moved between memory and swap.", _PAGE)
FAULTS = _rate("pgfault_per_sec", Unit.PER_SECOND, "Page faults of all kinds.")
MAJOR_FAULTS = _rate("pgmajfault_per_sec", Unit.PER_SECOND, "Page faults that had to wait for a disk.")

# More than one name: their sum.
_SOURCES: tuple[tuple[Metric, tuple[bytes, ...]], ...] = (
    (PAGE_IN, (b"pgpgin",)),
    (PAGE_OUT, (b"pgpgout",)),
    (SWAP_IN, (b"pswpin",)),
    (SWAP_OUT, (b"pswpout",)),
    (PAGE_IO, (b"pgpgin", b"pgpgout")),
    (SWAP_IO, (b"pswpin", b"pswpout")),
    (FAULTS, (b"pgfault",)),
    (MAJOR_FAULTS, (b"pgmajfault",)),
)
_NAMES = frozenset(name for _, names in _SOURCES for name in names)


class MemoryBandwidthCollector(Collector):
    """What moved between memory and disks."""

    type = TYPE
    metrics = tuple(metric for metric, _ in _SOURCES)

    def __init__(self, machine: Machine) -> None:
        self._machine = machine

    def collect(self) -> Iterator[Fact]:
        """Counts since boot: KiB for pgpgin and pgpgout, pages for swap."""
        said: dict[bytes, int] = {}
        text = b"\n" + self._machine.read("proc/vmstat")
        for name in _NAMES:
            # the file has two hundred lines and eight of them matter: searching is cheaper than splitting
            start = text.find(b"\n" + name + b" ")
            start += len(name) + 2
            end = text.find(b"\n", start)
            # the last line of a file that was cut off has no end, and may lack digits
            if start > len(name) + 1 and end > 0 and (number := count(text[start:end])) is not None:
                said[name] = number
        for metric, names in _SOURCES:
            if all(name in said for name in names):
                yield metric, "", sum(said[name] for name in names)
            else:
                yield metric, "", Missing("this kernel does not count it")
