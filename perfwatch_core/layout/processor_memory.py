"""The cards of processors, memory and what waits for them."""

from __future__ import annotations

from perfwatch_core.layout.shapes import Card, Chart, Figure, Line, Style, highest

CPU = Card(
    key="cpu",
    title="CPU",
    type="cpu",
    headline=(Figure("", "cpu.usage_percent"),),
    charts=(
        Chart(
            (
                Line("cpu.usage_percent", "usage", "blue", Style.AREA),
                Line("cpu.user", "user", "green"),
                Line("cpu.system", "system", "purple"),
                Line("cpu.iowait", "iowait", "amber"),
            )
        ),
    ),
    details=(
        highest("clock", "cpu.frequency_mhz", "8888 MHz"),
        highest("temperature", "cpu.temperature_celsius", "100 °C"),
        Figure("load", "cpu.load_avg[1m]", "888.88"),
        Figure("", "cpu.load_avg[5m]", "888.88"),
        Figure("", "cpu.load_avg[15m]", "888.88"),
        Figure("switches", "cpu.context_switches_per_sec", "88.8 k/s"),
    ),
    strip="cpu.per_core",
    weight=1.35,
)

MEMORY = Card(
    key="memory",
    title="Memory",
    type="memory",
    headline=(
        Figure("", "memory.usage_percent"),
        Figure("", "memory.used_bytes", "1023 MiB"),
        Figure("of", "memory.total_bytes", "1023 MiB"),
    ),
    charts=(
        Chart(
            (
                Line("memory.used_bytes", "used", "blue", Style.STACK),
                Line("memory.cached_bytes", "cached", "purple", Style.STACK),
                Line("memory.free_bytes", "free", "quiet", Style.STACK),
            ),
            ceiling="memory.total_bytes",
        ),
    ),
    details=(
        Figure("available", "memory.available_bytes", "1023 MiB"),
        Figure("buffers", "memory.buffers_bytes", "1023 MiB"),
        Figure("swap", "memory.swap_used_bytes", "1023 MiB"),
        Figure("of", "memory.swap_total_bytes", "1023 MiB"),
    ),
    weight=1.35,
)

PRESSURE = Card(
    key="pressure",
    title="Pressure",
    type="pressure",
    headline=(
        Figure("cpu", "pressure.cpu_some_percent"),
        Figure("mem", "pressure.memory_some_percent"),
        Figure("io", "pressure.io_some_percent"),
    ),
    charts=(
        Chart(
            (
                Line("pressure.cpu_some_percent", "cpu", "blue"),
                Line("pressure.memory_some_percent", "memory", "purple"),
                Line("pressure.io_some_percent", "io", "amber"),
                Line("pressure.memory_full_percent", "memory, all wait", "pink", Style.DASHED),
                Line("pressure.io_full_percent", "io, all wait", "red", Style.DASHED),
            )
        ),
    ),
)

MEMORY_IO = Card(
    key="memory_io",
    title="Memory I/O",
    type="memory_bandwidth",
    headline=(
        Figure("in", "memory_bandwidth.pgpgin_per_sec", "1023 MiB/s"),
        Figure("out", "memory_bandwidth.pgpgout_per_sec", "1023 MiB/s"),
    ),
    charts=(
        Chart(
            (
                Line("memory_bandwidth.pgpgin_per_sec", "in", "cyan", Style.AREA),
                Line("memory_bandwidth.pgpgout_per_sec", "out", "orange", Style.MIRROR),
            ),
            least=10.0,
        ),
    ),
    details=(
        Figure("page faults", "memory_bandwidth.pgfault_per_sec", "88.8 k/s"),
        Figure("of these from disk", "memory_bandwidth.pgmajfault_per_sec", "88.8 k/s"),
    ),
    weight=0.85,
)

SWAP = Card(
    key="swap",
    title="Swap activity",
    type="memory_bandwidth",
    headline=(
        Figure("in", "memory_bandwidth.pswpin_per_sec", "99.9 k pages/s"),
        Figure("out", "memory_bandwidth.pswpout_per_sec", "99.9 k pages/s"),
    ),
    charts=(
        Chart(
            (
                Line("memory_bandwidth.pswpin_per_sec", "in", "green", Style.AREA),
                Line("memory_bandwidth.pswpout_per_sec", "out", "red", Style.MIRROR),
            ),
            least=10.0,
        ),
    ),
    details=(
        Figure("swap in use", "memory.swap_used_bytes", "1023 MiB"),
        Figure("of", "memory.swap_total_bytes", "1023 MiB"),
        Figure("traffic", "memory_bandwidth.swap_io_bytes_per_sec", "1023 MiB/s"),
    ),
    weight=0.85,
)
