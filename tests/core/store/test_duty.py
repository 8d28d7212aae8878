"""One process collects for its machine, the others follow it, and one of them takes over within two ticks."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from perfwatch_core.store.duty import PATIENT_TICKS
from perfwatch_core.store.state import Role
from tests.core.store.residents import INTERVAL, Clock, Resident, Town
from tests.core.store.samples import numbered, sample
from tests.core.store.waiting import until

A_COMMIT = int(25 / INTERVAL) + 1


@pytest.fixture
def first(town: Town, clock: Clock, tmp_path: Path) -> Iterator[Resident]:
    """The process that came first."""
    one = Resident(town, clock, tmp_path)
    yield one
    one.uplink.close()


@pytest.fixture
def second(town: Town, clock: Clock, tmp_path: Path) -> Iterator[Resident]:
    """One of the same user that came later."""
    one = Resident(town, clock, tmp_path)
    yield one
    one.uplink.close()


def test_alone_it_collects_and_stores(first: Resident, town: Town, clock: Clock) -> None:
    """What it took before it knew counts as well."""
    first.ticks(clock, numbered(A_COMMIT))
    assert first.roles == [Role.COLLECTING]
    assert town.stored() == [1, 2, 3, 4, 5, 6]
    assert first.duty.queued == 0
    first.leave()


def test_the_second_follows_and_shows_what_the_first_took(first: Resident, second: Resident, clock: Clock) -> None:
    """Each sample, whole; nothing is stored twice."""
    first.ticks(clock, numbered(1))
    second.tick(sample(1))
    assert (first.role, second.role) == (Role.COLLECTING, Role.FOLLOWING)
    first.hear()
    for one in numbered(3, first=2):
        clock.now += INTERVAL
        first.tick(one)
        second.hear()
    assert [one.number for one in second.received] == [2, 3, 4]
    assert second.received[-1].values == sample(4).values
    assert second.received[-1].time == sample(4).time
    assert second.duty.queued == 0
    first.leave()
    second.leave()


def test_a_goodbye_is_heard_within_two_ticks(first: Resident, second: Resident, town: Town, clock: Clock) -> None:
    """The heir stores on, and no sample is there twice."""
    first.ticks(clock, numbered(2))
    second.tick()
    first.leave()
    second.ticks(clock, numbered(2, first=3))
    assert second.roles == [Role.FOLLOWING, Role.COLLECTING]
    second.ticks(clock, numbered(A_COMMIT, first=5))
    second.leave()
    stored = town.stored()
    assert stored == sorted(set(stored))
    assert stored[:2] == [1, 2]
    assert stored[-1] == 10
    # while nobody collected there was nothing to take: one tick at most
    assert set(range(4, 11)) <= set(stored)


def test_a_killed_collector_has_its_heir_within_two_ticks(
    first: Resident, second: Resident, town: Town, clock: Clock
) -> None:
    """Its open samples come with the heir, once."""
    first.ticks(clock, numbered(3))
    second.tick()
    first.die()
    second.ticks(clock, numbered(2, first=4))
    assert second.role is Role.COLLECTING
    second.ticks(clock, numbered(A_COMMIT, first=6))
    second.leave()
    stored = town.stored()
    assert stored == sorted(set(stored))
    assert {1, 2, 3, *range(5, 12)} <= set(stored)


def test_of_several_followers_one_takes_over(
    first: Resident, second: Resident, town: Town, clock: Clock, tmp_path: Path
) -> None:
    """The other follows the new one."""
    third = Resident(town, clock, tmp_path)
    first.ticks(clock, numbered(1))
    second.tick()
    third.tick()
    first.leave()
    for one in numbered(2, first=2):
        clock.now += INTERVAL
        second.tick(one)
        third.tick(one)
    assert sorted([second.role, third.role]) == [Role.COLLECTING, Role.FOLLOWING]
    second.leave()
    third.leave()


def test_two_users_of_one_machine_do_not_both_collect(
    first: Resident, town: Town, clock: Clock, tmp_path: Path
) -> None:
    """Each has a journal of their own; the database's lock decides."""
    other = Resident(town, clock, tmp_path / "other")
    first.ticks(clock, numbered(2))
    other.tick(sample(2))
    assert other.roles == [Role.FOLLOWING]
    for one in numbered(A_COMMIT, first=3):
        clock.now += INTERVAL
        first.tick(one)
        other.tick()
    assert town.stored() == [1, 2, 3, 4, 5, 6]
    first.leave()
    other.ticks(clock, numbered(2, first=9))
    assert other.roles == [Role.FOLLOWING, Role.COLLECTING]
    other.leave()


