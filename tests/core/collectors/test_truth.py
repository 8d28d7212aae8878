"""Processors, memory, paging and pressure against what other programs read of this machine at the same moment."""

from __future__ import annotations

import os
import time
from pathlib import Path

import psutil

from perfwatch_core.collectors import cpu, memory, memory_bandwidth, pressure
from perfwatch_core.collectors.machine import Machine
from perfwatch_core.metric import Metric
from tests.core.collectors.bracket import MIB, between, bracketed, facts_of, number, said_by


def test_processor_times_lie_between_those_of_psutil(machine: Machine) -> None:
    ticks = os.sysconf("SC_CLK_TCK")
    before, facts, after = bracketed(psutil.cpu_times, cpu.CpuCollector(machine))
    for metric in (cpu.USER, cpu.NICE, cpu.SYSTEM, cpu.IRQ, cpu.SOFTIRQ, cpu.STEAL):
        raw = facts[metric.of()]
        assert isinstance(raw, tuple)
        assert between(getattr(before, metric.field), raw[0] / ticks, getattr(after, metric.field), slack=1 / ticks)


def test_each_processor_has_its_times(machine: Machine) -> None:
    ticks = os.sysconf("SC_CLK_TCK")
    before, facts, after = bracketed(lambda: psutil.cpu_times(percpu=True), cpu.CpuCollector(machine))
    assert len(before) == sum(series.metric is cpu.CORE for series in facts)
    for core, (first, last) in enumerate(zip(before, after, strict=True)):
        raw = facts[cpu.CORE.of(str(core))]
        assert isinstance(raw, tuple)
        # guest time is in user already
        everything = [sum(times) - times.guest - times.guest_nice for times in (first, last)]
        assert between(everything[0], raw[1] / ticks, everything[1], slack=8 / ticks)
        busy = [whole - times.idle - times.iowait for whole, times in zip(everything, (first, last), strict=True)]
        assert between(busy[0], raw[0] / ticks, busy[1], slack=8 / ticks)


def test_load_is_that_of_getloadavg(machine: Machine) -> None:
    before, facts, after = bracketed(os.getloadavg, cpu.CpuCollector(machine))
    for period, first, last in zip(("1m", "5m", "15m"), before, after, strict=True):
        # the file has two decimals
        assert between(first, number(facts, cpu.LOAD, period), last, slack=0.01)


def test_clocks_are_those_psutil_reads(machine: Machine) -> None:
    before, facts, after = bracketed(lambda: psutil.cpu_freq(percpu=True), cpu.CpuCollector(machine))
    ours = [raw for series, raw in facts.items() if series.metric is cpu.FREQUENCY and isinstance(raw, float)]
    assert len(ours) == len(before)
    for first, megahertz, last in zip(before, ours, after, strict=True):
        # a clock goes up and down as it pleases, but not by more
        assert between(first.current, megahertz, last.current, slack=4000)
        assert megahertz > 100


def test_switches_and_interrupts_lie_between_those_of_vmstat(machine: Machine) -> None:
    def counted() -> dict[str, int]:
        lines = said_by("vmstat", "-s").splitlines()
        return {" ".join(line.split()[1:]): int(line.split()[0]) for line in lines}

    before, facts, after = bracketed(counted, cpu.CpuCollector(machine))
    assert between(before["interrupts"], number(facts, cpu.INTERRUPTS), after["interrupts"])
    switches = "CPU context switches"
    assert between(before[switches], number(facts, cpu.SWITCHES), after[switches])


def test_memory_is_that_of_free(machine: Machine) -> None:
    def told() -> dict[str, int]:
        head, *rows = said_by("free", "-b", "-w").splitlines()
        table = {row.split()[0].rstrip(":"): row.split()[1:] for row in rows}
        columns = {f"Mem {name}": int(one) for name, one in zip(head.split(), table["Mem"], strict=True)}
        return columns | {
            f"Swap {name}": int(one) for name, one in zip(("total", "used", "free"), table["Swap"], strict=True)
        }

    before, facts, after = bracketed(told, memory.MemoryCollector(machine))
    assert number(facts, memory.TOTAL) == before["Mem total"]
    assert number(facts, memory.SWAP_TOTAL) == before["Swap total"]
    for metric, name in (
        (memory.USED, "Mem used"), (memory.FREE, "Mem free"), (memory.AVAILABLE, "Mem available"),
        (memory.CACHED, "Mem cache"), (memory.BUFFERS, "Mem buffers"), (memory.SHARED, "Mem shared"),
        (memory.SWAP_USED, "Swap used"), (memory.SWAP_FREE, "Swap free"),
    ):  # fmt: skip
        # other programs take and give back while the two readings are made
        assert between(before[name], number(facts, metric), after[name], slack=512 * MIB), name


def test_paging_lies_between_two_readings_of_vmstat(machine: Machine) -> None:
    def told() -> dict[str, int]:
        return {line.split()[0]: int(line.split()[1]) for line in Path("/proc/vmstat").read_text().splitlines()}

    before, facts, after = bracketed(told, memory_bandwidth.MemoryBandwidthCollector(machine))
    for metric, name in (
        (memory_bandwidth.PAGE_IN, "pgpgin"), (memory_bandwidth.PAGE_OUT, "pgpgout"),
        (memory_bandwidth.SWAP_IN, "pswpin"), (memory_bandwidth.SWAP_OUT, "pswpout"),
        (memory_bandwidth.FAULTS, "pgfault"), (memory_bandwidth.MAJOR_FAULTS, "pgmajfault"),
    ):  # fmt: skip
        assert between(before[name], number(facts, metric), after[name]), name


def test_pressure_lies_between_two_readings(machine: Machine) -> None:
    def told(subject: str, kind: str) -> int:
        lines = Path(f"/proc/pressure/{subject}").read_text().splitlines()
        return int(next(line for line in lines if line.startswith(kind)).rpartition("=")[2])

    def all_told() -> dict[Metric, int]:
        return {
            pressure.CPU_SOME: told("cpu", "some"), pressure.MEMORY_SOME: told("memory", "some"),
            pressure.MEMORY_FULL: told("memory", "full"), pressure.IO_SOME: told("io", "some"),
            pressure.IO_FULL: told("io", "full"),
        }  # fmt: skip

    before, facts, after = bracketed(all_told, pressure.PressureCollector(machine))
    for metric, first in before.items():
        assert between(first, number(facts, metric), after[metric])


def test_a_busy_processor_shows(machine: Machine) -> None:
    collector = cpu.CpuCollector(machine)
    first = facts_of(collector)[cpu.USER.of()]
    spent = time.process_time()
    while time.process_time() - spent < 0.3:
        sum(range(1000))
    last = facts_of(collector)[cpu.USER.of()]
    assert isinstance(first, tuple)
    assert isinstance(last, tuple)
    # two ticks of doubt at each end
    assert (last[0] - first[0]) / os.sysconf("SC_CLK_TCK") >= 0.3 - 0.04
