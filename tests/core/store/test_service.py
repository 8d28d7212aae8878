"""The store as the engine uses it: its thread, what it says of itself, and how it ends."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from perfwatch_core.bus import Bus, Inbox
from perfwatch_core.sample import Sample
from perfwatch_core.settings import Settings
from perfwatch_core.store.cluster import Cluster
from perfwatch_core.store.link import Bell, Stopped
from perfwatch_core.store.service import StoreService, journal_name, server_of
from perfwatch_core.store.state import Role, StoreProblem
from tests.core.store.residents import Town
from tests.core.store.samples import CATALOGUE, numbered, sample
from tests.core.store.waiting import until

SECONDS = 10.0
# For an end beside a silent server: it is given up at six tenths of them, before the last commit's own second is over.
SILENT_SECONDS = 1.6


def url(town: Town) -> str:
    """DATABASE_URL for it."""
    return f"postgresql:///{town.params['dbname']}?host={town.params['host']}&user={town.params['user']}"


@contextlib.contextmanager
def stopped(pid: int) -> Iterator[None]:
    """A process that does nothing for a while."""
    os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(pid, signal.SIGCONT)


class Home:
    """A service with a bus, and what it told."""

    def __init__(self, settings: Settings) -> None:
        self.roles: list[Role] = []
        self.told: list[str] = []
        self.bus: Bus[Sample] = Bus()
        self.configured: list[str] = []
        self.service = StoreService(
            settings, CATALOGUE, lambda: 0.5, self._take_role, self.configured.append, self.bus.publish
        )
        self.bus.join(self.service.inbox)

    def _take_role(self, role: Role) -> None:
        self.told.append(self.service.state(role).text)
        self.roles.append(role)


@pytest.fixture
def settings(town: Town, tmp_path: Path) -> Settings:
    """A database elsewhere, a journal here."""
    return Settings(database_url=url(town), data_dir=tmp_path)


@pytest.fixture
def home(settings: Settings) -> Iterator[Home]:
    """Running."""
    one = Home(settings)
    one.service.start()
    yield one
    assert one.service.stop() == []


def test_samples_come_to_the_database_also_those_of_the_last_moment(home: Home, town: Town) -> None:
    """A stop commits what is open."""
    assert home.service.state(Role.STARTING).text == "The external database is starting."
    until(lambda: home.roles == [Role.COLLECTING])
    for one in numbered(3):
        home.bus.publish(one)
    until(lambda: home.service.queued() == 3 and not len(home.service.inbox))
    state = home.service.state(Role.COLLECTING)
    assert (state.kind, state.ok, state.text) == ("external", True, "Samples are stored in the external database.")
    assert state.size_bytes is not None
    assert state.size_bytes > 1_000_000
    assert home.service.machine_id == 1
    assert home.service.pids() == ()
    assert home.service.notices() == ()
    assert home.service.stop() == []
    assert town.stored() == [1, 2, 3]


@pytest.mark.expects_log("the store stumbled and goes on")
def test_a_wait_that_fails_ends_nothing(home: Home, town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    """As poll(2) does for a process that may open fewer files than it has open."""
    wait, failures = Bell.wait, iter((OSError(22, "Invalid argument"),))

    def failing(bell: Bell, seconds: float, *others: int) -> bool:
        for failure in failures:
            raise failure
        return wait(bell, seconds, *others)

    monkeypatch.setattr(Bell, "wait", failing)
    until(lambda: home.roles == [Role.COLLECTING])
    home.bus.publish(sample(1))
    assert home.service.stop(SECONDS) == []
    assert town.stored() == [1]


def test_a_second_one_says_that_another_stores(home: Home, settings: Settings) -> None:
    """And gets what the first is given."""
    until(lambda: home.roles == [Role.COLLECTING])
    other = Home(settings)
    other.service.start()
    until(lambda: other.roles == [Role.FOLLOWING])
    # also in the moment of being told, when whoever asks for the role gets the new one already
    assert other.told == ["Another PerfWatch stores this machine's samples in the external database."]
    seen: Inbox[Sample] = Inbox(None, Bell().set)
    other.bus.join(seen)
    numbers = numbered(1000)

    def published() -> bool:
        home.bus.publish(next(numbers))
        return len(seen) > 2

    until(published)
    assert seen.take()[-1].values.keys() == sample(1).values.keys()
    assert other.service.queued() == 0
    assert other.service.stop() == []


def test_settings_are_kept_in_the_database(home: Home) -> None:
    """For other processes and the next start."""
    home.service.set_config("interval", 2.5).result(SECONDS)
    home.service.set_config("interval", 1).result(SECONDS)
    home.service.set_config("pinned", ["cpu.per_core[0]", {"a": None}]).result(SECONDS)
    assert home.service.get_config().result(SECONDS) == {"interval": 1, "pinned": ["cpu.per_core[0]", {"a": None}]}
    until(lambda: home.configured == ["interval", "interval", "pinned"])


def test_a_job_reads_on_a_connection_of_its_own(home: Home) -> None:
    """While there is a database, and says why there is none before."""
    until(lambda: home.roles == [Role.COLLECTING])
    assert home.service.run(lambda link: link.execute("SELECT 7").fetchone()).result(SECONDS) == (7,)


def test_switched_off_it_stores_nothing_and_says_so(tmp_path: Path) -> None:
    """No thread, no files, no database; the window works all the same."""
    home = Home(Settings(data_dir=tmp_path / "none", background_collection=False))
    home.service.start()
    assert home.roles == [Role.ALONE]
    for one in numbered(5):
        home.bus.publish(one)
    said = "Nothing is stored: BACKGROUND_COLLECTION_ENABLED is off."
    state = home.service.state(Role.ALONE)
    assert (state.kind, state.ok, state.text) == ("off", True, said)
    assert home.service.queued() == 0
    for future in (home.service.get_config(), home.service.run(lambda link: link.info.dbname)):
        with pytest.raises(StoreProblem, match="Nothing is stored"):
            future.result(SECONDS)
    assert home.service.stop() == []
    assert not (tmp_path / "none").exists()


@pytest.mark.expects_log("the database is away")
def test_without_a_database_it_says_why_and_keeps_what_comes(tmp_path: Path) -> None:
    """On the disk, for the next start."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    settings = Settings(database_url=f"postgresql://me:secret@127.0.0.1:{port}/d", data_dir=tmp_path)
    home = Home(settings)
    home.service.start()
    until(lambda: home.roles == [Role.ALONE])
    state = home.service.state(Role.ALONE)
    assert not state.ok
    assert state.text == (
        f"127.0.0.1:{port}, database d cannot be reached (Connection refused); start the server or correct DATABASE_URL"
    )
    with pytest.raises(StoreProblem, match=r"The database is away: 127\.0\.0\.1.* cannot be reached"):
        home.service.get_config().result(SECONDS)
    with pytest.raises(StoreProblem, match="cannot be reached"):
        home.service.run(lambda link: link.info.dbname).result(SECONDS)
    for one in numbered(4):
        home.bus.publish(one)
    until(lambda: home.service.queued() == 4 and not len(home.service.inbox))
    assert home.service.stop() == []
    assert len(list((tmp_path / "journal").glob("*.spool"))) == 1
    again = Home(settings)
    again.service.start()
    until(lambda: again.service.queued() == 4)
    assert again.service.stop() == []


