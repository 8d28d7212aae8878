"""The time of day set back, ahead, slewed, standing, past 2038, through days of 25 and 23 hours; processes halted."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from datetime import UTC, datetime
from functools import partial
from itertools import pairwise
from pathlib import Path

from perfwatch_core.store.cluster_account import ENVIRONMENT
from tests.torture.clock_follower import followed, following
from tests.torture.clock_ledger import Ledger, compared
from tests.torture.clock_run import Run, Step, in_one_millisecond, past_2038, run, steadily
from tests.torture.clock_years import outlived, years_ahead
from tests.torture.foreign import running, url
from tests.torture.outcome import Outcome, Wish
from tests.torture.servers import servers, version_of
from tests.torture.wall import Wall, library

SUBJECT = "Clocks"
_DAY = 86400.0
_SLEW, _SLEWS = 0.005, 40
# The last second of a signed count of 32 bits is 2038-01-19 03:14:07 UTC.
_LAST = 2**31 - 1
_BERLIN = {"TZ": "Europe/Berlin"}
# Local days with the hours they have, and moments of theirs (UTC): at both ends and around the change.
_NIGHTS = {
    "2026-10-25": (25, ("2026-10-24T22:00:01", "2026-10-25T00:29:59", "2026-10-25T01:29:59", "2026-10-25T22:59:56")),
    "2027-03-28": (23, ("2027-03-27T23:00:01", "2027-03-28T00:59:58", "2027-03-28T01:30:00", "2027-03-28T21:59:56")),
}
_NEXT = {"2026-10-25": "2026-10-26", "2027-03-28": "2027-03-29"}
_NOTE = (
    "CLOCK_BOOTTIME going on while CLOCK_MONOTONIC stands needs a true suspend; tests/core/test_sampler.py imitates it"
)


def tried(wish: Wish, place: Path) -> Iterator[Outcome]:
    """All that a clock may do, on a real PerfWatch whose time of day alone is another; in short on one of its own."""
    faketime = library()
    if faketime is None:
        yield Outcome.not_tried(SUBJECT, "the clock set, slewed, standing, past 2038", "libfaketime is not installed")
        return
    if wish.short:
        yield from _set(wish, place, Wall(place / "wall", faketime), "")
        return
    with years_ahead(place / "years", faketime) as waiting:
        yield from _set(wish, place, Wall(place / "wall", faketime), "")
        yield from _both(place, faketime)
        yield from _nights(place / "nights", faketime)
        yield outlived(SUBJECT, waiting)


def _set(wish: Wish, place: Path, wall: Wall, database: str) -> Iterator[Outcome]:
    """Every step in one run, PostgreSQL's own clock being right, or as wrong where `database` has the same."""
    place.mkdir(exist_ok=True)
    where = "PostgreSQL's clock set too" if database else "PostgreSQL's clock right"
    environ = {"DATABASE_URL": database} if database else {}
    tokens: list[str] = []
    with run(place, wall, wish.rounds(8, 3), environ) as one, ExitStack() as stack:
        second = None if wish.short else stack.enter_context(following(one, environ))
        steps = list(_steps(one, tokens, wish))
        seen = list(one.watching.seen)
        if second:
            yield followed(SUBJECT, one, second, where)
    ledger = Ledger(place / "data", database)
    ahead = [max(pairwise(step.seen), key=lambda two: two[1].time - two[0].time) for step in steps]
    told = ledger.told([(before.time, after.time) for before, after in ahead])
    yield from _outcomes(steps, told.gaps, where)
    yield Outcome(SUBJECT, f"logins while the clock is set; {where}", 3, not tokens, "; ".join(tokens) or "nothing")
    wrong = list(compared(seen, told))
    packed, expected = told.packed, sorted(one.time for one in told.held)
    if not wish.short:
        # the same hours once more, after they were packed
        with run(place, wall, 4, environ) as again:
            wall.set(-3600)
            again.serving.comes_to(lambda: len(again.watching.seen) > 4, 20)
        late = ledger.told([])
        wrong += compared(again.watching.seen, late)
        packed, expected = late.packed, sorted(one.time for one in late.held)
    exported = ledger.exported("2020-01-01", "2040-01-01", {})
    if len(exported) != len(expected) or exported != sorted(set(exported)):
        wrong.append(f"{len(exported)} times were exported, {len(set(exported))} different, of {len(expected)}")
    if packed != expected or not set(told.packed) <= set(packed):
        wrong.append(f"{len(packed)} samples are there after packing, not {len(expected)}")
    name = f"all of it: stored once, packed by the hour, exported in order; {where}"
    yield Outcome(SUBJECT, name, len(expected), not wrong, "; ".join(wrong[:3]) or "nothing")


