"""Logging in, changing a password, signing out: the rules, with bcrypt and the database off the event loop."""

from __future__ import annotations

import asyncio
import contextlib
import secrets
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, Protocol, TypeVar

from perfwatch_core.store import accounts as rows
from perfwatch_core.store.accounts import Account
from perfwatch_core.store.link import Link
from perfwatch_net.auth import TOKEN_SECONDS, Identity, TokenRefused, Tokens, new_password, password_fits
from perfwatch_net.limits import Limiter

Answer = TypeVar("Answer")


class Rows(Protocol):
    """Where the users are: the part of the store that is needed here."""

    def run(self, job: Callable[[Link], Answer]) -> Future[Answer]:
        """Do a job on a connection; the future fails where there is none."""
        ...


class LoginRefused(Exception):
    """Wrong name or password; which of them is not said."""


class TooManyTries(Exception):
    """Refused without looking; `seconds` until the next try."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"too many failed logins; try again in {seconds:.0f} s")
        self.seconds = seconds


class NotReady(Exception):
    """The database cannot be reached, so nobody can be let in yet."""


class Accounts:
    """The users as this server knows them. A copy is kept, so that tokens are checked while the database is away."""

    def __init__(self, store: Rows, tokens: Tokens, clock: Callable[[], float] = time.monotonic) -> None:
        self._store = store
        self._tokens = tokens
        self._known: dict[str, Account] = {}
        self._epoch = 0
        self.generation = 0  # counts changes after which earlier tokens may be void
        # one thread: however many log in at once, passwords never cost more than one processor
        self._bcrypt = ThreadPoolExecutor(1, thread_name_prefix="passwords")
        # five tries at once, then one every 12 s from an address; a name may be tried from many addresses
        self._by_address = Limiter(5, 12.0, clock=clock)
        self._by_name = Limiter(20, 6.0, clock=clock)

    def close(self) -> None:
        """End the thread for passwords."""
        self._bcrypt.shutdown(wait=True, cancel_futures=True)

    async def prepare(self, username: str, password: str) -> str:
        """Make sure that there is a user; the random password that was made, empty where none had to be."""
        await self.reload()
        if self._known:
            return ""
        made = "" if password else secrets.token_urlsafe(12)
        password_hash = await self._aside(new_password, password or made)
        created = await self._ask(lambda link: rows.create(link, username, password_hash, bool(made)))
        await self.reload()
        return made if created else ""

    async def reload(self) -> None:
        """Look again at who there is; another process may have changed a password."""
        found, epoch = await self._ask(lambda link: (rows.accounts(link), rows.sign_out_epoch(link)))
        marks = {one.username: one.password_hash for one in found}, epoch
        if marks != ({name: one.password_hash for name, one in self._known.items()}, self._epoch):
            self.generation += 1
        self._known, self._epoch = {one.username: one for one in found}, epoch

    async def login(self, username: str, password: str, address: str) -> dict[str, Any]:
        """A token for the right password, after as much work as for a wrong one."""
        keys = ("address", address), ("name", username)
        self._may_try(*keys)
        with contextlib.suppress(NotReady):
            await self.reload()
        if not self._known:
            raise NotReady("the database is not there yet, so nobody can log in; try again soon")
        # again, for others tried meanwhile; counted before the slow part: a hundred tries at once are a hundred tries
        self._try(*keys)
        account = self._known.get(username)
        if not await self._aside(password_fits, password, account.password_hash if account else None):
            raise LoginRefused("wrong user name or password")
        self._forgive(*keys)
        with contextlib.suppress(NotReady):
            await self._ask(lambda link: rows.logged_in(link, username))
        return self._granted(username)

    async def change_password(self, username: str, old: str, new: str, address: str) -> dict[str, Any]:
        """Set a new password, which ends every earlier token; the answer holds a new one.

        A wrong old one counts as a failed login, for a stolen token must not be worth a password.
        """
        keys = ("address", address), ("name", username)
        self._try(*keys)
        account = self._known.get(username)
        if not await self._aside(password_fits, old, account.password_hash if account else None):
            raise LoginRefused("the present password is wrong")
        self._forgive(*keys)
        password_hash = await self._aside(new_password, new)
        await self._ask(lambda link: rows.set_password(link, username, password_hash))
        await self.reload()
        return self._granted(username)

    async def set_password(self, username: str, password: str) -> None:
        """Set a password without knowing the old one, and make the user where there is none."""
        password_hash = await self._aside(new_password, password)

        def job(link: Link) -> None:
            if not rows.set_password(link, username, password_hash):
                rows.create(link, username, password_hash, must_change=False)

        await self._ask(job)
        await self.reload()

    async def sign_everyone_out(self) -> None:
        """End every token there is."""
        await self._ask(rows.sign_everyone_out)
        await self.reload()

    @property
    def ready(self) -> bool:
        """Whether it is known who there is; before, no token can be judged."""
        return bool(self._known)

    def check(self, token: str) -> Identity:
        """Who holds the token; raises TokenRefused."""
        return self._tokens.check(token, self._hash_of, self._epoch)

    def account(self, username: str) -> Account:
        """What is known of a user; raises TokenRefused for one who is gone."""
        try:
            return self._known[username]
        except KeyError:
            raise TokenRefused("the user does not exist any more; log in again") from None

    def _may_try(self, by_address: tuple[str, str], by_name: tuple[str, str]) -> None:
        wait = max(self._by_address.wait(by_address), self._by_name.wait(by_name))
        if wait > 0:
            raise TooManyTries(wait)

    def _try(self, by_address: tuple[str, str], by_name: tuple[str, str]) -> None:
        self._may_try(by_address, by_name)
        self._by_address.take(by_address)
        self._by_name.take(by_name)

    def _forgive(self, by_address: tuple[str, str], by_name: tuple[str, str]) -> None:
        self._by_address.forgive(by_address)
        self._by_name.forgive(by_name)

    def _hash_of(self, username: str) -> str | None:
        account = self._known.get(username)
        return account.password_hash if account else None

    def _granted(self, username: str) -> dict[str, Any]:
        account = self.account(username)
        return {
            "access_token": self._tokens.issue(username, account.password_hash, self._epoch),
            "token_type": "bearer",
            "expires_in": TOKEN_SECONDS,
            "must_change_password": account.must_change,
        }

    async def _aside(self, work: Callable[..., Answer], *args: Any) -> Answer:
        return await asyncio.get_running_loop().run_in_executor(self._bcrypt, work, *args)

    async def _ask(self, job: Callable[[Link], Answer]) -> Answer:
        try:
            return await asyncio.wrap_future(self._store.run(job))
        # whatever the store's trouble is, its words are for the log and the status line, not for strangers
        except Exception as error:
            raise NotReady("the database cannot be reached just now; try again soon") from error
