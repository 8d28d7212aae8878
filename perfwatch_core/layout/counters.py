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

# Which events each derived number is made of; the first is what it is a share of the second.
_INPUTS = {
    "ipc": ("instructions", "cycles"),
    "ghz": ("cycles", "cpu-clock"),
    "branch_miss_percent": ("branch-misses", "branches"),
    "l1d_miss_percent": ("L1-dcache-load-misses", "L1-dcache-loads"),
    "llc_miss_percent": ("LLC-load-misses", "LLC-loads"),
    "dtlb_miss_percent": ("dTLB-load-misses", "dTLB-loads"),
    "itlb_miss_percent": ("iTLB-load-misses", "iTLB-loads"),
    "branch_mpki": ("branch-misses", "instructions"),
    "l1d_mpki": ("L1-dcache-load-misses", "instructions"),
    "llc_mpki": ("LLC-load-misses", "instructions"),
}
# A counter that shared the hardware and ran for less of the time than this, in percent, is a guess (perf wiki,
# multiplexing and scaling events).
SURE_FROM = 25.0
# Miss rates are mostly a few percent, and perf stat marks them from 5 % on: on an axis to 100 they would all be flat.
_MISSES_TO = 10.0


def _running(field: str) -> tuple[str, ...]:
    """For how much of the time what a field is made of was counted, as addresses."""
    return tuple(f"perf_events.running_percent[{event}]" for event in _INPUTS.get(field, (field,)))


def _counted(label: str, field: str, widest: str = "100.0 %") -> Figure:
    return Figure(label, f"perf_events.{field}", widest, doubtful=_running(field), least=SURE_FROM)


_IPC = Chart((Line("perf_events.ipc", "IPC", "green", Style.AREA),), title="Instructions per cycle", least=1.0)

HARDWARE_COUNTERS = Card(
    key="hardware",
    title="Hardware counters",
    type="perf_events",
    headline=(_counted("IPC", "ipc", "88.88"),),
    charts=(
        _IPC,
        Chart(
            (
                Line("perf_events.branch_miss_percent", "branch", "amber"),
                Line("perf_events.l1d_miss_percent", "L1d", "blue"),
                Line("perf_events.llc_miss_percent", "LLC", "red"),
            ),
            title="Miss rates",
            least=_MISSES_TO,
        ),
    ),
    details=(
        _counted("clock", "ghz", "88.88 GHz"),
        _counted("dTLB misses", "dtlb_miss_percent"),
        _counted("LLC", "llc_mpki", "88.88 /k instr"),
        _counted("migrations", "cpu-migrations", "99.9 k/s"),
    ),
    reason="perf_events.reason",
)


def _card(
    key: str,
    title: str,
    lines: tuple[Line, ...],
    figures: tuple[Figure, ...],
    least: float = _MISSES_TO,
    tables: tuple[Table, ...] = (),
) -> Card:
    return Card(key, title, "perf_events", figures, (Chart(lines, least=least),), tables=tables)


def _misses(key: str, title: str, colour: str) -> Card:
    """The share of misses as a chart, with how many there are for each 1000 instructions."""
    share, count = f"{key}_miss_percent", f"{key}_mpki"
    line = Line(f"perf_events.{share}", "share", colour, Style.AREA)
    return _card(key, title, (line,), (_counted("", share), _counted("", count, "888.88 /k instr")))


def _derived(label: str, ending: str) -> Column:
    """A column of the events' table that has a derived number in the rows of what was missed."""
    fields = [field for field in _INPUTS if field.endswith(ending)]
    return Column(
        label,
        each=tuple((_INPUTS[field][0], f"perf_events.{field}") for field in fields),
        doubtful=tuple((_INPUTS[field][0], _running(field)) for field in fields),
    )


_STATES = (
    ("ok", "counted"),
    ("scaled", "extrapolated"),
    ("not_counted", "not counted"),
    ("not_supported", "not supported"),
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
        _derived("Share", "_miss_percent"),
        _derived("Each 1000 instructions", "_mpki"),
    ),
    rows=_EVENTS,
    doubtful="perf_events.running_percent[*]",
    least=SURE_FROM,
)

_CORES_TABLE = Table(
    key="cores",
    title="Each processor",
    first="Processor, where PERF_EVENTS_PER_CORE is on",
    columns=(Column("Instructions per cycle", "perf_events.core_ipc[*]"),),
)

HARDWARE = Page(
    "hardware",
    "Hardware",
    (
        _card(
            "ipc",
            "Instructions per cycle",
            (Line("perf_events.ipc", "IPC", "green", Style.AREA),),
            (_counted("", "ipc", "88.88"),),
            least=1.0,
            tables=(_CORES_TABLE,),
        ),
        _card(
            "ghz",
            "Clock",
            (Line("perf_events.ghz", "clock", "cyan", Style.AREA),),
            (_counted("", "ghz", "88.88 GHz"),),
            least=1.0,
        ),
        _misses("branch", "Branch misses", "amber"),
        _misses("l1d", "L1 data cache misses", "blue"),
        _misses("llc", "Last-level cache misses", "red"),
        _card(
            "tlb",
            "TLB misses",
            (
                Line("perf_events.dtlb_miss_percent", "data", "purple"),
                Line("perf_events.itlb_miss_percent", "instructions", "pink"),
            ),
            (_counted("data", "dtlb_miss_percent"), _counted("instr", "itlb_miss_percent")),
        ),
    ),
    columns=3,
    table=EVENTS_TABLE,
    reason="perf_events.reason",
)