def _steps(one: Run, tokens: list[str], wish: Wish) -> Iterator[Step]:
    """One after the other; `tokens` gets what is wrong with logins on the way."""
    yield one.step("set back by an hour", lambda wall: wall.set(-3600), None)
    if not one.allows(one.token):
        tokens.append("an hour back signed everybody out")
    yield one.step("set ahead by a day", lambda wall: wall.set(_DAY), None)
    if one.allows(one.token):
        tokens.append("a token of yesterday is good")
    yield one.step("set back by a day", lambda wall: wall.set(0), None)
    if not one.allows(one.token):
        tokens.append("after a day back the first token is refused")
    for name, by in (("fast", _SLEW), ("slow", -_SLEW)):
        if wish.short:
            break
        yield one.step(f"slewed, {_SLEW * 1000:.0f} ms at a time: {name}", partial(_slew, by=by), steadily)
    yield one.step("standing: many samples in one millisecond", Wall.stand, in_one_millisecond)
    yield one.step("set to 2038-01-19 03:14:06, and on", _past, past_2038)
    later = one.log_in()
    yield one.step("set back by eleven years", lambda wall: wall.set(0), None)
    if one.allows(later) or not one.allows(one.log_in()):
        tokens.append("a token made in 2038 is good for years")
    yield one.halt(wish.rounds(20, 3))


def _past(wall: Wall) -> None:
    wall.reach(_LAST - 0.25)
    time.sleep(2.5)


def _slew(wall: Wall, by: float) -> None:
    for _ in range(_SLEWS):
        wall.slew(by)
        time.sleep(abs(by) * 10)


def _outcomes(steps: Sequence[Step], gaps: Sequence[bool], where: str) -> Iterator[Outcome]:
    """A row for each; a step that left time out must be seen as a gap."""
    for step, shown in zip(steps, gaps, strict=True):
        left_out = max(after.time - before.time for before, after in pairwise(step.seen)) / 1_000_000
        wrong = list(step.wrong)
        if left_out > 3 and not shown:
            wrong.append(f"{left_out:.1f} s without a sample are no gap")
        note = f"{len(step.seen) - 1} samples" + (", a gap is shown" if left_out > 3 else "")
        if "stopped" in step.name:
            note = f"{note}; {_NOTE}"
        yield Outcome(SUBJECT, f"{step.name}; {where}", 1, not wrong, "; ".join(wrong[:3]) or "nothing", note)


def _both(place: Path, faketime: Path) -> Iterator[Outcome]:
    """The same on a server that lives by the same wrong clock."""
    found = servers()
    programs = found[min(found)]
    wall = Wall(place / "both", faketime)
    with running(programs, place / "server", {**ENVIRONMENT, **wall.preload}) as server:
        server.tell("CREATE DATABASE clocks")
        yield from _set(Wish(short=True, seed=1), place / "with", wall, url("clocks", server.port))
        told = float(str(server.tell("SELECT extract(epoch FROM now())")[0][0]))
        wall.set(_DAY)
        set_by = float(str(server.tell("SELECT extract(epoch FROM now())")[0][0])) - told
    name = f"that PostgreSQL {version_of(programs)} goes by the same wrong clock"
    yield Outcome(SUBJECT, name, 1, abs(set_by - _DAY) < 60, note=f"set by {set_by:,.0f} s")


def _nights(place: Path, faketime: Path) -> Iterator[Outcome]:
    """Central Europe's two changes in one run: moments of local days, exported by local midnights."""
    place.mkdir()
    wall = Wall(place / "wall", faketime)
    steps: dict[str, list[Step]] = {}
    with run(place, wall, 5, _BERLIN) as one:
        for night, (_, moments) in _NIGHTS.items():
            steps[night] = [_reach(one, moment) for moment in moments]
        seen = list(one.watching.seen)
    ledger = Ledger(place / "data")
    missing = list(compared(seen, ledger.told([])))
    for night, (hours, _) in _NIGHTS.items():
        wrong = [*missing, *(words for step in steps[night] for words in step.wrong)]
        inside = ledger.exported(night, _NEXT[night], _BERLIN)
        expected = sorted({one.time for step in steps[night] for one in step.seen[1:]})
        told = [round(datetime.fromisoformat(one).timestamp() * 1e6) for one in inside]
        if len(told) != len(set(told)) or not set(expected) <= set(told):
            wrong.append(f"{len(told)} times were exported, {len(set(told))} different ones, of {len(expected)}")
        span = (told[-1] - told[0]) / 3.6e9 if told else 0.0
        if abs(span - hours) > 0.01:
            wrong.append(f"the day has {span:.2f} hours")
        note = f"{len(told)} samples over {span:.2f} hours, local midnight to midnight"
        name = f"the day of {hours} hours in Berlin, {night}"
        yield Outcome(SUBJECT, name, 1, not wrong, "; ".join(wrong[:3]) or "nothing", note)


def _reach(one: Run, moment: str) -> Step:
    at = datetime.fromisoformat(moment).replace(tzinfo=UTC).timestamp()
    return one.step(moment, lambda wall: wall.reach(at), None)
