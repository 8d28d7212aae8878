"""The database away: unreachable, slow, silent, restarting, failing over, of another schema; other versions and TLS."""

from __future__ import annotations

import os
import time
import tracemalloc
from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path
from unittest.mock import patch

from perfwatch_core.store.address import parameters
from tests.core.store.residents import Clock, Resident, Town
from tests.core.store.samples import numbered
from tests.torture.foreign import Foreign, running, url
from tests.torture.full import Trial
from tests.torture.killing import Ledger
from tests.torture.outcome import Outcome, Wish
from tests.torture.proxy import Proxy
from tests.torture.servers import MAJORS, has_tls, servers, version_of
from tests.torture.serving import INTERVAL, Serving
from tests.torture.side import side_by_side
from tests.torture.tls import tls_with, with_tls
from tests.torture.troubles import LINE, SERVER, SHORT, Case, refused

SUBJECT = "The database away"
_FAILOVER = "its primary died and a standby was promoted"
_HOUR = 720
# Cases side by side.
_AT_ONCE = 4


def tried(wish: Wish, place: Path) -> Iterator[Outcome]:
    """Each trouble between PerfWatch and a PostgreSQL over TCP; no sample is missing or doubled afterwards."""
    found = servers()
    programs = found[min(found)]
    with running(programs, place / "server") as server:
        # the names of its files are those of every test's: nobody else's are to be adopted
        with patch.dict(os.environ, XDG_RUNTIME_DIR=str(place)):
            yield _hour(server)
        apart = {**SHORT, **({} if wish.short else LINE)}
        yield from _outcomes(apart, programs, server, place / "apart", _AT_ONCE, calm=not wish.short)
        if not wish.short:
            yield from _outcomes(SERVER, programs, server, place / "wide", 1)
    for major in MAJORS:
        if major not in found:
            yield Outcome.not_tried(SUBJECT, f"PostgreSQL {major}", f"no PostgreSQL {major} here")
        elif not wish.short:
            yield from _versions(found[major], place / f"pg{major}")
    if not wish.short:
        yield _failed_over(found, place / "pair")


def _outcomes(
    cases: dict[str, Case], programs: Path, server: Foreign, place: Path, most: int, calm: bool = True
) -> Iterator[Outcome]:
    """Each case on a line and a database of its own, `most` of them side by side."""
    place.mkdir()
    version = version_of(programs)
    jobs = [
        partial(_outcome, f"{name}, PostgreSQL {version}", case, server, place / f"{place.name}{number}", calm)
        for number, (name, case) in enumerate(cases.items())
    ]
    return side_by_side(place, jobs, most)


def _hour(server: Foreign) -> Outcome:
    """An hour of simulated time without the database: its samples come afterwards, once and in order."""
    server.tell("CREATE DATABASE hour")
    clock, town = Clock(), Town(parameters(url("hour", server.port)))
    one = Resident(town, clock, server.place.parent)
    one.ticks(clock, numbered(2))
    town.go()
    tracemalloc.start()
    one.ticks(clock, numbered(_HOUR, first=3))
    memory = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    waiting = one.duty.queued
    town.come()
    clock.now += 30
    one.ticks(clock, numbered(3, first=_HOUR + 3))
    while one.duty.queued > 3:
        one.tick()
    one.leave()
    stored = town.stored()
    good = stored == [float(number) for number in range(1, _HOUR + 6)] and memory < 4 << 20
    lost = f"{_HOUR + 5 - len(set(stored))} samples" if len(set(stored)) != _HOUR + 5 else "nothing"
    note = f"{waiting} samples waited on disk, {memory / (1 << 20):.1f} MB more in memory"
    return Outcome(SUBJECT, "unreachable for an hour of simulated time", 1, good, lost, note)


def _outcome(name: str, case: Case, server: Foreign, place: Path, calm: bool = True) -> Outcome:
    database = place.name
    place.mkdir()
    server.tell(f"CREATE DATABASE {database}")
    data, ledger = place / "data", Ledger()
    with Proxy(server.port) as proxy:
        environ = {"DATABASE_URL": url(database, proxy.port)}
        with Serving(place, data, environ=environ) as serving:
            serving.begin()
            trial = Trial(serving, calm)
            case(serving, proxy, server, trial)
            shown = serving.last_sample()
            began = time.monotonic()
            serving.stop()
            ended = time.monotonic() - began
        # what came to the journal at the end is brought home by the next
        proxy.accept()
        proxy.latency = proxy.bandwidth = 0.0
        proxy.silent = False
        _closed(place, data, environ["DATABASE_URL"], shown, ledger, trial)
        wrong = trial.wrong + ledger.wrong
        if "secret" in serving.said:
            wrong.append("it showed the password")
    return Outcome(
        SUBJECT,
        name,
        1,
        not wrong and ledger.missing <= INTERVAL,
        "; ".join(wrong) or "nothing",
        f"ended {ended:.1f} s after SIGTERM",
    )


def _closed(place: Path, data: Path, address: str, shown: float, ledger: Ledger, trial: Trial) -> None:
    """Start and stop once more, then look at what the database holds."""
    heirs = place / "heir"
    heirs.mkdir(exist_ok=True)
    with Serving(heirs, data, environ={"DATABASE_URL": address}) as heir:
        heir.begin()
        if not heir.comes_to(lambda: 0 < heir.ask("/api/db-status").get("queued", 0) <= 60):
            trial.wrong.append("the next start did not bring the journal home")
        heir.stop()
    ledger.close_round(data, shown, address)


def _versions(programs: Path, place: Path) -> Iterator[Outcome]:
    """Over TCP with a password, and over TLS where the server has it."""
    version = version_of(programs)
    place.mkdir()
    with running(programs, place / "server") as server:
        yield _outcome(f"refusing connections, password by SCRAM, PostgreSQL {version}", refused, server, place / "tcp")
        if has_tls(programs):
            yield with_tls(SUBJECT, version, server, place)
        else:
            yield Outcome.not_tried(SUBJECT, tls_with(version), "this build of the server has no TLS")


def _failed_over(found: Mapping[int, Path], place: Path) -> Outcome:
    """The primary dies and its standby is promoted; DATABASE_URL names both."""
    programs = next((one for one in found.values() if (one / "pg_basebackup").exists()), None)
    if programs is None:
        return Outcome.not_tried(SUBJECT, _FAILOVER, "no server here comes with pg_basebackup")
    place.mkdir()
    with running(programs, place / "first") as first:
        first.tell("CREATE DATABASE pair")
        second = Foreign(programs, place / "second")
        second.copy_of(first)
        try:
            second.start()
            return _pair(first, second, place)
        finally:
            second.end()


def _pair(first: Foreign, second: Foreign, place: Path) -> Outcome:
    address = url("pair", first.port, second.port, more="?target_session_attrs=read-write")
    ledger = Ledger()
    data = place / "data"
    with Serving(place, data, environ={"DATABASE_URL": address}) as serving:
        serving.begin()
        trial = Trial(serving)
        first.end()
        trial.says("cannot be reached", "was shut down")
        trial.goes_on()
        second.control("promote")
        trial.mends_itself()
        shown = serving.last_sample()
        serving.stop()
    _closed(place, data, address, shown, ledger, trial)
    wrong = trial.wrong + ledger.wrong
    note = "the standby had received all that was committed; what was not committed yet came from the journal"
    return Outcome(SUBJECT, _FAILOVER, 1, not wrong, "; ".join(wrong) or "nothing", note)
