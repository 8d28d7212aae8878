"""Every setting, declared once: its name in code, environment and command line, default, meaning."""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from perfwatch_core.accepted import (
    ADDRESS,
    CPU_LIST,
    DIRECTORY,
    FILE,
    NAME_LIST,
    PORT,
    POSTGRESQL_URL,
    SWITCH,
    TYPE_LIST,
    WORD,
    Accepts,
    choice,
    number,
    whole,
)
from perfwatch_core.setting import BadSetting, Setting, parsed

# Sources that are weaker than flag and environment: the database, and a person while it runs.
STORED, CHANGED = "stored", "changed here"


def default_data_dir(environ: Mapping[str, str] = os.environ) -> Path:
    """`$XDG_DATA_HOME/perfwatch`, by default `~/.local/share/perfwatch` (XDG Base Directory 0.8)."""
    base = environ.get("XDG_DATA_HOME", "")
    # the specification says that a relative path is invalid and to be ignored
    return (Path(base) if base.startswith("/") else Path.home() / ".local/share") / "perfwatch"


def _declare(default: Any, env: str, accepts: Accepts, help_: str, flag: str = "", live: bool = False) -> Any:
    setting = Setting(env, accepts, help_, flag or None, live)
    return dataclasses.field(default=default, metadata={"setting": setting})


@dataclasses.dataclass(frozen=True)
class Settings:
    """What one run of PerfWatch goes by; `sources` says for each name where its value came from."""

    database_url: str = _declare(
        "", "DATABASE_URL", POSTGRESQL_URL, "use this PostgreSQL instead of a private one", "--database-url"
    )
    data_dir: Path = _declare(
        Path(),
        "PERFWATCH_DATA_DIR",
        DIRECTORY,
        "where the private database and the journal live (default: $XDG_DATA_HOME/perfwatch)",
        "--data-dir",
    )
    interval: float = _declare(
        5.0,
        "SAMPLING_INTERVAL_SECONDS",
        number(0.5, 60, "seconds"),
        "seconds between two samples (default: 5)",
        "--interval",
        live=True,
    )
    background_collection: bool = _declare(
        True,
        "BACKGROUND_COLLECTION_ENABLED",
        SWITCH,
        "keep what is sampled in the database (default: on)",
    )
    retention_cleanup: bool = _declare(
        True,
        "RETENTION_CLEANUP_ENABLED",
        SWITCH,
        "remove what is older than the retention policy says (default: on)",
    )
    retention_cleanup_minutes: int = _declare(
        60,
        "RETENTION_CLEANUP_INTERVAL_MINUTES",
        whole(1, 1440, "minutes"),
        "how often that is done (default: 60)",
    )
    perf_events: bool = _declare(
        True,
        "PERF_EVENTS_ENABLED",
        SWITCH,
        "read hardware counters with perf (default: on)",
        live=True,
    )
    perf_cpus: str = _declare(
        "all",
        "PERF_EVENTS_CPU_CORES",
        CPU_LIST,
        "the processors whose counters are read (default: all)",
        live=True,
    )
    perf_interval_ms: int = _declare(
        1000,
        "PERF_EVENTS_INTERVAL_MS",
        whole(100, 60000, "milliseconds"),
        "how often perf reports (default: 1000)",
        live=True,
    )
    perf_per_core: bool = _declare(
        False,
        "PERF_EVENTS_PER_CORE",
        SWITCH,
        "instructions per cycle of each core, at some cost (default: off)",
        live=True,
    )
    collectors_off: str = _declare(
        "",
        "PERFWATCH_COLLECTORS_OFF",
        TYPE_LIST,
        "what is not collected (default: nothing is left out)",
        live=True,
    )
    host: str = _declare(
        "127.0.0.1", "PERFWATCH_HOST", ADDRESS, "the address browsers come to (default: 127.0.0.1)", "--host"
    )
    port: int = _declare(8000, "PERFWATCH_PORT", PORT, "the port browsers come to, 0 for any (default: 8000)", "--port")
    host_names: str = _declare(
        "", "PERFWATCH_HOST_NAMES", NAME_LIST, "other names this server goes by in a browser", "--host-names"
    )
    tls_cert: Path | None = _declare(
        None, "PERFWATCH_TLS_CERT", FILE, "certificate chain (PEM) to serve https with", "--tls-cert"
    )
    tls_key: Path | None = _declare(None, "PERFWATCH_TLS_KEY", FILE, "the certificate's private key (PEM)", "--tls-key")
    insecure: bool = _declare(
        False,
        "PERFWATCH_INSECURE",
        SWITCH,
        "serve other machines without TLS: anyone in between reads passwords (default: off)",
        "--insecure",
    )
    metrics_open: bool = _declare(
        False, "PERFWATCH_METRICS_OPEN", SWITCH, "let anyone read /metrics (default: off)", "--metrics-open"
    )
    jwt_secret: str = _declare(
        "", "JWT_SECRET", WORD, "what tokens are signed with (default: a random secret in the data directory)"
    )
    admin_username: str = _declare("admin", "ADMIN_USERNAME", WORD, "who may log in (default: admin)")
    admin_password: str = _declare(
        "", "ADMIN_PASSWORD", WORD, "the first password (default: a random one, printed once)"
    )
    log_level: str = _declare(
        "warning",
        "PERFWATCH_LOG_LEVEL",
        choice("debug", "info", "warning", "error"),
        "how much is said on standard error (default: warning)",
        "--log-level",
    )
    sources: Mapping[str, str] = dataclasses.field(default_factory=dict)

    def __post_init__(self) -> None:
        # the default depends on the environment of the run, not on that of the import
        if self.data_dir == Path():
            object.__setattr__(self, "data_dir", default_data_dir())

    def collects(self, type_: str) -> bool:
        """Whether one metric type is to be collected."""
        return type_ not in self.collectors_off.split(",") and (type_ != "perf_events" or self.perf_events)

    def with_stored(self, stored: Mapping[str, Any], newest: str = "") -> Settings:
        """These settings with the database's values for those that nothing stronger has set.

        What was changed here gives way for the name `newest` only, that somebody changed elsewhere just now. A
        stored value that is not accepted (an older program wrote it) is left aside.
        """
        changes: dict[str, Any] = {}
        for name, setting in declared().items():
            weak = {"", STORED, CHANGED} if name == newest else {"", STORED}
            if setting.live and name in stored and self.sources.get(name, "") in weak:
                try:
                    changes[name] = parsed(name, setting, str(stored[name]), "the stored configuration")
                except BadSetting:
                    continue
        sources = {**self.sources, **dict.fromkeys(changes, STORED)}
        return dataclasses.replace(self, **changes, sources=sources)


def declared() -> dict[str, Setting]:
    """All settings by their name in code, in the order of the help."""
    return {
        field.name: field.metadata["setting"] for field in dataclasses.fields(Settings) if "setting" in field.metadata
    }
