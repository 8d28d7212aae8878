"""One PerfWatch on a clock of its own: what is done to the clock, and what a browser saw meanwhile."""

from __future__ import annotations

import os
import re
import signal
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

from tests.bench.processes import family
from tests.torture.serving import INTERVAL, Serving
from tests.torture.viewer import ANSWERED, token
from tests.torture.wall import Wall
from tests.torture.watching import Seen, Watching, bad_numbers

PASSWORD = "a long password"
_MICRO = 1_000_000
# A busy machine may take a sample this much late.
_LATE = 1.0
_PATIENCE = 20.0


class Step(NamedTuple):
    """What was done to the clock: how far it was set, or None where that is looked at by `wrong`; and what came."""

    name: str
    set_by: float | None
    seen: list[Seen]
    wrong: tuple[str, ...]


@dataclass
class Run:
    """A program that is watched; `count` samples are waited for after each step."""

    serving: Serving
    wall: Wall
    watching: Watching
    token: str
    count: int

    @property
    def url(self) -> str:
        """Where it is served."""
        return address(self.serving)

    def step(self, name: str, do: Callable[[Wall], None], looks: Callable[[list[Seen]], Iterator[str]] | None) -> Step:
        """Set the clock and wait for samples; what `looks` finds wrong with them, or a jump that is not as set."""
        seen = self.watching.seen
        first, before = len(seen) - 1, self.wall.now
        do(self.wall)
        by = self.wall.now - before
        enough = self.serving.comes_to(lambda: len(seen) > first + self.count, _PATIENCE)
        part = seen[first:]
        wrong = [] if enough else [f"only {len(part) - 1} samples came afterwards"]
        wrong += bad_numbers(part)
        wrong += jumps(part, by) if looks is None else looks(part)
        return Step(name, by if looks is None else None, part, tuple(wrong))

    def halt(self, seconds: float) -> Step:
        """Stop all of its processes for a while, as a suspend does."""
        seen = self.watching.seen
        pids = family(self.serving.process.pid, self.serving.data)
        first = len(seen) - 1
        for pid in pids:
            os.kill(pid, signal.SIGSTOP)
        time.sleep(seconds)
        for pid in pids:
            os.kill(pid, signal.SIGCONT)
        went_on = time.monotonic()
        self.serving.comes_to(lambda: len(seen) > first + self.count, _PATIENCE)
        part = seen[first:]
        wrong = [*bad_numbers(part), *jumps(part, seconds)]
        if (at_once := sum(went_on < one.at < went_on + 2 * INTERVAL for one in part)) > 4:
            wrong.append(f"{at_once} samples came at once afterwards")
        left_out = part[-1].data["self"]["missed"] - part[0].data["self"]["missed"]
        # those of the pause, and on a busy machine some after it: they are missing in what came
        missing = sum(round((now.time - before.time) / _MICRO / INTERVAL) - 1 for before, now in pairwise(part))
        if left_out < seconds / INTERVAL - 3 or abs(left_out - missing) > 3:
            wrong.append(f"{left_out} samples were said to be left out, {missing} are missing")
        return Step(f"all processes stopped for {seconds:.0f} s, then continued", seconds, part, tuple(wrong))

    def allows(self, held: str) -> bool:
        """Whether somebody with this token is let in."""
        wish = urllib.request.Request(f"{self.url}/api/config", headers={"Authorization": f"Bearer {held}"})
        try:
            with urllib.request.urlopen(wish, timeout=ANSWERED):
                return True
        except urllib.error.HTTPError as error:
            if error.code != 401:
                raise
            return False

    def log_in(self) -> str:
        """Another token."""
        return token(self.url, PASSWORD)


def address(serving: Serving) -> str:
    """Where the page is."""
    found = re.search(r"the page is at (\S+?)/?\s", serving.said)
    assert found, serving.said
    return found[1]


@contextmanager
def run(place: Path, wall: Wall, count: int, environ: Mapping[str, str]) -> Iterator[Run]:
    """One that serves, logged in to and watched; it is told to end, and has ended, at the end."""
    told = {**wall.environ, "ADMIN_PASSWORD": PASSWORD, **environ}
    with Serving(place, place / "data", environ=told) as serving:
        serving.begin()
        held = token(address(serving), PASSWORD)
        with Watching(address(serving), held) as watching:
            assert serving.comes_to(lambda: len(watching.seen) > 1, _PATIENCE), serving.said
            yield Run(serving, wall, watching, held, count)
            serving.stop()


def jumps(seen: list[Seen], by: float) -> Iterator[str]:
    """Where the times of samples do not go as the clock was set, `by` seconds, once; else they go as time does.

    Where nobody set it, the longest pause counts: on a busy machine there are shorter ones, which are no jumps.
    """
    steps = [((now.time - before.time) / _MICRO, now.at - before.at) for before, now in pairwise(seen)]
    # a usual step that came late is none either
    strange = [step for step, true in steps if abs(step - true) > _LATE and not 0 < step <= INTERVAL + 2 * _LATE]
    strange = strange or [max(step for step, _ in steps)]
    if len(strange) != 1 or abs(strange[0] - by) > 1 + _LATE + 2 * INTERVAL:
        yield f"times jumped by {[round(one, 1) for one in strange]} s instead of {by:.1f}"


def steadily(seen: list[Seen]) -> Iterator[str]:
    """A clock that is slewed makes neither gap nor overlap."""
    for before, now in pairwise(seen):
        went, true = (now.time - before.time) / _MICRO, now.at - before.at
        if went <= 0 or abs(went - true) > _LATE:
            yield f"{went:.3f} s went by on the clock in {true:.3f} s"


def in_one_millisecond(seen: list[Seen]) -> Iterator[str]:
    """Samples of a clock that stands have times of their own, in their order."""
    still = [one.time for one in seen[2:]]
    if len(set(still)) != len(still) or still != sorted(still):
        yield f"samples of a clock that stands have the times {still}"
    if still and still[-1] - still[0] > 1000:
        yield f"they lie {still[-1] - still[0]} µs apart"


def past_2038(seen: list[Seen]) -> Iterator[str]:
    """Samples on both sides of what 32 bits count."""
    beyond = [one.time / _MICRO - 2**31 for one in seen[1:]]
    if not any(-60 < one < 0 for one in beyond) or not any(0 < one < 60 for one in beyond):
        yield f"samples were taken at {beyond} s from it"
