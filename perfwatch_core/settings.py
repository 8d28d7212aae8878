"""Every setting, declared once: its name in code, environment and command line, default, meaning."""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

PREFIX = "PERFWATCH_"
_ON = frozenset({"1", "true", "yes", "on"})
_OFF = frozenset({"0", "false", "no", "off"})
LOG_LEVELS = ("debug", "info", "warning", "error")


class BadSetting(ValueError):
    """A setting with a value that is not accepted; the message names setting, value and what is accepted."""


@dataclasses.dataclass(frozen=True, slots=True)
class Setting:
    """What is declared of one setting; `parse` turns its text into the value or raises ValueError."""

    env: str
    flag: str | None
    accepted: str
    help: str
    parse: Callable[[str], Any]
    live: bool = False  # may be changed while running and is then kept in the database

    @property
    def names(self) -> tuple[str, ...]:
        """The environment names, the strongest first."""
        if self.env.startswith(PREFIX):
            return (self.env,)
        return (PREFIX + self.env, self.env)


def default_data_dir(environ: Mapping[str, str] = os.environ) -> Path:
    """`$XDG_DATA_HOME/perfwatch`, by default `~/.local/share/perfwatch` (XDG Base Directory 0.8)."""
    base = environ.get("XDG_DATA_HOME", "")
    # the specification says that a relative path is invalid and to be ignored
    return (Path(base) if base.startswith("/") else Path.home() / ".local/share") / "perfwatch"


def _declare(default: Any, setting: Setting) -> Any:
    return dataclasses.field(default=default, metadata={"setting": setting})


def _number(least: float, most: float) -> Callable[[str], float]:
    def parse(text: str) -> float:
        number = float(text)
        if not least <= number <= most:
            raise ValueError
        return number

    return parse


def _whole(least: int, most: int) -> Callable[[str], int]:
    def parse(text: str) -> int:
        number = int(text)
        if not least <= number <= most:
            raise ValueError
        return number

    return parse


def _switch(text: str) -> bool:
    word = text.strip().lower()
    if word not in _ON | _OFF:
        raise ValueError
    return word in _ON


def _choice(*words: str) -> Callable[[str], str]:
    def parse(text: str) -> str:
        if text.lower() not in words:
            raise ValueError
        return text.lower()

    return parse


def _postgresql_url(text: str) -> str:
    if text and text.split("://", 1)[0] not in ("postgresql", "postgres", "postgresql+psycopg"):
        raise ValueError
    return text


def _absolute(text: str) -> Path:
    if not text.strip() or "\0" in text:
        raise ValueError
    return Path(text).expanduser().absolute()


def cpu_list(text: str) -> str:
    """`all` or a list like `0-3,6`, in the kernel's own notation; ValueError for anything else."""
    words = text.strip().lower()
    if words == "all":
        return words
    for part in words.split(","):
        first, dash, last = part.partition("-")
        if not first.isdecimal() or (dash and (not last.isdecimal() or int(last) < int(first))):
            raise ValueError(text)
    return words


