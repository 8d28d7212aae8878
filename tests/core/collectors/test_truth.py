"""Each collector against what other programs read of this machine at the same moment.

The others are asked before and after ours: what only grows must lie between them, what rests must be equal, and what
moves up and down may stray from the two by as much as it moves.
"""

from __future__ import annotations

import json
import os
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

import psutil
import pytest

from perfwatch_core.collector import Collector, Raw, collect_safely
from perfwatch_core.collectors import cpu, disk, memory, memory_bandwidth, network, partitions, pressure
from perfwatch_core.collectors.machine import Machine
from perfwatch_core.metric import Metric, Series

Facts = dict[Series, Raw]
T = TypeVar("T")
MIB = 1 << 20


@pytest.fixture
def machine() -> Iterator[Machine]:
    """The live one."""
    machine = Machine()
    yield machine
    machine.close()


def said_by(*command: str) -> str:
    """What a program prints."""
    return subprocess.run(command, capture_output=True, text=True, check=True, env={**os.environ, "LC_ALL": "C"}).stdout


def facts_of(collector: Collector) -> Facts:
    """What it says now."""
    reading = collect_safely(collector)
    assert reading is not None
    assert reading.fault is None
    collector.close()
    return dict(reading.facts)


def bracketed(ask: Callable[[], T], collector: Collector) -> tuple[T, Facts, T]:
    """The others before, ours, the others after."""
    return ask(), facts_of(collector), ask()


def number(facts: Facts, metric: Metric, instance: str = "") -> float:
    """A plain number among them."""
    raw = facts[metric.of(instance)]
    assert isinstance(raw, int | float)
    return raw


def between(low: float, ours: float, high: float, slack: float = 0) -> bool:
    """Whether ours lies in the bracket, whichever way it runs."""
    return min(low, high) - slack <= ours <= max(low, high) + slack


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


def test_interfaces_lie_between_what_ip_says(machine: Machine) -> None:
    def told() -> dict[str, dict[str, dict[str, int]]]:
        links = json.loads(said_by("ip", "-s", "-j", "link"))
        return {link["ifname"]: link["stats64"] for link in links if link["ifname"] != "lo"}

    before, facts, after = bracketed(told, network.NetworkCollector(machine))
    assert {series.instance for series in facts if series.metric is network.SENT} == set(before)
    for name, stats in before.items():
        for metric, way, field in (
            (network.RECEIVED, "rx", "bytes"), (network.PACKETS_RECEIVED, "rx", "packets"),
            (network.SENT, "tx", "bytes"), (network.PACKETS_SENT, "tx", "packets"),
            (network.SENT_TOTAL, "tx", "bytes"), (network.RECEIVED_TOTAL, "rx", "bytes"),
            (network.ERRORS_IN, "rx", "errors"), (network.ERRORS_OUT, "tx", "errors"),
            (network.DROPS_IN, "rx", "dropped"), (network.DROPS_OUT, "tx", "dropped"),
        ):  # fmt: skip
            assert between(stats[way][field], number(facts, metric, name), after[name][way][field]), (name, field)


def test_links_are_up_as_psutil_says(machine: Machine) -> None:
    facts = facts_of(network.NetworkCollector(machine))
    for name, stats in psutil.net_if_stats().items():
        if name != "lo":
            assert facts[network.UP.of(name)] is stats.isup
            speed = facts[network.SPEED.of(name)]
            assert (speed if isinstance(speed, float) else 0) == stats.speed


def test_sockets_are_counted_in_their_states(machine: Machine) -> None:
    def told() -> dict[Metric, int]:
        states = [connection.status for connection in psutil.net_connections("tcp")]
        names = (
            (network.TCP_ESTABLISHED, psutil.CONN_ESTABLISHED), (network.TCP_LISTEN, psutil.CONN_LISTEN),
            (network.TCP_CLOSE_WAIT, psutil.CONN_CLOSE_WAIT),
        )  # fmt: skip
        return {metric: states.count(state) for metric, state in names}

    earlier = told()
    with (
        socket.create_server(("127.0.0.1", 0)) as listening,
        socket.create_server(("::1", 0), family=socket.AF_INET6),
        socket.create_connection(listening.getsockname()),
        listening.accept()[0],
    ):
        before, facts, after = bracketed(told, network.NetworkCollector(machine))
    assert before[network.TCP_LISTEN] >= earlier[network.TCP_LISTEN] + 2
    for metric, count in before.items():
        # other programs open and close connections meanwhile
        assert between(count, number(facts, metric), after[metric], slack=2)


def test_udp_sockets_are_counted(machine: Machine) -> None:
    collector = network.NetworkCollector(machine)
    few = number(facts_of(collector), network.UDP)
    held = [socket.socket(socket.AF_INET, socket.SOCK_DGRAM) for _ in range(50)]
    for one in held:
        one.bind(("127.0.0.1", 0))
    many = number(facts_of(collector), network.UDP)
    for one in held:
        one.close()
    assert abs(many - few - 50) < 10


def test_disks_lie_between_what_psutil_says(machine: Machine) -> None:
    before, facts, after = bracketed(
        lambda: psutil.disk_io_counters(perdisk=True, nowrap=False), disk.DiskCollector(machine)
    )
    names = {series.instance for series in facts if series.metric is disk.READ}
    assert names
    for name in names:
        first, last = before[name], after[name]
        for metric, field, factor in (
            (disk.READ, "read_bytes", 512), (disk.WRITTEN, "write_bytes", 512),
            (disk.READS, "read_count", 1), (disk.WRITES, "write_count", 1), (disk.UTIL, "busy_time", 1),
        ):  # fmt: skip
            assert between(getattr(first, field), number(facts, metric, name) * factor, getattr(last, field)), field


def test_only_whole_devices_are_disks(machine: Machine) -> None:
    facts = facts_of(disk.DiskCollector(machine))
    listed = json.loads(said_by("lsblk", "--json", "--bytes", "--output", "NAME,TYPE,SIZE"))["blockdevices"]
    whole = {one["name"] for one in listed if one["type"] in ("disk", "rom") and int(one["size"])}
    ours = {series.instance for series in facts if series.metric is disk.READ}
    assert ours <= whole
    assert {name for name in whole - ours if not name.startswith(("zram", "ram"))} == set()


def test_file_systems_are_as_full_as_df_says(machine: Machine) -> None:
    def told() -> dict[str, tuple[str, str, int, int, int]]:
        lines = said_by("df", "-B1", "--output=target,source,fstype,size,used,avail").splitlines()[1:]
        rows = [line.split() for line in lines]
        return {row[0]: (row[1], row[2], int(row[3]), int(row[4]), int(row[5])) for row in rows if len(row) == 6}

    before, facts, after = bracketed(told, disk.DiskCollector(machine))
    points = {series.instance for series in facts if series.metric is partitions.TOTAL}
    assert "/" in points
    for point in points & set(before):
        source, fstype, size, used, free = before[point]
        assert facts[partitions.DEVICE.of(point)] == source
        assert facts[partitions.FSTYPE.of(point)] == fstype
        assert number(facts, partitions.TOTAL, point) == size
        # others write meanwhile
        assert between(used, number(facts, partitions.USED, point), after[point][3], slack=256 * MIB)
        assert between(free, number(facts, partitions.FREE, point), after[point][4], slack=256 * MIB)


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
