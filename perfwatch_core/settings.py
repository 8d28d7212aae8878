"""Every setting, declared once: its name in code, environment and command line, default, meaning."""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from perfwatch_core.accepted import (
    COLLECTED_TYPES,
    absolute_path,
    choice,
    cpu_list,
    number,
    postgresql_url,
    switch,
    type_list,
    whole,
)
from perfwatch_core.setting import BadSetting, Setting, parsed

LOG_LEVELS = ("debug", "info", "warning", "error")


def default_data_dir(environ: Mapping[str, str] = os.environ) -> Path:
    """`$XDG_DATA_HOME/perfwatch`, by default `~/.local/share/perfwatch` (XDG Base Directory 0.8)."""
    base = environ.get("XDG_DATA_HOME", "")
    # the specification says that a relative path is invalid and to be ignored
    return (Path(base) if base.startswith("/") else Path.home() / ".local/share") / "perfwatch"


def _declare(default: Any, setting: Setting) -> Any:
    return dataclasses.field(default=default, metadata={"setting": setting})


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
            postgresql_url,
        ),
    )
    data_dir: Path = _declare(
        Path(),
        Setting(
            "PERFWATCH_DATA_DIR",
            "--data-dir",
            "a directory that you may write to",
            "where the private database and the journal live (default: $XDG_DATA_HOME/perfwatch)",
            absolute_path,
        ),
    )
    interval: float = _declare(
        5.0,
        Setting(
            "SAMPLING_INTERVAL_SECONDS",
            "--interval",
            "a number of seconds from 0.5 to 60",
            "seconds between two samples (default: 5)",
            number(0.5, 60),
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
            switch,
        ),
    )
    perf_events: bool = _declare(
        True,
        Setting(
            "PERF_EVENTS_ENABLED",
            None,
            "on or off",
            "read hardware counters with perf (default: on)",
            switch,
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
            whole(100, 60000),
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
            switch,
            live=True,
        ),
    )
    collectors_off: str = _declare(
        "",
        Setting(
            "PERFWATCH_COLLECTORS_OFF",
            None,
            "metric types with commas between them, out of " + ", ".join(COLLECTED_TYPES),
            "what is not collected (default: nothing is left out)",
            type_list,
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
            choice(*LOG_LEVELS),
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
                    changes[name] = parsed(name, setting, str(stored[name]), "the stored configuration")
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
