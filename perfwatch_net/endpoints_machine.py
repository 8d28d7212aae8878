"""The endpoints of the machine and of PerfWatch itself: the stream, health, settings, facts."""

from __future__ import annotations

import platform
from datetime import UTC, datetime
from typing import Any

import msgspec

from perfwatch_core.collectors.facts import facts
from perfwatch_core.command_line import program_version
from perfwatch_core.engine import Engine
from perfwatch_core.setting import BadSetting
from perfwatch_core.settings import declared
from perfwatch_core.sources import changed
from perfwatch_net.endpoints import Access, Caller, Endpoints, NoParams
from perfwatch_net.wire import INVALID_PARAMS, RpcError

# A sample older than this many intervals means that sampling has stopped.
_LATE_INTERVALS = 3


class ConfigChange(msgspec.Struct, forbid_unknown_fields=True):
    """Settings to change, by name; `GET /api/config` lists those that can be."""

    settings: dict[str, str | int | float | bool]


class MachineEndpoints:
    """What PerfWatch is doing, and on what."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def declare(self, endpoints: Endpoints) -> None:
        """Add all of them."""
        endpoints.add("health", Access.OPEN, NoParams, self.health, "/health")
        endpoints.add("db.status", Access.OPEN, NoParams, self.db_status, "/api/db-status")
        endpoints.add("metrics.subscribe", Access.FULL, NoParams, self.subscribe)
        endpoints.add("metrics.unsubscribe", Access.FULL, NoParams, self.unsubscribe)
        endpoints.add("config.get", Access.FULL, NoParams, self.config, "/api/config")
        endpoints.add("config.update", Access.FULL, ConfigChange, self.change)
        endpoints.add("system.info", Access.FULL, NoParams, self.system)

    async def health(self, _caller: Caller, _params: NoParams) -> dict[str, Any]:
        """Say whether samples are being taken."""
        age, state = self._engine.newest_age, self._engine.state()
        fresh = age is not None and age < _LATE_INTERVALS * state.interval
        status = "ok" if fresh else "starting" if age is None else "stale"
        return {"status": status, "role": state.role, "last_sample_seconds": None if age is None else round(age, 1)}

    async def db_status(self, _caller: Caller, _params: NoParams) -> dict[str, Any]:
        """Say whether the store takes samples; no names, no addresses."""
        database = self._engine.state().database
        return {"ok": database.ok, "kind": database.kind, "queued": self._engine.vitals.queued()}

    async def subscribe(self, caller: Caller, _params: NoParams) -> dict[str, Any]:
        """Send each sample on this socket as a `metrics` notification, the newest at once."""
        return self._subscribe(caller, True)

    async def unsubscribe(self, caller: Caller, _params: NoParams) -> dict[str, Any]:
        """Send no more samples on this socket."""
        return self._subscribe(caller, False)

    def _subscribe(self, caller: Caller, on: bool) -> dict[str, Any]:
        assert caller.subscribe is not None  # both are reached by a socket only: they have no path
        caller.subscribe(on)
        return {"subscribed": on}

    async def config(self, _caller: Caller, _params: NoParams) -> dict[str, Any]:
        """Give facts of the machine and of the store, and the settings with what each accepts."""
        state, settings = self._engine.state(), self._engine.settings
        return {
            "system": _system(),
            "role": state.role,
            "database": {**msgspec.to_builtins(state.database), "queued": self._engine.vitals.queued()},
            "notices": state.notices,
            "data_dir": str(state.data_dir),
            "settings": {
                name: {
                    "value": getattr(settings, name),
                    "source": settings.sources.get(name, "default"),
                    "accepts": setting.accepts.words,
                    "help": setting.help,
                }
                for name, setting in declared().items()
                if setting.live
            },
        }

    async def change(self, caller: Caller, params: ConfigChange) -> dict[str, Any]:
        """Change settings at once and remember them; all of them, or none."""
        texts = {}
        for name, value in params.settings.items():
            if name not in declared():
                raise RpcError(INVALID_PARAMS, f"there is no setting {name[:60]!r}; config.get lists them")
            texts[name] = ("on" if value else "off") if isinstance(value, bool) else str(value)
        try:
            for name, text in texts.items():
                changed(self._engine.settings, name, text)
        except BadSetting as bad:
            raise RpcError(INVALID_PARAMS, str(bad)) from None
        for name, text in texts.items():
            self._engine.change(name, text)
        return await self.config(caller, NoParams())

    async def system(self, _caller: Caller, _params: NoParams) -> dict[str, Any]:
        """Give facts of the machine."""
        return _system()


def _system() -> dict[str, Any]:
    """Names and sizes that do not change while running; memory in bytes."""
    found = facts()
    return {
        "hostname": found.hostname,
        "system": found.system,
        "kernel": f"Linux {found.kernel}",
        "architecture": found.architecture,
        "cpus": found.processors,
        "cores": found.cores,
        "memory_bytes": found.memory_bytes,
        "swap_bytes": found.swap_bytes,
        "booted": None if found.booted is None else datetime.fromtimestamp(found.booted, UTC).isoformat(),
        "python": platform.python_version(),
        "perfwatch": program_version(),
    }
