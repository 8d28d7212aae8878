"""Where the window meets the sampling threads: samples come in through an inbox, and are seen on Qt's thread."""

from __future__ import annotations

from concurrent.futures import Future
from pathlib import Path
from typing import Protocol

from PySide6.QtCore import QObject, Qt, Signal

from perfwatch_core.bus import Bus, Inbox
from perfwatch_core.history import History
from perfwatch_core.metric import Catalogue
from perfwatch_core.sample import Sample
from perfwatch_core.settings import Settings
from perfwatch_core.store.state import DatabaseState, Role
from perfwatch_gui.past.archive import Archive

# A window that hangs for minutes (a dialog of the window system, a debugger) still gets the newest of them.
_CAPACITY = 256


class State(Protocol):
    """How PerfWatch itself is doing; `interval` in seconds, `notices` whole sentences."""

    @property
    def role(self) -> Role:
        """What this process does for its machine."""

    @property
    def database(self) -> DatabaseState:
        """How the database is."""

    @property
    def interval(self) -> float:
        """Seconds between two samples."""

    @property
    def data_dir(self) -> Path:
        """Where the data are."""

    @property
    def notices(self) -> tuple[str, ...]:
        """Whole sentences about what needs a person."""


class Source(Protocol):
    """What the window needs of the engine."""

    @property
    def bus(self) -> Bus[Sample]:
        """Where samples come from."""

    @property
    def catalogue(self) -> Catalogue:
        """Every metric there is."""

    @property
    def settings(self) -> Settings:
        """As they are in force."""

    @property
    def newest(self) -> Sample | None:
        """The newest sample, None before the first."""

    @property
    def archive(self) -> Archive:
        """What is stored, to be looked back at."""

    def start(self) -> None:
        """Begin to sample; returns at once."""

    def stop(self) -> list[str]:
        """End within two seconds; the sentences say what went wrong."""

    def state(self) -> State:
        """How things stand now; cheap."""

    def set_interval(self, seconds: float) -> Future[None]:
        """Sample every so many seconds; the future is done when that is remembered."""

    def set_enabled(self, type_: str, on: bool) -> Future[None]:
        """Switch one collector on or off; the future is done when that is remembered."""


class Bridge(QObject):
    """Keeps the history and says `arrived` once for however many samples came since."""

    arrived = Signal()
    _bell = Signal()

    def __init__(self, source: Source, history: History) -> None:
        super().__init__()
        self.source = source
        self.history = history
        self.newest: Sample | None = None
        self.inbox: Inbox[Sample] = Inbox(_CAPACITY, self._bell.emit)
        # the bell rings in the sampler's thread and carries nothing: no Python object crosses inside an event
        self._bell.connect(self._answer, Qt.ConnectionType.QueuedConnection)

    def open(self) -> None:
        """Begin to listen, with what is already known."""
        known = self.source.newest
        if known is not None:
            self.inbox.put(known)
        self.source.bus.join(self.inbox)
        # one that came in between is on no list; it may also have come by the bus
        newest = self.source.newest
        if newest is not None and newest is not known:
            self.inbox.put(newest)

    def close(self) -> None:
        """Listen no longer; the source may live on."""
        self.source.bus.leave(self.inbox)

    def _answer(self) -> None:
        """Take what waits; one signal for all of it, so that a burst costs one drawing."""
        fresh = False
        for sample in self.inbox.take():
            # by no means by its time: a clock that was set back is believed
            if sample is not self.newest:
                self.history.add(sample)
                self.newest = sample
                fresh = True
        if fresh:
            self.arrived.emit()
