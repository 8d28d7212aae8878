"""The card and the page of hardware counters."""

from __future__ import annotations

from perfwatch_core.layout.shapes import Card, Chart, Column, Figure, Line, Page, Style, Table

# As the contract names them; the collector that counts them stands beside this file, not below it.
_EVENTS = (
    "cpu-clock", "context-switches", "cpu-migrations", "page-faults",
    "cycles", "instructions", "branches", "branch-misses",
    "L1-dcache-loads", "L1-dcache-load-misses", "LLC-loads", "LLC-load-misses", "L1-icache-loads",
    "dTLB-loads", "dTLB-load-misses", "iTLB-loads", "iTLB-load-misses",
)  # fmt: skip

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
