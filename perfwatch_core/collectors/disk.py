"""Disks: what they move and how long it takes, from `/proc/diskstats` (Documentation/admin-guide/iostats.rst)."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence

from perfwatch_core.collector import Collector, Column, Fact, Missing, Raw, reason
from perfwatch_core.collectors.machine import Machine
from perfwatch_core.collectors.partitions import METRICS as PARTITION_METRICS
from perfwatch_core.collectors.partitions import TYPE, Partitions
from perfwatch_core.collectors.words import columns, lines, name
from perfwatch_core.metric import Kind, Metric, Rule
from perfwatch_core.units import Unit

# Whatever the disk's own sectors are, the kernel counts in these.
_SECTOR = 512


def _rate(field: str, unit: Unit, help_: str, scale: float = 1.0) -> Metric:
    return Metric(
        TYPE, field, unit, help_, per="device", rule=Rule.PER_SECOND, scale=scale, at=f"devices.*.{field}", total=field
    )


def _total(field: str, unit: Unit, help_: str, scale: int = 1) -> Metric:
    return Metric(TYPE, field, unit, help_, kind=Kind.COUNTER, per="device", scale=scale, at=f"devices.*.{field}")


def _latency(field: str, help_: str) -> Metric:
    return Metric(TYPE, field, Unit.MILLISECONDS, help_, per="device", rule=Rule.CHANGE_RATIO, at=f"devices.*.{field}")


READ = _rate("read_bytes_per_sec", Unit.BYTES_PER_SECOND, "Read from the device.", _SECTOR)
WRITTEN = _rate("write_bytes_per_sec", Unit.BYTES_PER_SECOND, "Written to the device.", _SECTOR)
READS = _rate("read_iops", Unit.OPERATIONS_PER_SECOND, "Reads the device completed, neighbouring ones merged.")
WRITES = _rate("write_iops", Unit.OPERATIONS_PER_SECOND, "Writes the device completed, neighbouring ones merged.")
READ_TOTAL = _total("read_bytes_total", Unit.DISK_BYTES, "Read since the device appeared.", _SECTOR)
WRITTEN_TOTAL = _total("write_bytes_total", Unit.DISK_BYTES, "Written since the device appeared.", _SECTOR)
READS_TOTAL = _total("reads_total", Unit.COUNT, "Reads completed since the device appeared.")
WRITES_TOTAL = _total("writes_total", Unit.COUNT, "Writes completed since the device appeared.")
READ_LATENCY = _latency("read_latency_ms", "Mean time of a read, from the queue to its end.")
WRITE_LATENCY = _latency("write_latency_ms", "Mean time of a write, from the queue to its end.")
UTIL = Metric(
    TYPE,
    "util_percent",
    Unit.PERCENT,
    "Share of time with a request under way; a device that works in parallel may have room at 100 %.",
    per="device",
    rule=Rule.PER_SECOND,
    # milliseconds in a second
    scale=100 / 1000,
    at="devices.*.util_percent",
    most=100.0,
)
QUEUE = Metric(
    TYPE,
    "queue_depth",
    Unit.LOAD,
    "Requests that waited or were under way, on average over the interval.",
    per="device",
    rule=Rule.PER_SECOND,
    # milliseconds times requests
    scale=1 / 1000,
    at="devices.*.queue_depth",
)

_OF_DEVICE = (
    READ, WRITTEN, READS, WRITES, READ_TOTAL, WRITTEN_TOTAL, READS_TOTAL, WRITES_TOTAL,
    READ_LATENCY, WRITE_LATENCY, UTIL, QUEUE,
)  # fmt: skip
# From the count of reads on; what follows them came later (Documentation/admin-guide/iostats.rst).
_COLUMNS = 11
_GARBLED = Missing("/proc/diskstats has a line for it that cannot be understood")
# Devices that stand on others or on memory: their traffic is counted below them, or is none.
_NO_DISK = re.compile(r"(loop|ram|zram)\d+$|nvme\d+c\d+n\d+$")
# Slaves, and the size of a drive whose medium was changed, are looked at again after so long.
_LOOK_AGAIN_SECONDS = 30.0


class DiskCollector(Collector):
    """What whole devices did, and how full the file systems are."""

    type = TYPE
    metrics = (*_OF_DEVICE, *PARTITION_METRICS)

    def __init__(self, machine: Machine, partitions: Partitions | None = None) -> None:
        self._machine = machine
        self._partitions = partitions or Partitions(machine)
        self._counted: dict[bytes, str] = {}
        self._listed: set[bytes] = set()
        self._look_due = 0.0

    def collect(self) -> Iterator[Fact | Column]:
        """Counts since each device appeared: requests, sectors, milliseconds; then bytes of file systems."""
        yield from self._devices()
        try:
            yield from self._partitions.collect()
        except OSError as error:
            for metric in PARTITION_METRICS:
                yield metric, "", Missing(reason(error))

    def close(self) -> None:
        """Let go of the list of mounts and of the threads that ask them."""
        self._partitions.close()

    def _devices(self) -> Iterator[Fact | Column]:
        try:
            text = self._machine.read("proc/diskstats")
        except FileNotFoundError:
            # some containers; how full their file systems are is known all the same
            yield from _nothing("this kernel counts no disk traffic: it has no /proc/diskstats")
            return
        except OSError as error:
            yield from _nothing(reason(error))
            return
        rows = {words[2]: words for line in lines(text) if len(words := line.split(None, 14)) > 13}
        self._look_at(rows)
        names, numbers, garbled = columns({shown: rows[key][3:14] for key, shown in self._counted.items()}, _COLUMNS)
        if names:
            yield from (
                Column(metric, names, told) for metric, told in zip(_OF_DEVICE, _by_metric(numbers), strict=True)
            )
        for shown in garbled:
            yield from ((metric, shown, _GARBLED) for metric in _OF_DEVICE)
        if not self._counted:
            yield from _nothing("this machine has no disk of its own")

    def _look_at(self, rows: dict[bytes, list[bytes]]) -> None:
        """Find out which devices count, when there are others than the last time or enough time has gone."""
        now = self._machine.clock()
        if rows.keys() == self._listed and now < self._look_due:
            return
        self._listed, self._look_due = set(rows), now + _LOOK_AGAIN_SECONDS
        whole = set(self._machine.names("sys/block"))
        # a slash in a name stands as an exclamation mark in sysfs
        folders = {key: os.fsdecode(key).replace("/", "!") for key in rows}
        self._counted = {
            key: name(key) for key, folder in folders.items() if folder in whole and self._is_counted(folder)
        }

    def _is_counted(self, device: str) -> bool:
        if _NO_DISK.match(device):
            return False
        folder = f"sys/block/{device}"
        # a device without size is a drive without a medium or a slot that nothing uses
        return not self._machine.names(f"{folder}/slaves") and self._machine.number(f"{folder}/size") != 0


def _nothing(why: str) -> Iterator[Fact]:
    missing = Missing(why)
    for metric in (READ, WRITTEN, READS, WRITES):
        yield metric, "", missing


def _by_metric(numbers: list[list[int]]) -> tuple[Sequence[Raw], ...]:
    """The columns of the file, from the count of reads on, as those of `_OF_DEVICE`."""
    reads, _, read_sectors, read_ms, writes, _, written_sectors, write_ms, _, busy_ms, waited_ms = numbers
    return (
        read_sectors, written_sectors, reads, writes, read_sectors, written_sectors, reads, writes,
        list(zip(read_ms, reads, strict=True)), list(zip(write_ms, writes, strict=True)), busy_ms, waited_ms,
    )  # fmt: skip