def test_a_server_that_is_silent_does_not_hold_up_the_end(town: Town, settings: Settings) -> None:
    """Its process is stopped in the middle; what was open is in the journal."""
    home = Home(settings)
    home.service.start()
    until(lambda: home.roles == [Role.COLLECTING])
    mine = "SELECT pid FROM pg_stat_activity WHERE datname = '{0}' AND application_name LIKE 'perfwatch %'"
    with stopped(town.tell(mine)):
        for one in numbered(4):
            home.bus.publish(one)
        until(lambda: home.service.queued() == 4 and not len(home.service.inbox))
        assert home.service.stop(SILENT_SECONDS) == []
        assert len(list((settings.data_dir / "journal").glob("*.spool"))) == 1
    again = Home(settings)
    again.service.start()
    until(lambda: again.service.queued() == 0 and again.roles == [Role.COLLECTING])
    assert again.service.stop() == []
    assert town.stored() == [1, 2, 3, 4]


def test_a_question_that_is_not_answered_does_not_hold_up_the_end(home: Home, town: Town) -> None:
    """Whoever asked is told; that this process ends is no trouble of the database, and none is logged."""
    until(lambda: home.roles == [Role.COLLECTING])
    mine = "SELECT pid FROM pg_stat_activity WHERE datname = '{0}' AND application_name LIKE 'perfwatch %'"
    with stopped(town.tell(mine)):
        answer = home.service.get_config()
        until(answer.running)
        assert home.service.stop(SILENT_SECONDS) == []
    with pytest.raises(Stopped):
        answer.result(0)


def test_each_database_has_its_journal(tmp_path: Path) -> None:
    """And without DATABASE_URL each data directory its own cluster."""
    private = Settings(data_dir=tmp_path)
    assert isinstance(server_of(private), Cluster)
    names = {
        journal_name(one)
        for one in (
            private,
            replace(private, data_dir=tmp_path / "other"),
            replace(private, database_url="postgresql://h/d"),
            replace(private, database_url="postgresql://h/e"),
            replace(private, database_url="postgresql://[h/d"),
        )
    }
    assert len(names) == 5
