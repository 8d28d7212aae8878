"""A composed machine: samples as a busy eight-core desktop would give them, the same at every run."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, field

from perfwatch_core.metric import Catalogue, Series, Value
from perfwatch_core.sample import Fault, Sample

GIB = 2**30
START = 1_795_000_000.0
_MISS = {"branch": 1.8, "l1d": 4.2, "llc": 18.0, "dtlb": 0.4, "itlb": 0.9}
_MPKI = {"branch": 3.6, "l1d": 14.2, "llc": 0.8}
_EVENTS = {
    "cpu-clock": 8.0, "context-switches": 9200.0, "cpu-migrations": 140.0, "page-faults": 5300.0,
    "cycles": 7.4e9, "instructions": 1.1e10, "branches": 2.2e9, "branch-misses": 4.0e7,
    "L1-dcache-loads": 3.3e9, "L1-dcache-load-misses": 1.4e8, "LLC-loads": 2.2e7, "LLC-load-misses": 4.0e6,
    "L1-icache-loads": 2.0e9, "dTLB-loads": 3.3e9, "dTLB-load-misses": 1.3e7, "iTLB-loads": 8.0e6,
    "iTLB-load-misses": 7.0e4,
}  # fmt: skip
SCALED = {"LLC-loads": 62.4, "LLC-load-misses": 62.4, "iTLB-loads": 18.2, "iTLB-load-misses": 18.2}


def wave(moment: float, period: float, low: float, high: float, phase: float = 0.0) -> float:
    """A restless, irregular curve between `low` and `high`; `period` and `moment` in seconds."""
    turn = 2 * math.pi * moment / period + phase
    shape = 0.5 + 0.3 * math.sin(turn) + 0.13 * math.sin(2.7 * turn + 1) + 0.07 * math.sin(7.3 * turn + phase)
    # what no curve of a real machine is without: a share that has nothing to do with the moment before
    shape += 0.1 * ((math.sin(12.9898 * turn + period) * 43758.5453) % 1 - 0.5)
    return low + (high - low) * min(1.0, max(0.0, shape))


@dataclass
class ComposedMachine:
    """Gives sample after sample; `faults` are put in as they are, and nothing of their types is known."""

    catalogue: Catalogue
    interval: float = 5.0
    cores: int = 8
    interfaces: int = 3
    start: float = START
    faults: dict[str, Fault] = field(default_factory=dict)
    _number: int = 0

    def next(self) -> Sample:
        """The sample of the next tick."""
        self._number += 1
        moment = self._number * self.interval
        values: dict[Series, Value] = {}
        for address, value in self._addresses(moment):
            series = self.catalogue.series(address)
            if series.metric.type not in self.faults:
                values[series] = value if isinstance(value, str | bool) else round(value, series.metric.unit.decimals)
        missing = (
            {self.catalogue.series("cpu.temperature_celsius"): "this machine has no sensor"} if not self.cores else {}
        )
        return Sample(self._number, self.start + moment, self.interval, values, missing, dict(self.faults))

    def samples(self, count: int) -> list[Sample]:
        """The samples of the next `count` ticks."""
        return [self.next() for _ in range(count)]

    def _addresses(self, t: float) -> Iterator[tuple[str, Value]]:
        yield from self._cpu(t)
        yield from self._memory(t)
        yield from self._network(t)
        yield from self._disk(t)
        yield from self._perf(t)
        yield from self._rest(t)

    def _cpu(self, t: float) -> Iterator[tuple[str, Value]]:
        user, system, iowait = wave(t, 97, 6, 48), wave(t, 61, 2, 14, 1), wave(t, 143, 0, 5, 2)
        for name, value in (("user", user), ("system", system), ("iowait", iowait), ("nice", 0.0), ("irq", 0.1)):
            yield f"cpu.{name}", value
        yield "cpu.usage_percent", user + system
        yield "cpu.idle", 100 - user - system - iowait
        for core in range(self.cores):
            yield f"cpu.per_core[{core}]", wave(t, 40 + 13 * (core % 5), 2, 30 + 70 * ((core * 7) % 5) / 4, core)
            yield f"cpu.frequency_mhz[{core}]", wave(t, 80, 1200, 3900, core)
        yield "cpu.temperature_celsius[Package id 0]", wave(t, 220, 48, 71)
        for name, value in (("1m", wave(t, 240, 1, 4)), ("5m", wave(t, 700, 1, 3)), ("15m", 1.62)):
            yield f"cpu.load_avg[{name}]", value
        yield "cpu.context_switches_per_sec", wave(t, 70, 6000, 12000)
        yield "cpu.interrupts_per_sec", wave(t, 70, 3000, 7000)

    def _memory(self, t: float) -> Iterator[tuple[str, Value]]:
        total = 16 * GIB
        used, cached = wave(t, 400, 5.2, 7.9) * GIB, wave(t, 500, 4.0, 5.2, 2) * GIB
        yield "memory.total_bytes", total
        yield "memory.used_bytes", used
        yield "memory.available_bytes", total - used
        yield "memory.cached_bytes", cached
        yield "memory.buffers_bytes", 0.3 * GIB
        yield "memory.shared_bytes", 0.4 * GIB
        yield "memory.free_bytes", total - used - cached
        yield "memory.usage_percent", 100 * used / total
        yield "memory.swap_total_bytes", 4 * GIB
        yield "memory.swap_used_bytes", 0.2 * GIB
        yield "memory.swap_free_bytes", 3.8 * GIB
        yield "memory.swap_percent", 5.0

    def _network(self, t: float) -> Iterator[tuple[str, Value]]:
        names = ["enp3s0", "wlan0", "docker0", *(f"veth{place:04x}" for place in range(max(0, self.interfaces - 3)))]
        fields = (("bytes_recv_per_sec", 4.5e6), ("bytes_sent_per_sec", 1.2e6), ("packets_recv_per_sec", 4200.0),
                  ("packets_sent_per_sec", 2100.0))  # fmt: skip
        for field_, most in fields:
            whole = 0.0
            for place, name in enumerate(names[: self.interfaces]):
                value = wave(t, 50 + 9 * place, 0.02 * most, most, place) / (4 ** min(place, 30))
                whole += value
                yield f"network.{field_}[{name}]", value
            yield f"network.{field_}", whole
        for name, count in (("established", 38), ("time_wait", 12), ("close_wait", 1), ("listen", 9)):
            yield f"network.tcp_{name}", count
        yield "network.udp_count", 14
        for place, name in enumerate(names[: self.interfaces]):
            yield f"network.is_up[{name}]", place < 2
            yield f"network.speed_mbps[{name}]", 1000

    def _disk(self, t: float) -> Iterator[tuple[str, Value]]:
        fields = (("read_bytes_per_sec", 5.2e7), ("write_bytes_per_sec", 1.2e7), ("read_iops", 900.0),
                  ("write_iops", 240.0))  # fmt: skip
        for field_, most in fields:
            whole = 0.0
            for place, name in enumerate(("nvme0n1", "sda")):
                value = max(0.0, wave(t, 66 + 20 * place, -0.5 * most, most, place)) / (6**place)
                whole += value
                yield f"disk.{field_}[{name}]", value
            yield f"disk.{field_}", whole
        for place, name in enumerate(("nvme0n1", "sda")):
            yield f"disk.read_latency_ms[{name}]", wave(t, 50, 0.1, 0.9) * (1 + 9 * place)
            yield f"disk.write_latency_ms[{name}]", wave(t, 50, 0.2, 1.4) * (1 + 9 * place)
            yield f"disk.util_percent[{name}]", wave(t, 66, 1, 42, place)
            yield f"disk.queue_depth[{name}]", wave(t, 66, 0, 1.6, place)
        sizes = (("/", "nvme0n1p2", 0.52, 100), ("/home", "nvme0n1p3", 0.78, 800), ("/srv", "sda1", 0.31, 2000))
        for mount, device, share, size in sizes:
            yield f"disk.device[{mount}]", f"/dev/{device}"
            yield f"disk.fstype[{mount}]", "ext4"
            yield f"disk.total_bytes[{mount}]", size * 1e9
            yield f"disk.used_bytes[{mount}]", share * size * 1e9
            yield f"disk.free_bytes[{mount}]", (1 - share) * size * 1e9
            yield f"disk.usage_percent[{mount}]", 100 * share

    def _perf(self, t: float) -> Iterator[tuple[str, Value]]:
        yield "perf_events.available", True
        yield "perf_events.cpu_cores", "all"
        yield "perf_events.interval_ms", 1000
        for event, rate in _EVENTS.items():
            yield f"perf_events.{event}", rate if event == "cpu-clock" else wave(t, 90, 0.5 * rate, 1.3 * rate)
            yield f"perf_events.state[{event}]", "scaled" if event in SCALED else "ok"
            yield f"perf_events.running_percent[{event}]", SCALED.get(event, 100.0)
        yield "perf_events.ipc", wave(t, 90, 0.7, 2.1)
        yield "perf_events.ghz", wave(t, 120, 0.6, 2.8)
        for name, middle in _MISS.items():
            yield f"perf_events.{name}_miss_percent", wave(t, 75, 0.5 * middle, 1.5 * middle, middle)
        for name, middle in _MPKI.items():
            yield f"perf_events.{name}_mpki", wave(t, 75, 0.5 * middle, 1.5 * middle, middle)

    def _rest(self, t: float) -> Iterator[tuple[str, Value]]:
        for name, most in (
            ("cpu_some", 9.0),
            ("memory_some", 1.2),
            ("memory_full", 0.5),
            ("io_some", 4.0),
            ("io_full", 2.5),
        ):
            yield f"pressure.{name}_percent", max(0.0, wave(t, 130, -0.3 * most, most, most))
        for name, most in (("pgpgin", 5.1e4), ("pgpgout", 1.2e4), ("pgfault", 8000.0), ("pgmajfault", 3.0)):
            yield f"memory_bandwidth.{name}_per_sec", max(0.0, wave(t, 66, -0.5 * most, most))
        for name in ("pswpin", "pswpout"):
            yield f"memory_bandwidth.{name}_per_sec", max(0.0, wave(t, 180, -260, 90, len(name)))
        yield "memory_bandwidth.page_io_bytes_per_sec", wave(t, 66, 0, 6e7)
        yield "memory_bandwidth.swap_io_bytes_per_sec", wave(t, 180, 0, 9e4)
        yield "self.cpu_percent", wave(t, 90, 0.3, 0.6)
        yield "self.rss_bytes", 158 * 2**20