@pytest.mark.expects_log("the database is away")
def test_without_the_database_it_samples_and_journals(first: Resident, town: Town, clock: Clock) -> None:
    """From its start on; what came in comes in order when the database does."""
    town.away = "the server is down"
    first.ticks(clock, numbered(4))
    assert first.role is Role.ALONE
    assert first.uplink.trouble == "the server is down"
    town.come()
    clock.now += 60
    first.ticks(clock, numbered(A_COMMIT, first=5))
    assert first.roles == [Role.ALONE, Role.COLLECTING]
    first.leave()
    assert town.stored() == list(range(1, 11))


@pytest.mark.expects_log("the database is away")
def test_an_hour_without_the_database_loses_nothing(first: Resident, town: Town, clock: Clock) -> None:
    """720 samples of five seconds; it is asked again and again, but not at each tick."""
    first.ticks(clock, numbered(2))
    town.go()
    asked = town.asked
    first.ticks(clock, numbered(720, first=3))
    assert first.role is Role.COLLECTING
    assert 100 < town.asked - asked < 200
    town.come()
    clock.now += 30
    first.ticks(clock, numbered(3, first=723))
    while first.duty.queued > 3:
        first.tick()
    first.leave()
    assert town.stored() == list(range(1, 726))


@pytest.mark.expects_log("the database is away")
def test_without_the_database_a_follower_shows_but_does_not_store(
    first: Resident, second: Resident, town: Town, clock: Clock
) -> None:
    """The collector lives on and journals; both would store the same moments."""
    first.ticks(clock, numbered(1))
    second.tick()
    town.go()
    for one in numbered(PATIENT_TICKS + 3, first=2):
        clock.now += INTERVAL
        first.tick(one)
        second.tick(one)
    assert (first.role, second.role) == (Role.COLLECTING, Role.ALONE)
    assert second.duty.queued == 0
    town.come()
    clock.now += 60
    first.tick(sample(7))
    second.tick(sample(7))
    assert (first.role, second.role) == (Role.COLLECTING, Role.FOLLOWING)
    first.leave()
    second.leave()
    assert town.stored() == [1, 2, 3, 4, 5, 6, 7]


@pytest.mark.expects_log("the database is away")
def test_a_collector_killed_while_the_database_is_away_has_an_heir(
    first: Resident, second: Resident, town: Town, clock: Clock
) -> None:
    """The follower finds the journal free, goes on with it, and everything comes in order."""
    first.ticks(clock, numbered(2))
    second.tick()
    town.go()
    first.ticks(clock, numbered(2, first=3))
    first.die()
    second.ticks(clock, numbered(8, first=5))
    assert second.role is Role.ALONE
    assert second.duty.queued >= 7
    town.come()
    clock.now += 60
    second.tick(sample(13))
    second.leave()
    assert second.roles[-1] is Role.COLLECTING
    stored = town.stored()
    assert stored == sorted(set(stored))
    assert {1, 2, 3, 4, *range(6, 14)} <= set(stored)


@pytest.mark.expects_log("the database is away")
def test_a_connection_that_breaks_for_a_moment_changes_no_role(first: Resident, town: Town, clock: Clock) -> None:
    """It is there again at the next attempt, with the lock; its own dead session does not stand in the way."""
    first.ticks(clock, numbered(2))
    town.go()
    town.come()
    first.ticks(clock, numbered(A_COMMIT, first=3))
    first.leave()
    assert first.roles == [Role.COLLECTING]
    assert town.stored() == list(range(1, 9))


def test_a_journal_that_cannot_be_kept_is_said(town: Town, clock: Clock, tmp_path: Path) -> None:
    """Something is in its place: it follows nobody and stores nothing, but goes on."""
    (tmp_path / "journal").write_text("")
    one = Resident(town, clock, tmp_path)
    one.ticks(clock, numbered(2))
    (notice,) = one.duty.notices()
    assert notice.startswith("The journal cannot be kept, so nothing is stored: ")
    assert str(tmp_path / "journal") in notice
    one.leave()


def test_a_sample_that_was_heard_of_during_a_statement_is_fetched_next(
    first: Resident, second: Resident, clock: Clock
) -> None:
    """The socket is not readable any more, so nothing else would wake the store's thread."""
    first.ticks(clock, numbered(1))
    second.tick()
    first.hear()
    first.tick(sample(2))
    assert second.uplink.connected
    link = second.uplink.connected.link

    def interrupted() -> bool:
        link.execute("SELECT 1")
        return second.duty.wake_at() == clock.now

    until(interrupted)
    second.tick()
    assert [one.number for one in second.received] == [2]
    assert second.duty.wake_at() > clock.now
    first.leave()
    second.leave()
