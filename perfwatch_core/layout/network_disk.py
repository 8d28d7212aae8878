"""The cards of network and disks, with the tables of all interfaces, disks and file systems."""

from __future__ import annotations

from perfwatch_core.layout.shapes import Card, Chart, Column, Figure, Line, Style, Table, highest, rate

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
        rate("↓ in", "network.bytes_recv_per_sec"),
        rate("↑ out", "network.bytes_sent_per_sec"),
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
        rate("read", "disk.read_bytes_per_sec"),
        rate("write", "disk.write_bytes_per_sec"),
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
        highest("latency", "disk.read_latency_ms", "888.88 ms"),
        Figure("writes", "disk.write_iops", "99.9 k IOPS"),
        highest("latency", "disk.write_latency_ms", "888.88 ms"),
        highest("fullest", "disk.usage_percent", "100.0 % /var/lib", named=True),
        highest("busiest", "disk.util_percent", "100.0 %"),
    ),
    tables=(DEVICES, PARTITIONS),
    busiest="devices",
    weight=1.2,
)
