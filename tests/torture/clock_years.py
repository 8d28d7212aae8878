"""A month of history, and a start by a clock that is years ahead: nothing of it may be taken for old and go."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

from perfwatch_core.settings import Settings
from perfwatch_core.store.chunks import day_of, days
from perfwatch_core.store.command import with_link
from perfwatch_core.store.link import Link
from perfwatch_core.store.machine import this_machine
from perfwatch_core.store.past import raw
from tests.simulated_store import Store, machine_number
from tests.torture.outcome import Outcome
from tests.torture.serving import Serving
from tests.torture.wall import Wall

_YEARS = timedelta(days=12 * 365)
# The first clean-up comes two minutes after the start.
_CLEANED = 180.0
_DOUBTED = "nothing is old until a day was sampled"
_ENDS = (29, 15, 1)


class Past(NamedTuple):
    """Days (UTC midnights) and how many samples all of them hold."""

    days: list[datetime]
    samples: int


@contextmanager
def years_ahead(place: Path, faketime: Path) -> Iterator[Serving]:
    """A PerfWatch over some old days, started by a clock twelve years ahead of them; it runs beside what is within."""
    place.mkdir()
    with_link(Settings(data_dir=place / "data"), _fill)
    wall = Wall(place / "wall", faketime)
    wall.set(_YEARS.total_seconds())
    with Serving(place, place / "data", environ={**wall.environ, "PERFWATCH_LOG_LEVEL": "info"}) as serving:
        serving.begin()
        yield serving


def outlived(subject: str, serving: Serving) -> Outcome:
    """Wait for its first clean-up, end it, and look for the old days."""
    expected = len(_ENDS) * 86_400 // 60
    cleaned = serving.comes_to(lambda: _DOUBTED in serving.said, _CLEANED)
    serving.stop()
    there = with_link(Settings(data_dir=serving.data), _looked)
    wrong = [] if cleaned else [f"no clean-up came: {serving.said[-300:]}"]
    if there.samples != expected:
        wrong.append(f"{expected - there.samples} of {expected} old samples are gone")
    note = (
        f"{there.samples} samples of {len(there.days)} days, the oldest {there.days[0]:%Y-%m-%d}" if there.days else ""
    )
    name = "a month of history, a start by a clock 12 years ahead, a clean-up"
    return Outcome(subject, name, 1, not wrong, "; ".join(wrong) or "nothing", note)


def _fill(link: Link) -> None:
    machine, today = this_machine(), day_of(datetime.now(UTC))
    store = Store(link, machine_number(link, machine.key, machine.name), interval=60.0, distinct=1)
    for ago in _ENDS:
        store.fill(today - timedelta(days=ago), 1)
    link.execute("UPDATE archive_policy SET last_archive_run = now() - interval '1 hour'")


def _looked(link: Link) -> Past:
    now = datetime.now(UTC)
    machine = machine_number(link, this_machine().key, this_machine().name)
    samples = sum(1 for _ in raw(link, machine, ["cpu"], now - timedelta(days=40), now))
    return Past([one for one in days(link) if one < now], samples)
