"""An engine without threads: tests publish what they like, and see what the window asks for."""

from __future__ import annotations

from concurrent.futures import Future
from dataclasses import dataclass, field, replace
from pathlib import Path

from perfwatch_core.bus import Bus
from perfwatch_core.collectors import CATALOGUE
from perfwatch_core.metric import Catalogue
from perfwatch_core.sample import Sample
from perfwatch_core.settings import Settings
from perfwatch_core.sources import changed
from perfwatch_core.store.state import DatabaseState, Role
from tests.gui.archive import FakeArchive

ANSWERS = DatabaseState("private", True, "the private PostgreSQL 18.6 answers", 48_000_000)
AWAY = DatabaseState("private", False, "the database is away; 12 samples wait on the disk")


@dataclass(frozen=True)
class FakeState:
    """What the status line is told."""

    role: Role = Role.COLLECTING
    database: DatabaseState = ANSWERS
    interval: float = 5.0
    data_dir: Path = Path("/srv/perfwatch")
    notices: tuple[str, ...] = ()


@dataclass
class FakeEngine:
    """Fulfils `Source`; `asked` lists what the window wished, `kept` is the answer to the next wish."""

    catalogue: Catalogue = CATALOGUE
    settings: Settings = field(default_factory=Settings)
    told: FakeState = FakeState()
    archive: FakeArchive = field(default_factory=lambda: FakeArchive([], 0.0, 0.0))
    newest: Sample | None = None
    bus: Bus[Sample] = field(default_factory=Bus)
    asked: list[tuple[str, object]] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    kept: Future[None] | None = None
    running: bool = False

    def start(self) -> None:
        """Note it."""
        self.running = True

    def stop(self) -> list[str]:
        """Note it, and say what the test put in."""
        self.running = False
        return self.problems

    def state(self) -> FakeState:
        """As the test put it in."""
        return self.told

    def set_interval(self, seconds: float) -> Future[None]:
        """Take it over, as the engine does at once."""
        self.told = replace(self.told, interval=seconds)
        return self._wish("interval", seconds)

    def set_enabled(self, type_: str, on: bool) -> Future[None]:
        """Take it over."""
        self.settings = changed(self.settings, "collectors_off", "" if on else type_)
        return self._wish(type_, on)

    def _wish(self, name: str, value: object) -> Future[None]:
        self.asked.append((name, value))
        if self.kept is not None:
            return self.kept
        future: Future[None] = Future()
        future.set_result(None)
        return future
