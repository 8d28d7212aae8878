"""The lock that makes one process the collector, and what it sends to those that follow."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import msgspec
import pytest

from perfwatch_core.sample import Fault, Sample
from perfwatch_core.store import leader
from perfwatch_core.store.follower import ANNOUNCE_SECONDS, Receiver, received
from perfwatch_core.store.leader import FOLLOWED_SECONDS, Lock, Sender, packed
from perfwatch_core.store.link import Halt, Link
from perfwatch_core.store.uplink import readable
from tests.core.store.residents import MACHINE, Clock, Town
from tests.core.store.samples import BEGIN, CATALOGUE, HEAT, TOTAL, USAGE, sample
from tests.core.store.waiting import until


@pytest.fixture
def link(ready: dict[str, str]) -> Iterator[Link]:
    """A connection of the collector's."""
    with Link.open(ready, Halt()) as one:
        yield one


@pytest.fixture
def other(ready: dict[str, str]) -> Iterator[Link]:
    """A connection of somebody else's."""
    with Link.open(ready, Halt()) as one:
        yield one


def session(town: Town, lock: Lock) -> Link:
    """A connection as the process with that lock opens it."""
    return Link.open({**town.params, "application_name": lock.name}, Halt())


def test_one_of_two_gets_it_and_may_ask_again(link: Link, other: Link) -> None:
    """Asking twice does not count twice: one goodbye frees it."""
    assert Lock(MACHINE).take(other)
    mine = Lock(MACHINE)
    assert not mine.take(link)
    other.close()
    until(lambda: mine.take(link))
    assert mine.take(link)
    assert link.execute("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'").fetchone() == (1,)


def test_a_living_rival_is_left_alone(town: Town) -> None:
    """Another process of the same machine, since the same boot."""
    first, second = Lock(MACHINE), Lock(MACHINE)
    with session(town, first) as one, session(town, second) as two:
        assert first.take(one)
        assert not second.take(two)
        assert one.execute("SELECT 1").fetchone() == (1,)


def test_a_session_from_before_a_power_cut_is_ended(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    """A server elsewhere learns hours later that the machine went down; the next boot's process does not wait."""
    monkeypatch.setattr(leader, "boot", lambda: "0000aaaa")
    before = Lock(MACHINE)
    monkeypatch.undo()
    ghost = session(town, before)
    assert before.take(ghost)
    mine = Lock(MACHINE)
    with session(town, mine) as one:
        assert mine.take(one)
    assert town.sessions(before.name) == 0
    ghost.close()


def test_its_own_dead_session_is_ended(town: Town) -> None:
    """The cable was pulled: the server still holds the lock for a connection that nobody has any more."""
    mine = Lock(MACHINE)
    dead = session(town, mine)
    assert mine.take(dead)
    with session(town, mine) as one:
        assert mine.take(one)
    dead.close()


def test_another_programs_lock_is_left_alone(town: Town, link: Link) -> None:
    """Whatever holds that number: it is not PerfWatch."""
    assert Lock(MACHINE).take(link)
    link.execute("SELECT set_config('application_name', 'somebody', false)")
    mine = Lock(MACHINE)
    with session(town, mine) as one:
        assert not mine.take(one)
    assert link.execute("SELECT 1").fetchone() == (1,)


def heard(link: Link, condition: Callable[[], object]) -> None:
    """Listen until what was heard makes it true."""

    def listened() -> object:
        link.drain()
        return condition()

    until(listened)


def live(link: Link) -> list[Any]:
    """The numbers in the table that followers read."""
    return [row[0] for row in link.execute("SELECT number FROM live_sample").fetchall()]


def test_nothing_is_sent_while_nobody_follows(link: Link, other: Link, clock: Clock) -> None:
    """And no longer than a minute after the last announcement."""
    sender = Sender(link, 1, clock)
    sender.take(sample(1))
    sender.tick()
    assert live(other) == []
    Receiver(other, 1, CATALOGUE, clock).tick()
    heard(link, lambda: sender.followed)
    sender.tick()
    assert live(other) == [1]
    clock.now += FOLLOWED_SECONDS
    sender.take(sample(2))
    sender.tick()
    assert live(other) == [1]


def test_a_follower_announces_itself_often_enough(link: Link, other: Link, clock: Clock) -> None:
    """So that one announcement that is lost does not end the stream."""
    assert ANNOUNCE_SECONDS * 2 < FOLLOWED_SECONDS
    channels: list[str] = []
    link.add_notify_handler(lambda note: channels.append(note.channel))
    link.execute("LISTEN perfwatch_watch_1")
    receiver = Receiver(other, 1, CATALOGUE, clock)
    for _ in range(4):
        receiver.tick()
        clock.now += ANNOUNCE_SECONDS / 2
    heard(link, lambda: len(channels) == 2)


def test_each_sample_is_sent_and_received_once(link: Link, other: Link, clock: Clock) -> None:
    """Also where ticks come without one."""
    sender, receiver = Sender(link, 1, clock), Receiver(other, 1, CATALOGUE, clock)
    assert receiver.tick() is None
    heard(link, lambda: sender.followed)
    got: list[Sample] = []
    for number in (1, 2):
        sender.take(sample(number))
        sender.tick()
        sender.tick()
        until(lambda: readable(other))
        other.drain()
        got += filter(None, [receiver.tick(), receiver.tick()])
    assert [one.number for one in got] == [1, 2]
    receiver.close()
    sender.take(sample(3))
    sender.tick()
    assert receiver.tick() is None


def test_what_was_sent_is_what_is_received() -> None:
    """Values, moment, interval, reasons and faults; what this program does not know is left out."""
    sent = Sample(
        7,
        BEGIN + 0.123456,
        4.999,
        {USAGE.of(): 12.5, TOTAL.of(): 1 << 40},
        {HEAT.of("chip, 1"): "it says nothing"},
        {"disk": Fault("there is none", here=False, remedy="buy one")},
    )
    body = msgspec.json.decode(packed(sent))
    body["missing"]["future.thing[x]"] = "not yet"
    body["data"]["future"] = {"thing": 1}
    got = received(CATALOGUE, sent.number, sent.moment, sent.interval, body)
    assert got == sent
