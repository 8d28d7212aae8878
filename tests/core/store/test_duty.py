"""One process collects for its machine, the others follow it, and one of them takes over within two ticks."""

from __future__ import annotations

from pathlib import Path

from perfwatch_core.store.state import Role
from tests.core.store.residents import A_COMMIT, INTERVAL, Clock, Resident, Town
from tests.core.store.samples import numbered, sample
from tests.core.store.waiting import until


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
