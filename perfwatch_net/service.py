"""Builds the server from its parts, on the event loop of whoever runs it, and keeps it up to date."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import secrets
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from perfwatch_core.engine import Engine
from perfwatch_core.settings import Settings
from perfwatch_net.accounts import Accounts, NotReady
from perfwatch_net.auth import SECRET_BYTES, Tokens, signing_secret
from perfwatch_net.every_endpoint import every_endpoint
from perfwatch_net.house import House
from perfwatch_net.http import Http
from perfwatch_net.hub import Hub
from perfwatch_net.limits import Limits
from perfwatch_net.openmetrics import exposition
from perfwatch_net.server import Server
from perfwatch_net.site import Site
from perfwatch_net.sockets import Sockets

log = logging.getLogger(__name__)

# How soon a password changed by another process ends the sessions here.
_LOOK_AGAIN_SECONDS = 20.0
_FIRST_LOOK_SECONDS = 0.5


class Service:
    """The whole server of one engine. `told` receives sentences for the person who started it."""

    def __init__(
        self,
        engine: Engine,
        told: Callable[[str], None],
        settings: Settings | None = None,
        limits: Limits | None = None,
    ) -> None:
        self._engine = engine
        self._told = told
        self._settings = settings = settings or engine.settings
        self.accounts = Accounts(engine.store, Tokens(self._secret()))
        self.house = house = House(limits or Limits())
        self.hub = Hub(engine.bus, engine.catalogue, house.limits.unread_bytes)
        self._encoder = ThreadPoolExecutor(1, thread_name_prefix="answers")
        endpoints = every_endpoint(engine, self.accounts, self.hub, self._encoder)
        self._sockets = Sockets(endpoints, self.accounts, self.hub, house)
        http = Http(endpoints, self.accounts, Site(), self._metrics_text, settings.metrics_open)
        self.server = Server(settings, http, self._sockets, house)
        engine.vitals.clients = lambda: len(self.hub)

    def _secret(self) -> bytes:
        """The kept secret; one for this run only where none can be kept, for samples matter more than logins."""
        try:
            return signing_secret(self._settings.data_dir, self._settings.jwt_secret)
        except OSError as error:
            self._told(f"the next start ends all logins: the secret they are signed with cannot be kept ({error})")
            return secrets.token_bytes(SECRET_BYTES)

    @property
    def connections(self) -> int:
        """How many are connected now, for whatever."""
        return len(self.house.crowd)

    async def run(self, stop: asyncio.Event, opened: Callable[[], None] = lambda: None) -> None:
        """Serve until `stop` is set, calling `opened` once it can be reached.

        Raises CannotServe where the port cannot be had, PasswordRefused for an unusable first password.
        """
        tasks: list[asyncio.Task[Any]] = []
        try:
            await self.server.open()
            self._told(f"the page is at {self.server.url}")
            opened()
            tasks += map(asyncio.ensure_future, (self.hub.run(), self._mind_accounts(), stop.wait()))
            ended, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            for task in ended:
                # one that failed ends the server, in the open
                task.result()
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            await self.server.close()
            self.accounts.close()
            self._encoder.shutdown(wait=True, cancel_futures=True)

    async def set_password(self, password: str) -> None:
        """Give the admin a new password, as whoever owns this process may; ends every session."""
        await self.accounts.set_password(self._settings.admin_username, password)
        self._sockets.drop_void()

    async def sign_everyone_out(self) -> None:
        """End every session."""
        await self.accounts.sign_everyone_out()
        self._sockets.drop_void()

    async def _mind_accounts(self) -> None:
        """Make the first user once the database is there; then notice what other processes change."""
        ready = False
        while True:
            with contextlib.suppress(NotReady):
                if ready:
                    await self.accounts.reload()
                else:
                    await self._first_user()
                    ready = True
                self._sockets.drop_void()
            await asyncio.sleep(_LOOK_AGAIN_SECONDS if ready else _FIRST_LOOK_SECONDS)

    async def _first_user(self) -> None:
        settings = self._settings
        made = await self.accounts.prepare(settings.admin_username, settings.admin_password)
        if made:
            self._told(f"first login: user {settings.admin_username!r}, password {made!r}, to be changed at once")

    def _metrics_text(self) -> str | None:
        sample = self._engine.newest
        return None if sample is None else exposition(sample, self._engine.catalogue)
