"""Which numbers stand where: pages and cards as plain data, for the window and the browser page alike.

Numbers are named by their addresses (`type.field`, `type.field[instance]`); nothing is computed here. Units, and
with them axes and texts, come from the catalogue, so a card never says how a number is written.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

# As the contract names them; the collector that counts them stands beside this file, not below it.
_EVENTS = (
    "cpu-clock", "context-switches", "cpu-migrations", "page-faults",
    "cycles", "instructions", "branches", "branch-misses",
    "L1-dcache-loads", "L1-dcache-load-misses", "LLC-loads", "LLC-load-misses", "L1-icache-loads",
    "dTLB-loads", "dTLB-load-misses", "iTLB-loads", "iTLB-load-misses",
)  # fmt: skip


class Pick(StrEnum):
    """Which instance of a metric a figure shows, where its address names none."""

    WHOLE = "whole"
    HIGHEST = "highest"


class Style(StrEnum):
    """How a line is drawn. MIRROR hangs below zero; all STACK lines of a chart stand on one another."""

    LINE = "line"
    AREA = "area"
    STACK = "stack"
    MIRROR = "mirror"
    DASHED = "dashed"


@dataclass(frozen=True, slots=True)
class Figure:
    """One number in text: `label` stands before it; `named` adds the instance that was picked.

    `address` is a metric's; with `pick` HIGHEST the greatest of its instances is shown. `widest` is the longest
    text to make room for, so that a changing number never moves its neighbours.
    """

    label: str
    address: str
    widest: str = "100.0 %"
    pick: Pick = Pick.WHOLE
    named: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """One curve: an address, its label, a colour token of the theme, and a style."""

    address: str
    label: str
    colour: str
    style: Style = Style.LINE


@dataclass(frozen=True, slots=True)
class Chart:
    """Curves over time that share one axis; `ceiling` is the address of the value the axis ends at.

    `least` is the smallest top the axis may have, in the unit of the curves, so that noise looks like noise.
    """

    lines: tuple[Line, ...]
    title: str = ""
    ceiling: str = ""
    least: float = 0.0


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table: `address` with `*` for the row's name; `each` gives other addresses for some rows.

    `words` replaces what the value is by how a person says it.
    """

    label: str
    address: str = ""
    each: tuple[tuple[str, str], ...] = ()
    words: tuple[tuple[str, str], ...] = ()

    def at(self, row: str) -> str:
        """The address in one row, empty where the column says nothing of it."""
        return dict(self.each).get(row, self.address.replace("*", row))


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of instances: the given `rows`, or every instance the first column's metric has.

    `key` names the table; `first` heads the column of names. `doubtful` is an address (with `*`) whose value under
    `least` means that the row is a guess, and shown dimmed.
    """

    key: str
    title: str
    first: str
    columns: tuple[Column, ...]
    rows: tuple[str, ...] = ()
    doubtful: str = ""
    least: float = 0.0


@dataclass(frozen=True, slots=True)
class Card:
    """One subject: title, the numbers that matter, charts, a line of details, and tables one click away.

    `strip` is the address of a metric shown as one bar for each instance. `busiest` names the table whose `most`
    busiest rows stand on the card itself. `reason` is the address of a text that explains what is missing.
    """

    key: str
    title: str
    type: str
    headline: tuple[Figure, ...]
    charts: tuple[Chart, ...]
    details: tuple[Figure, ...] = ()
    strip: str = ""
    tables: tuple[Table, ...] = ()
    busiest: str = ""
    most: int = 5
    reason: str = ""
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class Page:
    """A page of cards in a grid of `columns`, filled row by row, with a table below where there is one.

    `reason` is the address of a text that explains what the whole page lacks.
    """

    key: str
    title: str
    cards: tuple[Card, ...]
    columns: int = 2
    table: Table | None = None
    reason: str = ""

    def addresses(self) -> Iterator[str]:
        """Every address that is drawn over time, for whoever keeps a history."""
        for card in self.cards:
            for chart in card.charts:
                for line in chart.lines:
                    yield line.address


def _rate(label: str, address: str) -> Figure:
    return Figure(label, address, "1023 MiB/s")


def _highest(label: str, address: str, widest: str, named: bool = False) -> Figure:
    return Figure(label, address, widest, Pick.HIGHEST, named)


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
        _highest("clock", "cpu.frequency_mhz", "8888 MHz"),
        _highest("temperature", "cpu.temperature_celsius", "100 °C"),
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

INTERFACES = Table(
    key="interfaces",
    title="Network interfaces",
    first="Interface",
    columns=(
        Column("In", "network.bytes_recv_per_sec[*]"),
        Column("Out", "network.bytes_sent_per_sec[*]"),
        Column("Packets in", "network.packets_recv_per_sec[*]"),
        Column("Packets out", "network.packets_sent_per_sec[*]"),
        Column("Errors in", "network.errors_in[*]"),
        Column("Errors out", "network.errors_out[*]"),
        Column("Drops in", "network.drops_in[*]"),
        Column("Drops out", "network.drops_out[*]"),
        Column("Up", "network.is_up[*]"),
        Column("Speed", "network.speed_mbps[*]"),
    ),
)

NETWORK = Card(
    key="network",
    title="Network",
    type="network",
    headline=(
        _rate("↓ in", "network.bytes_recv_per_sec"),
        _rate("↑ out", "network.bytes_sent_per_sec"),
    ),
    charts=(
        Chart(
            (
                Line("network.bytes_recv_per_sec", "in", "green", Style.AREA),
                Line("network.bytes_sent_per_sec", "out", "blue", Style.MIRROR),
            ),
            least=1000.0,
        ),
    ),
    details=(
        Figure("in", "network.packets_recv_per_sec", "99.9 k packets/s"),
        Figure("out", "network.packets_sent_per_sec", "99.9 k packets/s"),
        Figure("TCP", "network.tcp_established", "88.8 k"),
    ),
    tables=(INTERFACES,),
    busiest="interfaces",
    weight=1.2,
)

DEVICES = Table(
    key="devices",
    title="Disks",
    first="Disk",
    columns=(
        Column("Read", "disk.read_bytes_per_sec[*]"),
        Column("Write", "disk.write_bytes_per_sec[*]"),
        Column("Reads", "disk.read_iops[*]"),
        Column("Writes", "disk.write_iops[*]"),
        Column("Read latency", "disk.read_latency_ms[*]"),
        Column("Write latency", "disk.write_latency_ms[*]"),
        Column("Busy", "disk.util_percent[*]"),
        Column("Queue", "disk.queue_depth[*]"),
    ),
)

PARTITIONS = Table(
    key="partitions",
    title="File systems",
    first="Mounted at",
    columns=(
        Column("Full", "disk.usage_percent[*]"),
        Column("Used", "disk.used_bytes[*]"),
        Column("Free", "disk.free_bytes[*]"),
        Column("Size", "disk.total_bytes[*]"),
        Column("Type", "disk.fstype[*]"),
        Column("Device", "disk.device[*]"),
    ),
)

DISK = Card(
    key="disk",
    title="Disk",
    type="disk",
    headline=(
        _rate("read", "disk.read_bytes_per_sec"),
        _rate("write", "disk.write_bytes_per_sec"),
    ),
    charts=(
        Chart(
            (
                Line("disk.read_bytes_per_sec", "read", "cyan", Style.AREA),
                Line("disk.write_bytes_per_sec", "write", "orange", Style.MIRROR),
            ),
            least=1000.0,
        ),
    ),
    details=(
        Figure("reads", "disk.read_iops", "99.9 k IOPS"),
        Figure("writes", "disk.write_iops", "99.9 k IOPS"),
        _highest("busiest", "disk.util_percent", "100.0 %"),
        _highest("fullest", "disk.usage_percent", "100.0 % /var/lib", named=True),
    ),
    tables=(DEVICES, PARTITIONS),
    busiest="devices",
    weight=1.2,
)

_IPC = Chart((Line("perf_events.ipc", "IPC", "green", Style.AREA),), title="Instructions per cycle", least=1.0)

HARDWARE_COUNTERS = Card(
    key="hardware",
    title="Hardware counters",
    type="perf_events",
    headline=(Figure("IPC", "perf_events.ipc", "88.88"),),
    charts=(
        _IPC,
        Chart(
            (
                Line("perf_events.branch_miss_percent", "branch", "amber"),
                Line("perf_events.l1d_miss_percent", "L1d", "blue"),
                Line("perf_events.llc_miss_percent", "LLC", "red"),
            ),
            title="Miss rates",
        ),
    ),
    details=(
        Figure("clock", "perf_events.ghz", "88.88 GHz"),
        Figure("dTLB misses", "perf_events.dtlb_miss_percent"),
        Figure("LLC", "perf_events.llc_mpki", "88.88 /k instr"),
        Figure("migrations", "perf_events.cpu-migrations", "99.9 k/s"),
    ),
    reason="perf_events.reason",
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
        Figure("in", "memory_bandwidth.pgpgin_per_sec", "999999.9 KiB/s"),
        Figure("out", "memory_bandwidth.pgpgout_per_sec", "999999.9 KiB/s"),
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

DASHBOARD = Page(
    "dashboard",
    "Dashboard",
    (CPU, MEMORY, NETWORK, DISK, HARDWARE_COUNTERS, PRESSURE, MEMORY_IO, SWAP),
)


def _ratio(key: str, title: str, lines: tuple[Line, ...], figures: tuple[Figure, ...], least: float = 0.0) -> Card:
    return Card(key, title, "perf_events", figures, (Chart(lines, least=least),))


_STATES = (
    ("ok", "counted"),
    ("scaled", "extrapolated"),
    ("not_counted", "not counted"),
    ("not_supported", "not on this processor"),
    ("no_permission", "not permitted"),
)

EVENTS_TABLE = Table(
    key="events",
    title="Events",
    first="Event",
    columns=(
        Column("Rate", "perf_events.*"),
        Column("State", "perf_events.state[*]", words=_STATES),
        Column("Running", "perf_events.running_percent[*]"),
        Column(
            "Share",
            each=(
                ("branch-misses", "perf_events.branch_miss_percent"),
                ("L1-dcache-load-misses", "perf_events.l1d_miss_percent"),
                ("LLC-load-misses", "perf_events.llc_miss_percent"),
                ("dTLB-load-misses", "perf_events.dtlb_miss_percent"),
                ("iTLB-load-misses", "perf_events.itlb_miss_percent"),
            ),
        ),
        Column(
            "Each 1000 instructions",
            each=(
                ("branch-misses", "perf_events.branch_mpki"),
                ("L1-dcache-load-misses", "perf_events.l1d_mpki"),
                ("LLC-load-misses", "perf_events.llc_mpki"),
            ),
        ),
    ),
    rows=_EVENTS,
    doubtful="perf_events.running_percent[*]",
    least=25.0,
)

HARDWARE = Page(
    "hardware",
    "Hardware",
    (
        _ratio(
            "ipc",
            "Instructions per cycle",
            (Line("perf_events.ipc", "IPC", "green", Style.AREA),),
            (Figure("", "perf_events.ipc", "88.88"),),
            least=1.0,
        ),
        _ratio(
            "ghz",
            "Clock",
            (Line("perf_events.ghz", "clock", "cyan", Style.AREA),),
            (Figure("", "perf_events.ghz", "88.88 GHz"),),
            least=1.0,
        ),
        _ratio(
            "branch",
            "Branch misses",
            (Line("perf_events.branch_miss_percent", "share", "amber", Style.AREA),),
            (
                Figure("", "perf_events.branch_miss_percent"),
                Figure("", "perf_events.branch_mpki", "888.88 /k instr"),
            ),
        ),
        _ratio(
            "l1d",
            "L1 data cache misses",
            (Line("perf_events.l1d_miss_percent", "share", "blue", Style.AREA),),
            (Figure("", "perf_events.l1d_miss_percent"), Figure("", "perf_events.l1d_mpki", "888.88 /k instr")),
        ),
        _ratio(
            "llc",
            "Last-level cache misses",
            (Line("perf_events.llc_miss_percent", "share", "red", Style.AREA),),
            (Figure("", "perf_events.llc_miss_percent"), Figure("", "perf_events.llc_mpki", "888.88 /k instr")),
        ),
        _ratio(
            "tlb",
            "TLB misses",
            (
                Line("perf_events.dtlb_miss_percent", "data", "purple"),
                Line("perf_events.itlb_miss_percent", "instructions", "pink"),
            ),
            (
                Figure("data", "perf_events.dtlb_miss_percent"),
                Figure("instr", "perf_events.itlb_miss_percent"),
            ),
        ),
    ),
    columns=3,
    table=EVENTS_TABLE,
    reason="perf_events.reason",
)

PAGES = (DASHBOARD, HARDWARE)
