"""The server on a thread and an event loop of its own, for a process whose main thread belongs to a window."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Callable, Coroutine
from concurrent.futures import Future
from typing import Any, TypeVar

from perfwatch_core.engine import Engine
from perfwatch_core.settings import Settings
from perfwatch_net.limits import Limits
from perfwatch_net.service import Service

log = logging.getLogger(__name__)

Answer = TypeVar("Answer")


class NotServing(Exception):
    """The server does not run (any more)."""


class Background:
    """Serves from `start` to `stop`, once. `told` receives sentences for a person, in the server's thread.

    `settings` say where it listens, by default those of the engine.
    """

    def __init__(
        self,
        engine: Engine,
        told: Callable[[str], None],
        settings: Settings | None = None,
        limits: Limits | None = None,
    ) -> None:
        self._engine = engine
        self._told = told
        self._settings = settings
        self._limits = limits
        self._opened: Future[str] = Future()
        self._thread = threading.Thread(target=self._run, name="net", daemon=True)
        self._lock = threading.Lock()
        self._running: tuple[asyncio.AbstractEventLoop, asyncio.Event, Service] | None = None
        self._stopping = False

    def start(self) -> Future[str]:
        """Begin; the page's address, or why there is none: CannotServe, SecretUnusable, PasswordRefused."""
        self._thread.start()
        return self._opened

    def stop(self, seconds: float = 2.0) -> bool:
        """Say goodbye to all viewers and end; False where it does not end in time."""
        with self._lock:
            self._stopping = True
            if self._running is not None:
                loop, stop, _ = self._running
                loop.call_soon_threadsafe(stop.set)
        if self._thread.ident is None:
            return True
        self._thread.join(seconds)
        return not self._thread.is_alive()

    @property
    def alive(self) -> bool:
        """Whether it serves, or is about to."""
        return self._thread.is_alive()

    @property
    def service(self) -> Service | None:
        """The server itself while it runs; it belongs to the event loop."""
        running = self._running
        return running[2] if running is not None else None

    @property
    def viewers(self) -> int:
        """How many watch the stream now."""
        running = self._running
        return len(running[2].hub) if running is not None else 0

    @property
    def connections(self) -> int:
        """How many are connected now, for whatever."""
        running = self._running
        return running[2].connections if running is not None else 0

    def set_password(self, password: str) -> Future[None]:
        """Give the admin a new password, which ends every session; PasswordRefused or NotReady say why not."""
        return self._ask(lambda service: service.set_password(password))

    def sign_everyone_out(self) -> Future[None]:
        """End every session; NotReady where the database is away."""
        return self._ask(lambda service: service.sign_everyone_out())

    def _ask(self, wish: Callable[[Service], Coroutine[Any, Any, Answer]]) -> Future[Answer]:
        # in the lock the loop cannot end between the look and the call
        with self._lock:
            if self._running is not None:
                loop, _, service = self._running
                return asyncio.run_coroutine_threadsafe(wish(service), loop)
        refused: Future[Answer] = Future()
        refused.set_exception(NotServing("the server does not run; switch it on first"))
        return refused

    def _run(self) -> None:
        try:
            asyncio.run(self._serve())
        # whatever it is, it is told to whoever waits for the address, or to the log
        except Exception as error:
            if self._opened.done():
                log.exception("the server ended by itself")
            else:
                self._opened.set_exception(error)

    async def _serve(self) -> None:
        stop = asyncio.Event()
        service = Service(self._engine, self._told, self._settings, self._limits)
        with self._lock:
            if self._stopping:
                stop.set()
            self._running = asyncio.get_running_loop(), stop, service
        try:
            await service.run(stop, lambda: self._opened.set_result(service.server.url))
        finally:
            with self._lock:
                self._running = None
