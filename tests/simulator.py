"""Makes up the samples of a plausible machine: 8 cores, 3 interfaces, 2 disks; the same for the same seed.

Values are quantized as the kernel's are: CPU time in ticks of 10 ms, packets and bytes as whole numbers over the
interval, memory in pages. Load follows the day and comes in bursts. numpy is for tests and tools only.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from perfwatch_core.metric import Value
from perfwatch_core.store.batch import Place
from tests.simulated_hour import Hour

Numbers = NDArray[np.float64]
HOUR = 3_600_000_000
_EVENTS = (
    "cpu-clock", "context-switches", "cpu-migrations", "page-faults", "cycles", "instructions", "branches",
    "branch-misses", "L1-dcache-loads", "L1-dcache-load-misses", "LLC-loads", "LLC-load-misses",
    "L1-icache-loads", "dTLB-loads", "dTLB-load-misses", "iTLB-loads", "iTLB-load-misses",
)  # fmt: skip


class Simulator:
    """Hours of samples every `interval` seconds; each hour is a function of the seed and its own moment."""

    def __init__(self, seed: int = 1, interval: float = 5.0, cores: int = 8) -> None:
        self._seed = seed
        self._interval = interval
        self._cores = cores

    def hours(self, start: int, count: int) -> Iterator[Hour]:
        """So many hours from `start` (UTC µs, a full hour)."""
        for index in range(count):
            yield self.hour(start + index * HOUR)

    def hour(self, start: int) -> Hour:
        """The hour that begins at `start` (UTC µs)."""
        draw = np.random.default_rng((self._seed, start // HOUR))
        count = round(3600 / self._interval)
        # a timer is some 100 µs late, now and then more
        late = np.abs(draw.normal(120e-6, 40e-6, count)) + (draw.random(count) < 0.01) * draw.random(count) * 0.02
        moments = np.arange(count) * self._interval + late
        at = (start + np.rint(moments * 1e6)).astype(np.int64)
        gaps = np.diff(moments, prepend=moments[0] - self._interval)
        day = 0.5 - 0.5 * np.cos(2 * np.pi * ((start / HOUR) % 24 + moments / 3600 - 4) / 24)
        columns = _Drawing(draw, count, gaps, day, start / 1e6, self._cores).columns()
        return Hour(at.tolist(), np.rint(gaps * 1000).astype(int).tolist(), columns)


class _Drawing:
    """The columns of one hour, type by type."""

    def __init__(
        self, draw: np.random.Generator, count: int, gaps: Numbers, day: Numbers, since: float, cores: int
    ) -> None:
        self._draw = draw
        self._count = count
        self._gaps = gaps
        self._cores = cores
        self._uptime = since - 1_700_000_000
        bursts = np.repeat(draw.random(count // 12 + 1) < 0.15, 12)[:count] * draw.gamma(2.0, 0.2, count)
        self._busy = np.clip(0.04 + 0.3 * day * self._wander(0.1) ** 2 + bursts, 0.005, 1.0)
        self._found: dict[Place, list[Value | None]] = {}

    def columns(self) -> dict[Place, list[Value | None]]:
        """Everything, in the contract's order."""
        self._cpu()
        self._memory()
        self._network()
        self._disk()
        self._perf()
        self._rest()
        return self._found

    def _wander(self, step: float) -> Numbers:
        """A slow walk around 1."""
        walk = np.cumsum(self._draw.normal(0, step, self._count))
        walk -= np.linspace(0, walk[-1], self._count)
        return np.exp(walk / 4)

    def _noise(self, level: Numbers | float, spread: float = 0.3) -> Numbers:
        return np.asarray(level * self._draw.lognormal(0, spread, self._count), dtype=np.float64)

    def _put(self, *place: str | int, values: Numbers | float, decimals: int = 2) -> None:
        column = np.broadcast_to(np.asarray(values, dtype=np.float64), (self._count,))
        self._found[place] = np.round(column, decimals).tolist()

    def _put_whole(self, *place: str | int, values: Numbers | float) -> None:
        column = np.broadcast_to(np.asarray(values), (self._count,))
        self._found[place] = np.rint(column).astype(np.int64).tolist()

    def _same(self, *place: str, value: Value) -> None:
        self._found[place] = [value] * self._count

    def _rate(self, *place: str, level: Numbers | float, spread: float = 0.8, decimals: int = 1) -> Numbers:
        """Whole events over the true interval."""
        events = self._draw.poisson(np.clip(self._noise(level, spread) * self._gaps, 0, 1e15))
        self._put(*place, values=events / self._gaps, decimals=decimals)
        return np.asarray(events, dtype=np.float64)

    def _total(self, *place: str, of: Numbers, mean: float) -> None:
        self._put_whole(*place, values=np.cumsum(of) + mean * self._uptime)

    def _cpu(self) -> None:
        ticks = np.rint(self._gaps * 100)
        each = []
        for core in range(self._cores):
            busy = self._draw.binomial(ticks.astype(int), np.clip(self._noise(self._busy, 0.4), 0, 1))
            each.append(busy)
            self._put("cpu", "per_core", core, values=100 * busy / ticks)
            self._put("cpu", "frequency_mhz", core, values=self._noise(1200 + 2800 * self._busy, 0.08), decimals=1)
        busy, total = np.sum(each, axis=0), ticks * self._cores
        self._put("cpu", "usage_percent", values=100 * busy / total)
        for name, share in (("user", 0.7), ("system", 0.25), ("softirq", 0.02), ("nice", 0.0), ("irq", 0.0)):
            self._put("cpu", name, values=100 * self._draw.binomial(busy, share) / total)
        self._put("cpu", "iowait", values=100 * self._draw.poisson(1.5, self._count) / total)
        self._put("cpu", "steal", values=0.0)
        self._put("cpu", "idle", values=100 - 100 * busy / total)
        for sensor in ("Package id 0", "Core 0", "Core 1", "Core 2", "Core 3"):
            heat = 45 + 35 * np.convolve(self._busy, np.ones(6) / 6, "same") + self._draw.normal(0, 0.7, self._count)
            self._put("cpu", "temperature_celsius", sensor, values=np.rint(heat), decimals=1)
        for name, most in (("1m", 12), ("5m", 60), ("15m", 180)):
            width = min(most, self._count)
            load = np.convolve(self._busy * self._cores, np.ones(width) / width, "same")
            self._put("cpu", "load_avg", name, values=load)
        self._rate("cpu", "context_switches_per_sec", level=2000 + 20000 * self._busy, spread=0.2)
        self._rate("cpu", "interrupts_per_sec", level=1500 + 9000 * self._busy, spread=0.2)

    def _memory(self) -> None:
        total = 16 << 30
        page = 4096
        used = np.rint((0.35 + 0.05 * np.log(self._wander(0.05))) * total / page) * page
        cached = np.rint((0.30 + 0.02 * np.log(self._wander(0.05))) * total / page) * page
        changed = np.cumsum(self._draw.poisson(40, self._count) - 40) * page
        figures: dict[str, Any] = {
            "total_bytes": total, "used_bytes": used + changed, "cached_bytes": cached,
            "available_bytes": total - used - changed + np.rint(self._noise(30, 0.3)) * page,
            "free_bytes": total - used - changed - cached, "shared_bytes": 300 << 20,
            "buffers_bytes": (200 << 20) + np.cumsum(self._draw.random(self._count) < 0.1) * page,
            "swap_total_bytes": 8 << 30, "swap_used_bytes": 1 << 20, "swap_free_bytes": (8 << 30) - (1 << 20),
            "hugepages_total": 0, "hugepages_free": 0, "hugepages_reserved": 0,
        }  # fmt: skip
        for name, values in figures.items():
            self._put_whole("memory", name, values=values)
        self._put("memory", "usage_percent", values=100 * (used + changed) / total)
        self._put("memory", "swap_percent", values=0.01)

    def _network(self) -> None:
        sums = dict.fromkeys(("sent", "recv"), np.zeros(self._count))
        packets = dict(sums)
        for name, level in (("eth0", 1.0), ("wlan0", 0.02), ("docker0", 0.0)):
            for way in ("sent", "recv"):
                here = ("network", "interfaces", name)
                frames = self._rate(*here, f"packets_{way}_per_sec", level=level * (20 + 900 * self._busy))
                volume = np.rint(frames * self._noise(700, 0.3))
                self._put_whole(*here, f"bytes_{way}_per_sec", values=volume / self._gaps)
                self._total(*here, f"bytes_{way}", of=volume, mean=90_000 * level)
                self._total(*here, f"packets_{way}", of=frames, mean=130 * level)
                sums[way] = sums[way] + volume
                packets[way] = packets[way] + frames
            for what in ("errors_in", "errors_out", "drops_in", "drops_out"):
                self._put_whole(*here, what, values=3 if level else 0)
            self._same(*here, "is_up", value=bool(level))
            self._put_whole(*here, "speed_mbps", values=1000)
        for way in ("sent", "recv"):
            self._put_whole("network", f"bytes_{way}_per_sec", values=sums[way] / self._gaps)
            self._put("network", f"packets_{way}_per_sec", values=packets[way] / self._gaps, decimals=1)
        for what in ("errors_in", "errors_out", "drops_in", "drops_out"):
            self._put_whole("network", what, values=6)
        for state, mean in (("established", 60), ("time_wait", 12), ("close_wait", 1), ("listen", 14)):
            walk = mean + np.cumsum((self._draw.random(self._count) < 0.1) * self._draw.choice([-1, 1], self._count))
            self._put_whole("network", "connections", "tcp", state, values=np.abs(walk))
        self._put_whole("network", "connections", "udp", "count", values=9)

    def _disk(self) -> None:
        operations = dict.fromkeys(("read", "write"), np.zeros(self._count))
        volumes = dict(operations)
        for name, level in (("nvme0n1", 1.0), ("sda", 0.05)):
            here = ("disk", "devices", name)
            for way, share in (("read", 0.3), ("write", 1.0)):
                done = self._rate(*here, f"{way}_iops", level=level * share * (3 + 120 * self._busy**2), decimals=2)
                volume = np.rint(done * self._noise(6, 0.6)) * 4096
                self._put_whole(*here, f"{way}_bytes_per_sec", values=volume / self._gaps)
                self._total(*here, f"{way}_bytes", of=volume, mean=400_000 * level)
                self._total(*here, f"{way}_count", of=done, mean=20 * level)
                latency = np.where(done > 0, self._noise(0.4, 0.5), 0)
                self._put(*here, f"{way}_latency_ms", values=latency, decimals=3)
                operations[way] = operations[way] + done
                volumes[way] = volumes[way] + volume
            used = np.clip(self._noise(level * 4 * self._busy, 0.6), 0, 100)
            self._put(*here, "util_percent", values=used)
            self._put(*here, "queue_depth", values=used / 60)
        for way in ("read", "write"):
            self._put_whole("disk", f"{way}_bytes_per_sec", values=volumes[way] / self._gaps)
            self._put("disk", f"{way}_iops", values=operations[way] / self._gaps)
        for mount, size in (("/", 256 << 30), ("/home", 1 << 40), ("/boot", 1 << 30)):
            growth = np.cumsum(self._draw.poisson(0.3 if size > 1 << 30 else 0, self._count)) * 4096.0
            held = np.asarray(size // 2 + growth, dtype=np.float64)
            self._put_whole("disk", "partitions", mount, "total_bytes", values=size)
            self._put_whole("disk", "partitions", mount, "used_bytes", values=held)
            self._put_whole("disk", "partitions", mount, "free_bytes", values=size - held)
            self._put("disk", "partitions", mount, "usage_percent", values=100 * held / size)
            self._same("disk", "partitions", mount, "device", value=f"/dev/nvme0n1p{len(mount)}")
            self._same("disk", "partitions", mount, "fstype", value="ext4")

    def _perf(self) -> None:
        self._same("perf_events", "available", value=True)
        self._put_whole("perf_events", "interval_ms", values=1000)
        rates = {}
        for place, name in enumerate(_EVENTS):
            level = (0.1, 2e4, 300, 2e3, 3e9, 4e9, 8e8, 1e7, 1e9, 3e7, 2e7, 3e6, 9e8, 1e9, 4e6, 1e7, 1e6)[place]
            rates[name] = self._noise(level * 8 * self._busy, 0.15)
            decimals = 4 if name == "cpu-clock" else 1
            self._put("perf_events", "events", name, "value", values=rates[name], decimals=decimals)
            self._same("perf_events", "events", name, "state", value="scaled" if place > 9 else "ok")
            share = 100.0 if place <= 9 else 75 + self._draw.normal(0, 0.1, self._count)
            self._put("perf_events", "events", name, "running_percent", values=share)
        self._put("perf_events", "derived", "ipc", values=rates["instructions"] / rates["cycles"], decimals=4)
        self._put("perf_events", "derived", "ghz", values=rates["cycles"] / rates["cpu-clock"] / 1e10, decimals=3)
        for name in ("branch", "l1d", "llc", "dtlb", "itlb"):
            self._put("perf_events", "derived", f"{name}_miss_percent", values=self._noise(2.0, 0.2))
        for name in ("branch", "l1d", "llc"):
            self._put("perf_events", "derived", f"{name}_mpki", values=self._noise(3.0, 0.2), decimals=3)

    def _rest(self) -> None:
        level = 5 + 300 * self._busy**2
        for name, scale in (("pgpgin", 0.3), ("pgpgout", 1.0)):
            self._rate("memory_bandwidth", f"{name}_per_sec", level=level * scale * 4)
        for name in ("pswpin_per_sec", "pswpout_per_sec", "swap_io_bytes_per_sec"):
            self._put("memory_bandwidth", name, values=0.0)
        self._put_whole("memory_bandwidth", "page_io_bytes_per_sec", values=self._noise(level * 5000, 0.8))
        self._rate("memory_bandwidth", "pgfault_per_sec", level=800 + 9000 * self._busy, spread=0.4)
        self._rate("memory_bandwidth", "pgmajfault_per_sec", level=0.05, spread=0.5)
        for name in ("cpu_some", "memory_some", "memory_full", "io_some", "io_full"):
            scale = 4.0 if name.startswith("cpu") else 0.4 if name.startswith("io") else 0.0
            self._put("pressure", f"{name}_percent", values=self._noise(scale * self._busy, 0.5))
        self._put("self", "cpu_percent", values=self._noise(0.4, 0.2))
        self._put_whole("self", "rss_bytes", values=np.rint(9000 + self._draw.poisson(3, self._count)) * 4096)
        for name in ("cpu", "memory", "network", "disk", "perf_events", "memory_bandwidth", "pressure"):
            self._put("self", "collect_ms", name, values=self._noise(0.6, 0.3), decimals=3)
        self._put("self", "late_ms", values=self._noise(0.12, 0.4), decimals=3)
        for name in ("dropped", "queued", "clients"):
            self._put_whole("self", name, values=0)
