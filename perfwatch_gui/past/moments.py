"""The whole sample of one moment of the past: from those just seen, or from the store."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from concurrent.futures import Future
from datetime import UTC, datetime

from PySide6.QtCore import QObject, Signal

from perfwatch_core.metric import Catalogue, Series, Value
from perfwatch_core.sample import Sample, values_of
from perfwatch_core.store.past import Stored
from perfwatch_gui.past.archive import Archive
from perfwatch_gui.tasks import Newest, made_of

# So many samples are remembered whole: the store has them half a minute later, at two a second.
_RECENT = 90
# Of a machine with thousands of things only those that the store may not have yet, in seconds: 90 would take 200 MB.
_MOST_VALUES = 200_000
_STORED_SECONDS = 60.0
# Two samples lie so far apart at most, and a downsampled one speaks for an hour; in seconds.
_REACH = 125.0
_FAR_REACH = 3700.0
_STRAYS = 1.5
_NOTHING = "nothing was stored at that moment"


class Moments(QObject):
    """`found` says that `sample` is now that of the moment last asked for; `failed` says why there is none.

    In a gap the sample has no values, and the reason for each.
    """

    found = Signal()
    failed = Signal(str)

    def __init__(self, archive: Archive, catalogue: Catalogue) -> None:
        super().__init__()
        self._archive = archive
        self._catalogue = catalogue
        self._recent: deque[Sample] = deque()
        self._values = 0
        self._asking = Newest(self.failed.emit, self)
        self._asked: float | None = None
        self.sample: Sample | None = None

    def take(self, sample: Sample) -> None:
        """Remember the newest sample."""
        self._recent.append(sample)
        self._values += len(sample.values)
        while self._too_many(sample.time):
            self._values -= len(self._recent.popleft().values)

    def _too_many(self, now: float) -> bool:
        stored = self._recent[0].time < now - _STORED_SECONDS
        return len(self._recent) > _RECENT or (stored and self._values > _MOST_VALUES)

    def ask(self, moment: float) -> None:
        """Look for what was known at a moment (UTC seconds); the newest question counts."""
        if moment == self._asked:
            return
        self._asked = moment
        for sample in reversed(self._recent):
            if sample.time <= moment + 0.001:
                self._asking.forget()
                self._show(sample if _speaks_for(sample, moment) else self._nothing(moment))
                return
        self._asking.ask(lambda: self._question(moment, _REACH), lambda one: self._answer(moment, one))

    def forget(self) -> None:
        """No moment of the past is asked for any more."""
        self._asked = self.sample = None
        self._asking.forget()

    def _question(self, moment: float, reach: float) -> Future[Sample | None]:
        start, end = (datetime.fromtimestamp(one, UTC) for one in (moment - reach, moment + 0.001))
        return made_of(self._archive.samples(None, start, end), self._sample_of)

    def _sample_of(self, stored: Sequence[Stored]) -> Sample | None:
        """The last of some samples; made in the thread that read them."""
        if not stored:
            return None
        values: dict[Series, Value] = {}
        for type_, shape in stored[-1].by_type.items():
            values |= values_of(self._catalogue.of_type(type_), shape)
        return Sample(0, stored[-1].moment.timestamp(), stored[-1].interval, values)

    def _answer(self, moment: float, sample: Sample | None) -> None:
        if sample is None:
            # history that was downsampled has one an hour at least
            self._asking.ask(
                lambda: self._question(moment, _FAR_REACH),
                lambda one: self._show(one if one is not None and _speaks_for(one, moment) else self._nothing(moment)),
            )
            return
        self._show(sample if _speaks_for(sample, moment) else self._nothing(moment))

    def _show(self, sample: Sample) -> None:
        self.sample = sample
        self.found.emit()

    def _nothing(self, moment: float) -> Sample:
        missing = {metric.of(): _NOTHING for metric in self._catalogue}
        return Sample(0, moment, None, {}, missing)


def _speaks_for(sample: Sample, moment: float) -> bool:
    """Whether a moment lies in the time after a sample until the next was due."""
    reach = _STRAYS * sample.interval if sample.interval is not None else _FAR_REACH
    return moment - sample.time <= reach
