"""Interfaces, sockets, disks and file systems against what other programs read of this machine at the same moment."""

from __future__ import annotations

import json
import socket

import psutil

from perfwatch_core.collectors import disk, network, partitions
from perfwatch_core.collectors.machine import Machine
from perfwatch_core.metric import Metric
from tests.core.collectors.bracket import MIB, between, bracketed, facts_of, number, said_by


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
