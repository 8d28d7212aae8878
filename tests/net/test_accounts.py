"""The users: made at the first start, known while the database is away, and never tried too often."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Iterator
from concurrent.futures import Future
from typing import Any, TypeVar

import pytest

from perfwatch_core.store import accounts as rows
from perfwatch_core.store.cluster import Cluster
from perfwatch_core.store.jobs import Jobs
from perfwatch_core.store.link import Link
from perfwatch_core.store.state import StoreProblem
from perfwatch_net import auth
from perfwatch_net.accounts import Accounts, LoginRefused, NotReady, TooManyTries
from perfwatch_net.auth import PasswordRefused, TokenRefused, Tokens
from tests.core.conftest import fresh_database
from tests.core.store.tables import with_tables
from tests.net.rig import with_quick_passwords

Answer = TypeVar("Answer")
SECRET = b"s" * 32


class Store:
    """The users' database, which can be away."""

    def __init__(self, params: dict[str, str]) -> None:
        self.away = False
        self.jobs = Jobs(lambda: "The database is away." if self.away else params)

    def run(self, job: Callable[[Link], Answer]) -> Future[Answer]:
        if self.away:
            refused: Future[Answer] = Future()
            refused.set_exception(StoreProblem("secret words about the database"))
            return refused
        return self.jobs.run(job)


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(scope="module", name="kept")
def _kept(cluster: Cluster) -> Iterator[Store]:
    with fresh_database(cluster) as params:
        with_tables(params).close()
        one = Store(params)
        one.run(rows.accounts).result(10)
        yield one
        assert one.jobs.close(5)


@pytest.fixture
def store(kept: Store) -> Store:
    """Without users."""
    kept.away = False
    kept.run(lambda link: link.execute("TRUNCATE users, config").rowcount).result(10)
    return kept


@pytest.fixture
def accounts(store: Store, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> Iterator[Accounts]:
    with_quick_passwords(monkeypatch)
    one = Accounts(store, Tokens(SECRET), clock)
    yield one
    one.close()


def run(job: Coroutine[Any, Any, Answer]) -> Answer:
    return asyncio.run(job)


def test_the_first_user_gets_a_random_password_once_and_must_change_it(accounts: Accounts) -> None:
    made = run(accounts.prepare("admin", ""))
    assert len(made) >= 16
    assert run(accounts.prepare("admin", "")) == ""
    granted = run(accounts.login("admin", made, "a"))
    assert granted["must_change_password"] is True
    changed = run(accounts.change_password("admin", made, "one of my own", "a"))
    assert changed["must_change_password"] is False
    with pytest.raises(LoginRefused):
        run(accounts.login("admin", made, "a"))


def test_a_given_first_password_need_not_be_changed(accounts: Accounts) -> None:
    assert run(accounts.prepare("root", "given by admin")) == ""
    assert run(accounts.login("root", "given by admin", "a"))["must_change_password"] is False
    # who is there already stays as he is
    assert run(accounts.prepare("root", "another password")) == ""
    assert "access_token" in run(accounts.login("root", "given by admin", "a"))


def test_a_first_password_that_is_not_accepted_is_told(accounts: Accounts) -> None:
    with pytest.raises(PasswordRefused, match="at most 72"):
        run(accounts.prepare("admin", "x" * 73))


def test_an_address_has_five_tries_and_then_one_each_twelve_seconds(accounts: Accounts, clock: Clock) -> None:
    run(accounts.prepare("admin", "the right password"))
    for number in range(5):
        with pytest.raises(LoginRefused):
            run(accounts.login(f"name {number}", "guess", "a"))
    with pytest.raises(TooManyTries, match="try again in 12 s") as refused:
        run(accounts.login("admin", "the right password", "a"))
    assert refused.value.seconds == 12
    assert "access_token" in run(accounts.login("admin", "the right password", "b"))
    clock.now += 12
    assert "access_token" in run(accounts.login("admin", "the right password", "a"))
    # a success forgives
    for _ in range(5):
        with pytest.raises(LoginRefused):
            run(accounts.login("admin", "guess", "a"))


def test_a_name_has_twenty_tries_from_wherever(accounts: Accounts, clock: Clock) -> None:
    run(accounts.prepare("admin", "the right password"))
    for number in range(20):
        with pytest.raises(LoginRefused):
            run(accounts.login("admin", "guess", f"address {number}"))
    with pytest.raises(TooManyTries):
        run(accounts.login("admin", "the right password", "another address"))
    with pytest.raises(LoginRefused):
        run(accounts.login("nobody", "guess", "another address"))
    clock.now += 6
    assert "access_token" in run(accounts.login("admin", "the right password", "another address"))


def test_tries_at_once_are_all_counted(accounts: Accounts) -> None:
    run(accounts.prepare("admin", "the right password"))

    async def many() -> list[str]:
        tries = [accounts.login("admin", f"guess {number}", "a") for number in range(30)]
        return [type(one).__name__ for one in await asyncio.gather(*tries, return_exceptions=True)]

    found = run(many())
    assert (found.count("LoginRefused"), found.count("TooManyTries")) == (5, 25)


def test_while_the_database_is_away_who_is_known_is_let_in(accounts: Accounts, store: Store) -> None:
    store.away = True
    for _ in range(10):
        # nothing was tried, so nothing counts
        with pytest.raises(NotReady, match="not there yet") as refused:
            run(accounts.login("admin", "the right password", "a"))
        assert "secret words" not in str(refused.value)
    store.away = False
    run(accounts.prepare("admin", "the right password"))
    token = run(accounts.login("admin", "the right password", "a"))["access_token"]
    store.away = True
    assert accounts.check(token).username == "admin"
    assert "access_token" in run(accounts.login("admin", "the right password", "a"))
    with pytest.raises(NotReady):
        run(accounts.change_password("admin", "the right password", "a new password", "a"))


def test_what_another_process_changes_is_noticed_at_the_next_look(accounts: Accounts, store: Store) -> None:
    run(accounts.prepare("admin", "the right password"))
    token = run(accounts.login("admin", "the right password", "a"))["access_token"]
    before = accounts.generation
    run(accounts.reload())
    assert accounts.generation == before
    store.run(lambda link: rows.set_password(link, "admin", auth.new_password("set elsewhere"))).result(10)
    assert accounts.check(token).username == "admin"
    run(accounts.reload())
    assert accounts.generation == before + 1
    with pytest.raises(TokenRefused, match="password was changed"):
        accounts.check(token)
    token = run(accounts.login("admin", "set elsewhere", "a"))["access_token"]
    store.run(rows.sign_everyone_out).result(10)
    run(accounts.reload())
    with pytest.raises(TokenRefused):
        accounts.check(token)


def test_whoever_owns_the_process_sets_a_password_without_the_old_one(accounts: Accounts) -> None:
    run(accounts.set_password("admin", "made from nothing"))
    token = run(accounts.login("admin", "made from nothing", "a"))["access_token"]
    run(accounts.set_password("admin", "and changed again"))
    with pytest.raises(TokenRefused):
        accounts.check(token)
    assert run(accounts.login("admin", "and changed again", "a"))["must_change_password"] is False
