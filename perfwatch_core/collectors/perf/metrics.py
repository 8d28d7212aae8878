"""Declares all `perf_events` metrics; each help says what is counted, from when to worry, and who says so."""

from __future__ import annotations

from collections.abc import Mapping

from perfwatch_core.collectors.perf.names import EVENTS
from perfwatch_core.metric import Kind, Metric
from perfwatch_core.units import Unit

TYPE = "perf_events"

_PERF_COLOURS = (
    "perf stat itself marks a miss rate from 5 % on, and in red from 20 % on (tools/perf/util/stat-shadow.c)."
)

AVAILABLE = Metric(TYPE, "available", Unit.FLAG, "Whether perf counts anything on this machine.")
REASON = Metric(
    TYPE,
    "reason",
    Unit.TEXT,
    "What is missing, and the command that mends it; absent when nothing is.",
    kind=Kind.TEXT,
)
CPU_CORES = Metric(TYPE, "cpu_cores", Unit.TEXT, "The processors that are counted, 'all' or a list.", kind=Kind.TEXT)
INTERVAL = Metric(
    TYPE,
    "interval_ms",
    Unit.WHOLE_MILLISECONDS,
    "How often perf reports: as set, but always a little faster than samples are taken, so that each gets its counts.",
)
STATE = Metric(
    TYPE,
    "state",
    Unit.TEXT,
    "How the counter fared: ok, scaled (shared the hardware with others and was extrapolated), not_counted, "
    "not_supported or no_permission.",
    kind=Kind.TEXT,
    per="event",
    at="events.*.state",
)
RUNNING = Metric(
    TYPE,
    "running_percent",
    Unit.PERCENT,
    "Share of the time the counter really ran; the rest is extrapolated, and below 25 % that is a guess "
    "(perf wiki, multiplexing and scaling events).",
    per="event",
    at="events.*.running_percent",
)

_EVENT_HELP: Mapping[str, str] = {
    "cpu-clock": (
        "CPUs that were counted: processor time in seconds a second, idle time included, since perf counts whole "
        "processors (perf_event_open(2)). It should equal the number of processors watched; less means that some were "
        "offline or taken away by the hypervisor."
    ),
    "context-switches": (
        "Switches from one thread to another, on all processors, /proc/stat's ctxt. A switch costs one to a few "
        "microseconds and chills the caches (lmbench lat_ctx): look closer from about 10,000 a second on each "
        "processor."
    ),
    "cpu-migrations": (
        "Threads moved to another processor, where their caches are cold (kernel scheduler documentation, "
        "sched-domains). Thousands a second on each processor hint at too many runnable threads or missing pinning."
    ),
    "page-faults": (
        "Page faults, minor and major, /proc/vmstat's pgfault. Minor ones are how memory is handed out; worry when "
        "memory_bandwidth.pgmajfault_per_sec, which waits for the disk, stays above a few a second (proc(5))."
    ),
    "cycles": (
        "Core clock cycles in which a processor was not halted, on all processors (Intel SDM vol. 3, "
        "CPU_CLK_UNHALTED.THREAD). The measure of work time; no amount of it is bad in itself."
    ),
    "instructions": (
        "Instructions completed, on all processors (Intel SDM vol. 3, INST_RETIRED.ANY). "
        "Read it against cycles, as instructions per cycle."
    ),
    "branches": (
        "Branch instructions completed (Intel SDM vol. 3, BR_INST_RETIRED.ALL_BRANCHES). "
        "About every fifth instruction is one."
    ),
    "branch-misses": (
        "Branches that were predicted wrongly; each throws away some 15 to 20 cycles of work "
        "(Intel Optimization Reference Manual, branch prediction). Read it as a share of branches or for each 1000 "
        "instructions."
    ),
    "L1-dcache-loads": ("Loads that asked the first-level data cache (perf-list(1)). The base of its miss rate."),
    "L1-dcache-load-misses": (
        "Loads that the first-level data cache did not hold; the next level answers in some 15 cycles "
        "(Intel Optimization Reference Manual, cache latencies). " + _PERF_COLOURS
    ),
    "LLC-loads": ("Loads that reached the last-level cache (perf-list(1)); many processors do not offer this counter."),
    "LLC-load-misses": (
        "Loads that had to go to memory, some 200 cycles and more each. Together with a low number of "
        "instructions per cycle the sign of a machine that waits for memory (B. Gregg, CPU Utilization is Wrong)."
    ),
    "L1-icache-loads": (
        "Fetches from the first-level instruction cache (perf-list(1)); mostly AMD and ARM count them."
    ),
    "dTLB-loads": "Loads that had their address translated by the data TLB (perf-list(1)). The base of its miss rate.",
    "dTLB-load-misses": (
        "Loads whose address was in no data TLB, so that page tables were walked. When it grows with memory use, "
        "huge pages help (kernel documentation, mm/transhuge). " + _PERF_COLOURS
    ),
    "iTLB-loads": (
        "Instruction fetches looked up in the instruction TLB (perf-list(1)). On many Intel processors only those that "
        "missed its first level, so that misses can outnumber them."
    ),
    "iTLB-load-misses": (
        "Instruction fetches whose address was in no instruction TLB, so that page tables were walked; large programs "
        "and much jumping about raise it (Intel Optimization Reference Manual, ITLB misses)."
    ),
}

