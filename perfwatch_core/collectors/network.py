"""Network interfaces and connections, from `/proc/net/dev` (proc_pid_net(5)), `/sys/class/net` and sock_diag(7)."""

from __future__ import annotations

from collections.abc import Iterator

from perfwatch_core.collector import Collector, Fact, Missing
from perfwatch_core.collectors import connections as states
from perfwatch_core.collectors.connections import Connections
from perfwatch_core.collectors.links import Links
from perfwatch_core.collectors.machine import Machine
from perfwatch_core.metric import Kind, Metric, Rule
from perfwatch_core.units import Unit

TYPE = "network"
LOOPBACK = "lo"


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

    def collect(self) -> Iterator[Fact]:
        """Counts since each interface came up, bytes and packets; then links and sockets."""
        names = []
        for line in self._machine.read("proc/net/dev").split(b"\n")[2:]:
            # an alias such as eth0:1 has a colon of its own
            before, colon, rest = line.rpartition(b":")
            name = before.strip().decode(errors="replace")
            if not colon or name == LOOPBACK:
                continue
            names.append(name)
            numbers = rest.split()
            for column, metrics in _COUNTERS:
                number = int(numbers[column])
                for metric in metrics:
                    yield metric, name, number
        if not names:
            nothing = Missing("this machine has no network interface but the loopback")
            for metric in (SENT, RECEIVED, PACKETS_SENT, PACKETS_RECEIVED, ERRORS_IN, ERRORS_OUT, DROPS_IN, DROPS_OUT):
                yield metric, "", nothing
        for name, link in self._links.of(names).items():
            yield UP, name, link.up
            yield SPEED, name, link.speed if link.speed is not None else Missing(link.why)
        yield from self._sockets()

    def close(self) -> None:
        """Let go of the socket to the kernel."""
        self._connections.close()

    def _sockets(self) -> Iterator[Fact]:
        """Of TCP by state, of UDP all; a little file tells whether TCP sockets have come or gone."""
        hint, udp = [], []
        for path in ("proc/net/sockstat", "proc/net/sockstat6"):
            try:
                text = self._machine.read(path)
            except OSError:
                # a kernel without IPv6 has no second one
                continue
            for line in text.split(b"\n"):
                # how many are in use; their memory, which follows, changes all the time
                if line.startswith(b"TCP"):
                    hint.append(line.rpartition(b" mem ")[0] or line)
                elif line.startswith((b"UDP:", b"UDP6:")):
                    udp.append(int(line.split(None, 3)[2]))
        try:
            counts = self._connections.by_state(hint)
        except OSError as error:
            for _, metric in _TCP:
                yield metric, "", Missing(f"the kernel does not list sockets: {error.strerror}")
        else:
            for state, metric in _TCP:
                yield metric, "", counts[state]
        yield UDP, "", sum(udp) if udp else Missing("the kernel does not count UDP sockets")
