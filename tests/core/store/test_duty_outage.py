"""While the database is away one process of each user journals, and nothing is lost or doubled."""

from __future__ import annotations

from functools import partial

import pytest

from perfwatch_core.store.duty import PATIENT_TICKS
from perfwatch_core.store.link import Halt, Link
from perfwatch_core.store.state import Role
from tests.core.store.residents import A_COMMIT, INTERVAL, Clock, Resident, Town
from tests.core.store.samples import numbered, sample
from tests.core.store.waiting import until


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


@pytest.mark.expects_log("the database is away")
def test_tables_that_a_newer_program_changed_are_left_alone(first: Resident, town: Town, clock: Clock) -> None:
    """Also on a connection that was there before; it goes on where they are as before, and says so once."""
    first.ticks(clock, numbered(A_COMMIT))
    held = town.stored()
    before = town.count("SELECT version_num::int FROM alembic_version")
    with Link.open(town.params, Halt()) as link:
        link.execute("UPDATE alembic_version SET version_num = '9999'")
        first.ticks(clock, numbered(20, first=A_COMMIT + 1))
        assert "upgrade PerfWatch; nothing is written there until then" in first.uplink.trouble
        assert town.stored() == held
        link.execute("UPDATE alembic_version SET version_num = lpad(%s, 4, '0')", (str(before),))
    clock.now += 60
    first.ticks(clock, numbered(A_COMMIT, first=A_COMMIT + 21))
    first.leave()
    assert town.stored() == list(range(1, 2 * A_COMMIT + 21))


@pytest.mark.expects_log("the database is away")
def test_a_follower_whose_connection_breaks_now_and_then_is_soon_back(
    first: Resident, second: Resident, town: Town, clock: Clock
) -> None:
    """It commits nothing; what it receives shows as well that the server can be trusted again."""
    first.ticks(clock, numbered(1))
    second.tick()

    def broken() -> bool:
        second.tick()
        return second.uplink.connected is None

    def received(count: int) -> bool:
        first.tick()
        second.tick()
        return len(second.received) > count

    for number in range(2, 6):
        before = len(second.received)
        first.tick(sample(number))
        until(partial(received, before))
        town.tell(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
            f" WHERE datname = '{{0}}' AND application_name = '{second.lock.name}'"
        )
        until(broken)
        assert second.uplink.due is not None
        assert second.uplink.due - clock.now == 1
        clock.now += 1
        second.tick()
    first.leave()
    second.leave()
