"""Inboxes never block, never lose in silence, ring once until answered; the bus gives everyone a copy."""

from __future__ import annotations

import threading

from hypothesis import given
from hypothesis import strategies as st

from perfwatch_core.bus import Bus, Inbox, Newest


class Bell:
    """Counts how often it rang."""

    def __init__(self) -> None:
        self.rings = 0

    def __call__(self) -> None:
        self.rings += 1


@given(st.lists(st.one_of(st.integers(), st.just("take"))), st.none() | st.integers(1, 5))
def test_an_inbox_keeps_the_newest_and_counts_the_rest(acts: list[int | str], capacity: int | None) -> None:
    bell = Bell()
    inbox: Inbox[int] = Inbox(capacity, bell)
    waiting: list[int] = []
    dropped = rings = 0
    rung = False
    for act in acts:
        if isinstance(act, str):
            assert inbox.take() == waiting
            waiting, rung = [], False
        else:
            inbox.put(act)
            waiting.append(act)
            if capacity is not None and len(waiting) > capacity:
                del waiting[0]
                dropped += 1
            rings += not rung
            rung = True
        assert len(inbox) == len(waiting)
        assert inbox.dropped == dropped
        assert bell.rings == rings
    assert inbox.take() == waiting


def test_a_bell_may_answer_at_once() -> None:
    taken: list[int] = []
    inbox: Inbox[int] = Inbox(1, lambda: taken.extend(inbox.take()))
    for number in range(3):
        inbox.put(number)
    assert taken == [0, 1, 2]


def test_taking_from_an_empty_inbox_is_nothing_and_readies_the_bell() -> None:
    bell = Bell()
    inbox: Inbox[int] = Inbox(None, bell)
    assert inbox.take() == []
    inbox.put(1)
    assert bell.rings == 1


def test_many_threads_lose_nothing() -> None:
    inbox: Inbox[tuple[int, int]] = Inbox(None, Bell())

    def put(who: int) -> None:
        for number in range(2000):
            inbox.put((who, number))

    threads = [threading.Thread(target=put, args=(who,)) for who in range(4)]
    for thread in threads:
        thread.start()
    taken: list[tuple[int, int]] = []
    while any(thread.is_alive() for thread in threads):
        taken += inbox.take()
    taken += inbox.take()
    for who in range(4):
        assert [number for one, number in taken if one == who] == list(range(2000))


def test_everyone_who_joined_has_a_copy() -> None:
    bus: Bus[str] = Bus()
    early: Inbox[str] = Inbox(None, Bell())
    late: Inbox[str] = Inbox(1, Bell())
    bus.publish("to nobody")
    bus.join(early)
    bus.publish("first")
    bus.join(late)
    bus.publish("second")
    bus.publish("third")
    assert early.take() == ["first", "second", "third"]
    assert late.take() == ["third"]
    assert bus.dropped == late.dropped == 1


def test_who_left_gets_nothing_more() -> None:
    bus: Bus[str] = Bus()
    inbox: Inbox[str] = Inbox(None, Bell())
    bus.join(inbox)
    bus.leave(inbox)
    bus.leave(inbox)
    bus.publish("news")
    assert inbox.take() == []


def test_one_may_leave_while_something_is_published() -> None:
    bus: Bus[int] = Bus()
    second: Inbox[int] = Inbox(None, Bell())
    first: Inbox[int] = Inbox(None, lambda: bus.leave(second))
    bus.join(first)
    bus.join(second)
    bus.publish(1)
    bus.publish(2)
    assert first.take() == [1, 2]
    assert second.take() == [1]


def test_who_looks_seldom_at_the_newest_loses_nothing() -> None:
    newest: Newest[int] = Newest()
    bus: Bus[int] = Bus()
    bus.join(newest)
    assert (newest.look(), newest.age()) == (None, None)
    for number in range(5):
        bus.publish(number)
    assert newest.look() == 4
    assert newest.age() is not None
    assert bus.dropped == 0
