"""Network interfaces and connections, from `/proc/net/dev` (proc_pid_net(5)), `/sys/class/net` and sock_diag(7)."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping

from perfwatch_core.collector import Collector, Column, Fact, Missing, reason
from perfwatch_core.collectors import connections as states
from perfwatch_core.collectors.connections import Connections
from perfwatch_core.collectors.links import Link, Links
from perfwatch_core.collectors.machine import Machine
from perfwatch_core.collectors.words import columns, count, lines
from perfwatch_core.collectors.words import name as shown
from perfwatch_core.metric import Kind, Metric, Rule
from perfwatch_core.units import Unit

TYPE = "network"
LOOPBACK = b"lo"


def _rate(field: str, unit: Unit, help_: str) -> Metric:
    return Metric(
        TYPE, field, unit, help_, per="interface", rule=Rule.PER_SECOND, at=f"interfaces.*.{field}", total=field
    )


def _summed(field: str, help_: str) -> Metric:
    at = f"interfaces.*.{field}"
    return Metric(TYPE, field, Unit.COUNT, help_, kind=Kind.COUNTER, per="interface", at=at, total=field)


def _total(field: str, unit: Unit, help_: str) -> Metric:
    return Metric(TYPE, field, unit, help_, kind=Kind.COUNTER, per="interface", at=f"interfaces.*.{field}")


def _tcp(state: str, help_: str) -> Metric:
    return Metric(TYPE, f"tcp_{state}", Unit.COUNT, help_, at=f"connections.tcp.{state}")


SENT = _rate("bytes_sent_per_sec", Unit.BYTES_PER_SECOND, "Sent on the wire.")
RECEIVED = _rate("bytes_recv_per_sec", Unit.BYTES_PER_SECOND, "Received from the wire.")
PACKETS_SENT = _rate("packets_sent_per_sec", Unit.PACKETS_PER_SECOND, "Packets sent.")
PACKETS_RECEIVED = _rate("packets_recv_per_sec", Unit.PACKETS_PER_SECOND, "Packets received.")
ERRORS_IN = _summed("errors_in", "Bad packets received since the interface came up.")
ERRORS_OUT = _summed("errors_out", "Packets that could not be sent since the interface came up.")
DROPS_IN = _summed("drops_in", "Good packets received and dropped since the interface came up.")
DROPS_OUT = _summed("drops_out", "Packets dropped before they were sent.")
SENT_TOTAL = _total("bytes_sent_total", Unit.DISK_BYTES, "Sent since the interface came up.")
RECEIVED_TOTAL = _total("bytes_recv_total", Unit.DISK_BYTES, "Received since the interface came up.")
PACKETS_SENT_TOTAL = _total("packets_sent_total", Unit.COUNT, "Packets sent since the interface came up.")
PACKETS_RECEIVED_TOTAL = _total("packets_recv_total", Unit.COUNT, "Packets received since the interface came up.")
UP = Metric(
    TYPE, "is_up", Unit.FLAG, "Whether the interface can carry traffic.", per="interface", at="interfaces.*.is_up"
)
SPEED = Metric(
    TYPE,
    "speed_mbps",
    Unit.MEGABITS_PER_SECOND,
    "What the link was negotiated for.",
    per="interface",
    at="interfaces.*.speed_mbps",
)
TCP_ESTABLISHED = _tcp("established", "Open TCP connections.")
TCP_TIME_WAIT = _tcp("time_wait", "Closed TCP connections that wait for late packets.")
TCP_CLOSE_WAIT = _tcp("close_wait", "TCP connections the other side closed and a program here has not.")
TCP_LISTEN = _tcp("listen", "TCP sockets that wait for connections.")
UDP = Metric(TYPE, "udp_count", Unit.COUNT, "UDP sockets.", at="connections.udp.count")

# By their place among the sixteen columns of /proc/net/dev: receive, then transmit.
_COUNTERS = (
    (0, (RECEIVED, RECEIVED_TOTAL)),
    (1, (PACKETS_RECEIVED, PACKETS_RECEIVED_TOTAL)),
    (2, (ERRORS_IN,)),
    (3, (DROPS_IN,)),
    (8, (SENT, SENT_TOTAL)),
    (9, (PACKETS_SENT, PACKETS_SENT_TOTAL)),
    (10, (ERRORS_OUT,)),
    (11, (DROPS_OUT,)),
)
_COLUMNS = 16
# Interfaces come and go all the time on some machines; names that are made out are remembered up to so many.
_MOST_NAMED = 10_000
_COUNTED = tuple(metric for _, metrics in _COUNTERS for metric in metrics)
_GARBLED = Missing("/proc/net/dev has a line for it that cannot be understood")
_TCP = (
    (states.ESTABLISHED, TCP_ESTABLISHED),
    (states.TIME_WAIT, TCP_TIME_WAIT),
    (states.CLOSE_WAIT, TCP_CLOSE_WAIT),
    (states.LISTEN, TCP_LISTEN),
)


class NetworkCollector(Collector):
    """What went over the wire, loopback left out."""

    type = TYPE
    metrics = (
        SENT, RECEIVED, PACKETS_SENT, PACKETS_RECEIVED, ERRORS_IN, ERRORS_OUT, DROPS_IN, DROPS_OUT,
        SENT_TOTAL, RECEIVED_TOTAL, PACKETS_SENT_TOTAL, PACKETS_RECEIVED_TOTAL, UP, SPEED,
        TCP_ESTABLISHED, TCP_TIME_WAIT, TCP_CLOSE_WAIT, TCP_LISTEN, UDP,
    )  # fmt: skip

    def __init__(self, machine: Machine) -> None:
        self._machine = machine
        self._connections = Connections(machine)
        self._links = Links(machine)
        self._named: dict[bytes, tuple[str, str]] = {}

    def collect(self) -> Iterator[Fact | Column]:
        """Counts since each interface came up, bytes and packets; then links and sockets."""
        try:
            text = self._machine.read("proc/net/dev")
        except OSError as error:
            yield from _nothing(reason(error))
        else:
            yield from self._interfaces(lines(text))
        yield from self._sockets()

    def close(self) -> None:
        """Let go of the socket to the kernel."""
        self._connections.close()

    def _interfaces(self, listed: list[bytes]) -> Iterator[Fact | Column]:
        rows: dict[str, list[bytes]] = {}
        folders: dict[str, str] = {}
        for line in listed:
            # an alias such as eth0:1 has a colon of its own, the two lines of the head have none
            before, colon, rest = line.rpartition(b":")
            name, folder = self._named.get(before) or self._name(before)
            if colon and name:
                rows[name] = rest.split(None, _COLUMNS)[:_COLUMNS]
                folders[name] = folder
        if not rows:
            yield from _nothing(
                "this machine has no network interface but the loopback" if listed else "/proc/net/dev is empty"
            )
            return
        names, numbers, garbled = columns(rows, _COLUMNS)
        for place, metrics in _COUNTERS if names else ():
            for metric in metrics:
                yield Column(metric, names, numbers[place])
        for name in garbled:
            yield from ((metric, name, _GARBLED) for metric in _COUNTED)
        yield from _linked(self._links.of(folders))

    def _name(self, before: bytes) -> tuple[str, str]:
        """What stands before the numbers as the interface's name and that of its folder; empty where it is none."""
        if len(self._named) > _MOST_NAMED:
            self._named.clear()
        raw = before.strip()
        # no interface has a space in its name (net/core/dev.c), so two lines have become one
        counted = raw != LOOPBACK and len(raw.split()) == 1
        self._named[before] = (shown(raw), os.fsdecode(raw)) if counted else ("", "")
        return self._named[before]

    def _sockets(self) -> Iterator[Fact]:
        """Of TCP by state, of UDP all; a little file tells whether TCP sockets have come or gone."""
        hint: list[bytes] = []
        udp: list[int | None] = []
        for path in ("proc/net/sockstat", "proc/net/sockstat6"):
            try:
                text = self._machine.read(path)
            except OSError:
                # a kernel without IPv6 has no second one
                continue
            in_use = None
            for line in lines(text):
                # how many are in use; their memory, which follows, changes all the time
                if line.startswith(b"TCP"):
                    hint.append(line.rpartition(b" mem ")[0] or line)
                elif line.startswith((b"UDP: inuse ", b"UDP6: inuse ")):
                    in_use = count(line.split(None, 3)[2])
            udp.append(in_use)
        try:
            counts = self._connections.by_state(hint)
        except OSError as error:
            for _, metric in _TCP:
                yield metric, "", Missing(f"the kernel does not list sockets: {error.strerror or error}")
        else:
            for state, metric in _TCP:
                yield metric, "", counts[state]
        known = [number for number in udp if number is not None]
        # one without the other would be too few
        whole = udp and len(known) == len(udp)
        yield UDP, "", sum(known) if whole else Missing("the kernel does not count UDP sockets")


def _linked(links: Mapping[str, Link]) -> Iterator[Fact | Column]:
    """Which are up and how fast, and why that is not known of others."""
    up = {name: link.up for name, link in links.items() if link.up is not None}
    speed = {name: link.speed for name, link in links.items() if link.speed is not None}
    for metric, known in ((UP, up), (SPEED, speed)):
        if known:
            yield Column(metric, tuple(known), tuple(known.values()))
        if len(known) < len(links):
            yield from ((metric, name, Missing(link.why)) for name, link in links.items() if name not in known)


def _nothing(why: str) -> Iterator[Fact]:
    missing = Missing(why)
    for metric in (SENT, RECEIVED, PACKETS_SENT, PACKETS_RECEIVED, ERRORS_IN, ERRORS_OUT, DROPS_IN, DROPS_OUT):
        yield metric, "", missing
