"""SIGKILL at random moments: of PerfWatch, PostgreSQL, one backend, perf, alone and together, idle and under load."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from itertools import pairwise
from pathlib import Path

from tests.torture.outcome import Outcome, Wish
from tests.torture.rights import no_counts
from tests.torture.serving import INTERVAL, Serving, batches
from tests.torture.side import side_by_side

SUBJECT = "Killed with SIGKILL"
# Who dies together in one round.
VICTIMS: dict[str, tuple[str, ...]] = {
    "PerfWatch": ("perfwatch",),
    "the PostgreSQL server": ("postmaster",),
    "one PostgreSQL backend": ("backend",),
    "perf": ("perf",),
    "PerfWatch and the PostgreSQL server": ("postmaster", "perfwatch"),
    "PerfWatch, the PostgreSQL server and perf": ("perf", "postmaster", "perfwatch"),
}
# What was taken within this time of the kill may be lost with PerfWatch: it had not reached the journal yet.
_IN_FLIGHT = 0.2
# Looks whether its parent is there still, so as not to outlive a run that was killed.
_SPIN = "import os\nwhile os.getppid() == {parent}:\n  for _ in range(10**6): pass"
_TRIED = "{}, then a start, on one database"
# Databases that are tormented side by side.
_CHAINS = 3


@dataclass
class Ledger:
    """What the database held after each round, and what went wrong so far."""

    known: dict[tuple[int, int], tuple[int, float, float]] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)
    missing: float = 0.0

    def close_round(self, data: Path, alive_at: float, url: str = "") -> None:
        """Look at the database after a round in which a sample of `alive_at` (UTC seconds) was shown to somebody."""
        held = batches(data, url)
        self.wrong += [f"batch {key} is gone" for key in self.known if key not in held]
        self.wrong += [f"batch {key} changed" for key, was in self.known.items() if held.get(key, was) != was]
        self.known = held
        self.wrong += _holes(held)
        # what the next process sampled began after this one had ended
        mine = [ended for _, began, ended in held.values() if began <= alive_at + INTERVAL]
        newest = max(mine, default=0.0)
        self.missing = max(self.missing, alive_at - newest)


def _holes(held: dict[tuple[int, int], tuple[int, float, float]]) -> Iterator[str]:
    """Where the numbers of one source leave some out, or come twice; and where two sources overlap in time."""
    expected: dict[int, int] = {}
    for (source, first), (count, _, _) in sorted(held.items()):
        if first != expected.get(source, first):
            yield f"source {source}: {first} follows {expected[source] - 1}"
        expected[source] = first + count
    spans = sorted((began, ended) for _, began, ended in held.values())
    for (_, ended), (began, _) in pairwise(spans):
        if began <= ended:
            yield f"samples of one moment twice: {began} is not after {ended}"


def tried(wish: Wish, place: Path) -> Iterator[Outcome]:
    """Rounds of start, kill, and start again, each looked at afterwards; each sort of victim has its own database."""
    counts = no_counts()
    jobs = [
        partial(_rounds, name, victims, wish, place / str(number))
        for number, (name, victims) in enumerate(VICTIMS.items())
        if not (counts and "perf" in victims)
    ]
    yield from side_by_side(place, jobs, _CHAINS)
    if counts:
        for name in (name for name, victims in VICTIMS.items() if "perf" in victims):
            yield Outcome.not_tried(SUBJECT, _TRIED.format(name), counts)


def _rounds(name: str, victims: tuple[str, ...], wish: Wish, place: Path) -> Outcome:
    place.mkdir()
    chance = random.Random(f"{wish.seed} {name}")
    ledger = Ledger()
    rounds = wish.rounds(34, 2)
    for turn in range(rounds):
        with _loaded(turn % 2 == 1):
            _round(place, place / "data", victims, chance, ledger)
    # a check shares its machine with others, and a sample may be late there
    allowed = INTERVAL + (_IN_FLIGHT if not wish.short else 4 * INTERVAL)
    return Outcome(
        SUBJECT,
        _TRIED.format(name),
        rounds,
        not ledger.wrong and ledger.missing <= allowed,
        "nothing" if not ledger.wrong else "; ".join(ledger.wrong[:3]),
        f"at most {max(0.0, ledger.missing):.1f} s of what a browser had seen were missing",
    )


def _round(place: Path, data: Path, victims: tuple[str, ...], chance: random.Random, ledger: Ledger) -> None:
    with Serving(place, data, environ={"ADMIN_PASSWORD": "a long password"}) as serving:
        serving.begin()
        time.sleep(chance.uniform(0.0, 3.0))
        shown = serving.last_sample()
        for victim in victims:
            _kill(serving, victim, ledger)
        if "perfwatch" not in victims:
            if not serving.comes_to(lambda: _is_well(serving, shown)):
                ledger.wrong.append(f"no samples in the database after {victims} died: {serving.said[-300:]}")
            shown = serving.last_sample()
            serving.stop(chance.choice([signal.SIGTERM, signal.SIGKILL]))
        else:
            serving.process.wait(10)
        if not serving.left_alone():
            ledger.wrong.append("processes were left behind")
    # the next process brings what lies in the journal to the database
    with Serving(place, data) as heir:
        heir.begin()
        if not heir.comes_to(lambda: heir.last_sample() > 0):
            ledger.wrong.append(f"the next start collects nothing: {heir.said[-300:]}")
        heir.stop()
        if not heir.left_alone():
            ledger.wrong.append("processes were left behind by a clean stop")
    ledger.close_round(data, shown)


def _is_well(serving: Serving, since: float) -> bool:
    return serving.last_sample() > since + 2 * INTERVAL and serving.ask("/api/db-status").get("ok") is True


def _kill(serving: Serving, victim: str, ledger: Ledger) -> None:
    """End one of its processes; which one a backend is, nobody may choose."""
    if victim == "perfwatch":
        serving.process.send_signal(signal.SIGKILL)
        return
    pids = serving.pids_of("perf" if victim == "perf" else "postgres")
    if not pids:
        ledger.wrong.append(f"there was no {victim} to kill")
        return
    # PostgreSQL's first process is the oldest; the connection that stores is the youngest
    with suppress(ProcessLookupError):
        os.kill(pids[-1] if victim == "backend" else pids[0], signal.SIGKILL)


@contextmanager
def _loaded(wanted: bool) -> Iterator[None]:
    """Busy processes for as long as it lasts: with those of the other chains about twice as many as processors."""
    count = (os.cpu_count() or 1) if wanted else 0
    command = [sys.executable, "-IS", "-c", _SPIN.format(parent=os.getpid())]
    spinning = [subprocess.Popen(command) for _ in range(count)]
    try:
        yield
    finally:
        for process in spinning:
            process.kill()
            process.wait()
