"""Finished hours are packed and the policy applied, in time, one after another, and without haste."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from datetime import timedelta
from typing import Any, TypeVar

import pytest

from perfwatch_core.store.batch import moment
from perfwatch_core.store.chunks import Covered, Hour, days, insert_hour
from perfwatch_core.store.keeper import HOUR, Keeper
from perfwatch_core.store.link import Link
from perfwatch_core.store.packer import due, pack, pack_next
from perfwatch_core.store.past import raw
from perfwatch_core.store.retention import Kept
from perfwatch_core.store.state import Role, StoreProblem
from tests.core.history.test_packing import stored
from tests.core.store.samples import BEGIN

T = TypeVar("T")


class House:
    """Jobs that are done when told, and clocks that stand."""

    def __init__(self, link: Link | None = None) -> None:
        self.link = link
        self.now = 1000.0
        self.wall = BEGIN + 3 * HOUR
        self._pace = 0.0
        self.waiting: list[tuple[Callable[[Link], Any], Future[Any]]] = []

    def run(self, job: Callable[[Link], T]) -> Future[T]:
        """Keep the job for later."""
        answer: Future[T] = Future()
        self.waiting.append((job, answer))
        return answer

    def work(self, took: float = 0.25) -> Any:
        """Do the one job there is; its result."""
        ((job, answer),) = self.waiting
        self.waiting.clear()
        assert self.link is not None
        self._pace = took
        answer.set_result(job(self.link))
        self._pace = 0.0
        return answer.result()

    def clock(self) -> float:
        """Stands, but for the jobs: between two looks of theirs passes what one takes."""
        self.now += self._pace
        return self.now - self._pace

    def keeper(self, clean_every: float = HOUR) -> Keeper:
        """A keeper in this house."""
        return Keeper(self.run, clean_every, self.clock, lambda: self.wall)


def cleaned(link: Link, wall: float) -> None:
    """The last clean-up was then (UTC seconds)."""
    link.execute("UPDATE archive_policy SET last_archive_run = to_timestamp(%s)", (wall,))


def clean(house: House, keeper: Keeper) -> Kept:
    """What the keeper's next clean-up did; what is to be packed is packed before."""
    while True:
        house.now += HOUR + 130
        keeper.tick(Role.COLLECTING)
        done = house.work()
        if isinstance(done, Kept):
            return done


def sampled(link: Link, machine_id: int, wall: float) -> None:
    """A sample was taken then (UTC seconds), and its hour is packed."""
    at = round(wall * 1e6)
    with link.transaction():
        insert_hour(link, machine_id, Hour([at], [5000], {}, Covered.of([(at, 1, 1)])))


def test_hours_are_packed_one_by_one_with_pauses(link: Link, machine_id: int) -> None:
    """Nothing at the start, nothing while one runs or the pause lasts; then until the next hour is over."""
    stored(link, machine_id, 1, 300)
    house = House(link)
    keeper = house.keeper(clean_every=0)
    keeper.tick(Role.COLLECTING)
    assert not house.waiting
    house.now += 60
    keeper.tick(Role.FOLLOWING)
    assert not house.waiting
    for left in (1, 0):
        keeper.tick(Role.COLLECTING)
        keeper.tick(Role.COLLECTING)
        assert house.work() > 0
        assert len(due(link, machine_id, moment(round(house.wall * 1e6)))) == left
        keeper.tick(Role.COLLECTING)
        house.now += 9 * 0.25 - 0.01
        keeper.tick(Role.COLLECTING)
        assert not house.waiting
        house.now += 0.02
    keeper.tick(Role.COLLECTING)
    assert house.work() is None
    keeper.tick(Role.COLLECTING)
    # the third hour is over at once; its last batch may come two minutes later
    for seconds, begun in ((110, False), (12, True)):
        house.now += seconds
        house.wall += seconds
        keeper.tick(Role.COLLECTING)
        assert bool(house.waiting) is begun
    assert house.work() > 0


