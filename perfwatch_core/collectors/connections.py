"""How many TCP connections are in which state, without walking every process: sock_diag(7), else `/proc/net/tcp`."""

from __future__ import annotations

import errno
import socket
import struct
from collections import Counter
from contextlib import suppress

from perfwatch_core.collectors.machine import Machine
from perfwatch_core.collectors.words import lines

# enum in <net/tcp_states.h>; the same numbers stand in /proc/net/tcp in hexadecimal
ESTABLISHED, TIME_WAIT, CLOSE_WAIT, LISTEN = 1, 6, 8, 10
_STATES = 1 << ESTABLISHED | 1 << TIME_WAIT | 1 << CLOSE_WAIT | 1 << LISTEN
_SOCK_DIAG = 4  # NETLINK_SOCK_DIAG, linux/netlink.h
# The older request answers for IPv4 and IPv6 at once, which halves the walk through the kernel's table.
_TCPDIAG_GETSOCK, _REQUEST_DUMP = 18, 0x301
_ERROR, _DONE = 2, 3
_HEADER = struct.Struct("=IHHII")
_ASK = _HEADER.pack(16 + 60, _TCPDIAG_GETSOCK, _REQUEST_DUMP, 1, 0) + bytes(52) + struct.pack("=II", _STATES, 0)
# The kernel walks a table whose size goes by the memory of the machine: 0.4 ms where that is 24 GB.
_LOOK_AGAIN_SECONDS = 2.0
# With the same number of sockets, one of them may still have changed its state.
_QUIET_SECONDS = 10.0
# With a hundred thousand sockets a count takes longer still: never more than this share of a processor.
_LARGEST_SHARE = 0.005


class Connections:
    """Counts sockets by state, at most every few seconds."""

    def __init__(self, machine: Machine) -> None:
        self._machine = machine
        self._socket: socket.socket | None = None
        self._due = self._quiet_due = 0.0
        self._hint: object = None
        self._counts: Counter[int] = Counter()

    def by_state(self, hint: object = None) -> Counter[int]:
        """Sockets of this network namespace by state, IPv4 and IPv6; raises OSError where the kernel does not tell.

        `hint` is something that costs little and changes when sockets come or go; while it is the same, they are
        counted less often.
        """
        began = self._machine.clock()
        if began >= (self._due if hint != self._hint else self._quiet_due):
            self._counts = self._listed() if self._machine.captured else self._told()
            cost = self._machine.clock() - began
            self._due = began + max(_LOOK_AGAIN_SECONDS, cost / _LARGEST_SHARE)
            self._quiet_due = max(self._due, began + _QUIET_SECONDS)
            self._hint = hint
        return self._counts

    def close(self) -> None:
        """Let go of the socket to the kernel."""
        if self._socket is not None:
            self._socket.close()
            self._socket = None

    def _told(self) -> Counter[int]:
        try:
            return self._asked()
        except OSError:
            # a kernel built without the module, or a sandbox that allows no such socket
            return self._listed()

    def _asked(self) -> Counter[int]:
        if self._socket is None:
            self._socket = socket.socket(socket.AF_NETLINK, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC, _SOCK_DIAG)
            # the kernel answers at once or not at all; never hold up the sampler
            self._socket.settimeout(1.0)
        try:
            self._socket.send(_ASK)
            return self._answered(self._socket)
        except OSError:
            # what is still on its way would be taken for the next answer
            self.close()
            raise

    @staticmethod
    def _answered(kernel: socket.socket) -> Counter[int]:
        counts: Counter[int] = Counter()
        while True:
            data = kernel.recv(1 << 16)
            offset = 0
            while offset + _HEADER.size <= len(data):
                length, kind, *_ = _HEADER.unpack_from(data, offset)
                if kind == _DONE:
                    return counts
                if kind == _ERROR:
                    number = -struct.unpack_from("=i", data, offset + 16)[0]
                    raise OSError(number, "the kernel does not list sockets")
                counts[data[offset + 17]] += 1
                offset += (length + 3) & ~3

    def _listed(self) -> Counter[int]:
        """From the kernel's own list, a line for each socket; IPv6 may be missing, IPv4 never is."""
        sockets = _sockets(self._machine.read("proc/net/tcp"))
        with suppress(FileNotFoundError):
            sockets += _sockets(self._machine.read("proc/net/tcp6"))
        counts: Counter[int] = Counter()
        for line in sockets:
            words = line.split(None, 4)
            if len(words) > 3 and words[3].isalnum():
                with suppress(ValueError):
                    counts[int(words[3], 16)] += 1
        return counts


def _sockets(text: bytes) -> list[bytes]:
    """The lines below the head; raises OSError where they are not all there, for fewer would be a wrong count."""
    if not text.endswith(b"\n"):
        raise OSError(errno.ENODATA, "its list is cut off")
    return lines(text)[1:]