@dataclasses.dataclass(frozen=True)
class Settings:
    """What one run of PerfWatch goes by; `sources` says for each name where its value came from."""

    database_url: str = _declare(
        "",
        Setting(
            "DATABASE_URL",
            "--database-url",
            "an address like postgresql://user@host:5432/name",
            "use this PostgreSQL instead of a private one",
            _postgresql_url,
        ),
    )
    data_dir: Path = _declare(
        Path(),
        Setting(
            "PERFWATCH_DATA_DIR",
            "--data-dir",
            "a directory that you may write to",
            "where the private database and the journal live (default: $XDG_DATA_HOME/perfwatch)",
            _absolute,
        ),
    )
    interval: float = _declare(
        5.0,
        Setting(
            "SAMPLING_INTERVAL_SECONDS",
            "--interval",
            "a number of seconds from 0.5 to 60",
            "seconds between two samples (default: 5)",
            _number(0.5, 60),
            live=True,
        ),
    )
    background_collection: bool = _declare(
        True,
        Setting(
            "BACKGROUND_COLLECTION_ENABLED",
            None,
            "on or off",
            "keep what is sampled in the database (default: on)",
            _switch,
        ),
    )
    perf_events: bool = _declare(
        True,
        Setting(
            "PERF_EVENTS_ENABLED",
            None,
            "on or off",
            "read hardware counters with perf (default: on)",
            _switch,
            live=True,
        ),
    )
    perf_cpus: str = _declare(
        "all",
        Setting(
            "PERF_EVENTS_CPU_CORES",
            None,
            "'all' or a list like 0-3,6",
            "the processors whose counters are read (default: all)",
            cpu_list,
            live=True,
        ),
    )
    perf_interval_ms: int = _declare(
        1000,
        Setting(
            "PERF_EVENTS_INTERVAL_MS",
            None,
            "a whole number of milliseconds from 100 to 60000",
            "how often perf reports (default: 1000)",
            _whole(100, 60000),
            live=True,
        ),
    )
    perf_per_core: bool = _declare(
        False,
        Setting(
            "PERF_EVENTS_PER_CORE",
            None,
            "on or off",
            "instructions per cycle of each core, at some cost (default: off)",
            _switch,
            live=True,
        ),
    )
    log_level: str = _declare(
        "warning",
        Setting(
            "PERFWATCH_LOG_LEVEL",
            "--log-level",
            "one of " + ", ".join(LOG_LEVELS),
            "how much is said on standard error (default: warning)",
            _choice(*LOG_LEVELS),
        ),
    )
    sources: Mapping[str, str] = dataclasses.field(default_factory=dict)

    def __post_init__(self) -> None:
        # the default depends on the environment of the run, not on that of the import
        if self.data_dir == Path():
            object.__setattr__(self, "data_dir", default_data_dir())

    def with_stored(self, stored: Mapping[str, Any]) -> Settings:
        """These settings with the database's values for those that nothing stronger has set.

        A stored value that is not accepted (an older program wrote it) is left aside.
        """
        changes: dict[str, Any] = {}
        for name, setting in declared().items():
            if setting.live and name in stored and name not in self.sources:
                try:
                    changes[name] = _parsed(name, setting, str(stored[name]), "the stored configuration")
                except BadSetting:
                    continue
        sources = {**self.sources, **dict.fromkeys(changes, "stored")}
        return dataclasses.replace(self, **changes, sources=sources)


def declared() -> dict[str, Setting]:
    """All settings by their name in code, in the order of the help."""
    return {
        field.name: field.metadata["setting"]
        for field in dataclasses.fields(Settings)
        if "setting" in field.metadata
    }


def load(
    flags: Mapping[str, str | None],
    environ: Mapping[str, str] = os.environ,
    directory: Path | None = None,
) -> Settings:
    """Settings from flags over environment over the `.env` file of `directory` over defaults.

    Raises BadSetting for the first value that is not accepted.
    """
    dotenv = _dotenv((directory or Path.cwd()) / ".env")
    values: dict[str, Any] = {}
    sources: dict[str, str] = {}
    for name, setting in declared().items():
        given = flags.get(name)
        if given is not None:
            sources[name] = setting.flag or name
        else:
            given = _from(environ, setting, name, sources, "") or _from(
                dotenv, setting, name, sources, ".env "
            )
        if given is not None:
            values[name] = _parsed(name, setting, given, sources[name])
    return Settings(**values, sources=sources)


def _from(
    where: Mapping[str, str], setting: Setting, name: str, sources: dict[str, str], place: str
) -> str | None:
    """The first of the setting's names that is set, not empty, in `where`."""
    for env in setting.names:
        if where.get(env):
            sources[name] = place + env
            return where[env]
    return None


def _parsed(name: str, setting: Setting, text: str, source: str) -> Any:
    try:
        return setting.parse(text)
    except ValueError:
        shown = _without_password(text) if name == "database_url" else text
        raise BadSetting(f"{source}: {shown!r} is not accepted; it takes {setting.accepted}") from None


def _without_password(url: str) -> str:
    """A URL that may go to a log: what stands between ':' and '@' of its authority is hidden."""
    head, at, tail = url.rpartition("@")
    scheme, slashes, user = head.rpartition("//")
    return f"{scheme}{slashes}{user.split(':')[0]}{at}{tail}" if at else url


def _dotenv(path: Path) -> dict[str, str]:
    """The pairs in a `.env` file, none where there is no such file."""
    if not path.is_file():
        return {}
    # imported here: most runs have no .env file, and each import is start-up time
    from dotenv import dotenv_values

    return {key: value for key, value in dotenv_values(path).items() if value is not None}