EVENT_METRICS: Mapping[str, Metric] = {
    event: Metric(
        TYPE,
        event,
        Unit.CPUS if event == "cpu-clock" else Unit.PER_SECOND,
        _EVENT_HELP[event],
        at=f"events.{event}.value",
    )
    for event in EVENTS
}


def _derived(field: str, unit: Unit, help_: str) -> Metric:
    return Metric(TYPE, field, unit, help_, at=f"derived.{field}")


_DERIVED = (
    _derived(
        "ipc",
        Unit.RATIO,
        "Instructions per cycle, on all processors. Below 1 a busy machine probably waits for memory, above 1 it is "
        "probably busy computing (B. Gregg, CPU Utilization is Wrong); an idle one says little.",
    ),
    _derived(
        "ghz",
        Unit.GIGAHERTZ,
        "Cycles for each nanosecond of processor time, as perf stat -a prints it: halted processors count as 0, so an "
        "idle machine shows a small number and a fully busy one its clock. cpu.frequency_mhz is the clock while awake. "
        "Worry when all processors are busy and it stays below the nominal clock: they are throttled.",
    ),
    _derived(
        "branch_miss_percent",
        Unit.PERCENT,
        "Share of branches that were predicted wrongly. " + _PERF_COLOURS,
    ),
    _derived(
        "l1d_miss_percent",
        Unit.PERCENT,
        "Share of loads that the first-level data cache did not hold. " + _PERF_COLOURS,
    ),
    _derived(
        "llc_miss_percent",
        Unit.PERCENT,
        "Share of the loads that reached the last-level cache and had to go on to memory. "
        + _PERF_COLOURS
        + " With few loads a high share is harmless: look at llc_mpki too.",
    ),
    _derived(
        "dtlb_miss_percent",
        Unit.PERCENT,
        "Share of loads whose address was in no data TLB. " + _PERF_COLOURS,
    ),
    _derived(
        "itlb_miss_percent",
        Unit.PERCENT,
        "Instruction TLB misses as a share of its look-ups. Above 100 % on processors that count as look-ups only what "
        "missed the first level; it is shown as counted. " + _PERF_COLOURS,
    ),
    _derived(
        "branch_mpki",
        Unit.PER_KILO_INSTRUCTIONS,
        "Wrongly predicted branches for each 1000 instructions. At some 20 cycles each (Intel Optimization Reference "
        "Manual), 5 cost as much as 100 cycles for each 1000 instructions: worth a look from there.",
    ),
    _derived(
        "l1d_mpki",
        Unit.PER_KILO_INSTRUCTIONS,
        "First-level data cache misses for each 1000 instructions. At some 15 cycles each, partly hidden (Intel "
        "Optimization Reference Manual, cache latencies), worth a look from about 20 on.",
    ),
    _derived(
        "llc_mpki",
        Unit.PER_KILO_INSTRUCTIONS,
        "Loads that went to memory for each 1000 instructions. At 200 cycles and more each, 5 already cost as many "
        "cycles as the 1000 instructions themselves: worth a look from 1 on (B. Gregg, CPU Utilization is Wrong).",
    ),
)
RATIO_METRICS: Mapping[str, Metric] = {metric.field: metric for metric in _DERIVED}

CORE_IPC = Metric(
    TYPE,
    "core_ipc",
    Unit.RATIO,
    "Instructions per cycle of one processor; only counted when PERF_EVENTS_PER_CORE is on. Read it like ipc.",
    per="core",
    at="core_ipc.#",
)

ALL = (
    AVAILABLE,
    REASON,
    CPU_CORES,
    INTERVAL,
    *EVENT_METRICS.values(),
    STATE,
    RUNNING,
    *RATIO_METRICS.values(),
    CORE_IPC,
)
