"""Where settings come from: flags, then environment, `.env`, what is stored, and defaults."""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from perfwatch_core.setting import BadSetting, Setting, parsed
from perfwatch_core.settings import CHANGED, Settings, declared


def load(
    flags: Mapping[str, str | None],
    environ: Mapping[str, str] = os.environ,
    directory: Path | None = None,
) -> Settings:
    """Settings from flags over environment over the `.env` file of `directory` over defaults.

    Raises BadSetting for the first value that is not accepted.
    """
    dotenv = _dotenv((directory or Path()) / ".env")
    values: dict[str, Any] = {}
    sources: dict[str, str] = {}
    for name, setting in declared().items():
        given = flags.get(name)
        if given is not None:
            sources[name] = setting.flag or name
        else:
            given = _from(environ, setting, name, sources, "") or _from(dotenv, setting, name, sources, ".env ")
        if given is not None:
            values[name] = parsed(name, setting, given, sources[name])
    return Settings(**values, sources=sources)


def _from(where: Mapping[str, str], setting: Setting, name: str, sources: dict[str, str], place: str) -> str | None:
    """The first of the setting's names that is set, not empty, in `where`."""
    for env in setting.names:
        if where.get(env):
            sources[name] = place + env
            return where[env]
    return None


def _dotenv(path: Path) -> dict[str, str]:
    """The pairs in a `.env` file, none where there is no such file; BadSetting where it cannot be read."""
    try:
        if not path.is_file():
            return {}
        # imported here: most runs have no .env file, and each import is start-up time
        from dotenv import dotenv_values

        return {key: value for key, value in dotenv_values(path).items() if value is not None}
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is no text in UTF-8"
        raise BadSetting(
            f"{path.absolute()} cannot be read ({why}); it takes lines like SAMPLING_INTERVAL_SECONDS=2"
        ) from None


def changed(settings: Settings, name: str, text: str) -> Settings:
    """The settings after a person changed one while running; BadSetting where the text is not accepted."""
    setting = declared()[name]
    if not setting.live:
        raise BadSetting(f"{name} cannot be changed while PerfWatch runs; set {setting.env} and start it again")
    value = parsed(name, setting, text, name)
    return dataclasses.replace(settings, **{name: value}, sources={**settings.sources, name: CHANGED})
