"""The kernel's answer about sockets and its list of them say the same, and one stands in for the other."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import ExitStack, closing

import pytest

from perfwatch_core.collectors.connections import CLOSE_WAIT, ESTABLISHED, LISTEN, TIME_WAIT, Connections
from perfwatch_core.collectors.machine import Machine


@pytest.fixture
def sockets() -> Iterator[int]:
    """So many connections of a listening socket whose one end is closed."""
    with ExitStack() as stack:
        listening = stack.enter_context(socket.create_server(("127.0.0.1", 0)))
        for _ in range(7):
            stack.enter_context(socket.create_connection(listening.getsockname()))
            listening.accept()[0].close()
        yield 7


def counted(states: dict[int, int]) -> list[int]:
    """The four states there is a metric for."""
    return [states[state] for state in (ESTABLISHED, TIME_WAIT, CLOSE_WAIT, LISTEN)]


def test_a_socket_the_other_side_closed_waits_to_be_closed(sockets: int) -> None:
    with closing(Connections(Machine())) as ours:
        assert ours.by_state()[CLOSE_WAIT] >= sockets


@pytest.mark.usefixtures("sockets")
def test_the_list_stands_in_where_the_kernel_may_not_be_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    with closing(Machine()) as machine:
        with closing(Connections(machine)) as asking:
            asked = counted(asking.by_state())
        monkeypatch.setattr(socket, "socket", refuse)
        with closing(Connections(machine)) as listing:
            listed = counted(listing.by_state())
    # other programs open and close connections meanwhile
    assert [abs(one - other) <= 3 for one, other in zip(asked, listed, strict=True)] == [True] * 4
    assert asked[2] >= 7