def test_the_policy_is_applied_hourly(link: Link, machine_id: int) -> None:
    """After the packing, and never where that is switched off."""
    stored(link, machine_id, 1, 300)
    house = House(link)
    house.wall = BEGIN + 40 * 86400
    cleaned(link, house.wall - HOUR)
    keeper, never = house.keeper(), house.keeper(clean_every=0)
    house.now += 130
    while (pack_next(link, moment(round(house.wall * 1e6)))) is not None:
        pass
    keeper.tick(Role.COLLECTING)
    assert house.work() is None
    assert len(days(link)) == 1
    keeper.tick(Role.COLLECTING)
    assert house.work().dropped == 1
    assert not days(link)
    for _ in range(3):
        house.now += HOUR / 3 - 1
        keeper.tick(Role.COLLECTING)
        if house.waiting:
            assert house.work() is None
    house.now += 4
    keeper.tick(Role.COLLECTING)
    assert house.work().dropped == 0
    never.tick(Role.COLLECTING)
    assert house.work() is None
    never.tick(Role.COLLECTING)
    assert not house.waiting


def test_a_clock_that_was_set_wrongly_costs_no_history(link: Link, machine_id: int) -> None:
    """Ahead by twelve years, before the start or after it: nothing is old until a day of samples came by that clock."""
    stored(link, machine_id, 1, 300)
    house = House(link)
    cleaned(link, house.wall)
    pack(link, machine_id, moment(round((house.wall + 86400) * 1e6)))
    ahead = house.wall + 12 * 365 * 86400
    house.wall = ahead
    keeper = house.keeper()
    for hour in range(24):
        assert clean(house, keeper).dropped == 0
        assert days(link)[0] == moment(round(BEGIN * 1e6))
        sampled(link, machine_id, ahead + hour * HOUR)
        house.wall += HOUR
    assert clean(house, keeper).dropped == 1
    # and back: what was sampled meanwhile lies ahead and is not old
    house.wall = BEGIN + 3 * HOUR
    assert clean(house, keeper).dropped == 0


def test_a_machine_that_was_off_is_cleaned_up_a_day_later(link: Link, machine_id: int) -> None:
    """However often it is switched off meanwhile."""
    stored(link, machine_id, 1, 300)
    house = House(link)
    cleaned(link, house.wall)
    pack(link, machine_id, moment(round((house.wall + 86400) * 1e6)))
    for evening in range(31, 43):
        house.wall = BEGIN + evening * 86400
        assert clean(house, house.keeper()).dropped == 0
        sampled(link, machine_id, house.wall)
        sampled(link, machine_id, house.wall + HOUR)
    house.wall += 86400
    assert clean(house, house.keeper()).dropped == 1


def test_a_doubtful_clock_does_not_hold_up_the_size_limit(link: Link, machine_id: int) -> None:
    """For that nothing need be old."""
    house = House(link)
    for day in range(3):
        sampled(link, machine_id, BEGIN + day * 86400)
    cleaned(link, BEGIN)
    house.wall = BEGIN + 400 * 86400
    link.execute("UPDATE archive_policy SET size_limit_bytes = 1")
    assert clean(house, house.keeper()).dropped == 2


@pytest.mark.expects_log("could not be packed: The database is away")
def test_trouble_waits_for_the_next_hour() -> None:
    """With a sentence, and without trying at every tick."""
    house = House()
    keeper = house.keeper(clean_every=0)
    house.now += 61
    keeper.tick(Role.COLLECTING)
    house.waiting.pop()[1].set_exception(StoreProblem("The database is away."))
    keeper.tick(Role.COLLECTING)
    house.now += 60
    keeper.tick(Role.COLLECTING)
    assert not house.waiting
    house.now += HOUR
    keeper.tick(Role.COLLECTING)
    assert len(house.waiting) == 1


def test_the_hours_of_a_machine_that_is_no_more_are_packed_too(link: Link, machine_id: int) -> None:
    """By whoever shares its database; and a day that is over is rolled up."""
    stored(link, machine_id, 1, 240)
    now = moment(round(BEGIN * 1e6)) + timedelta(days=2)
    done = []
    while (count := pack_next(link, now)) is not None:
        done.append(count)
    assert done == [120, 120, 0]
    assert link.execute("SELECT count(*) FROM history_recent").fetchone() == (0,)
    assert len(list(raw(link, machine_id, None, now - timedelta(days=3), now))) == 240
