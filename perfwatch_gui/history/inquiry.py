"""What the History page asks the store beside its points: figures, what there is, and what changed; newest wins."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from PySide6.QtCore import QObject, Signal

from perfwatch_core.changes import SURE, Changes
from perfwatch_core.metric import Series
from perfwatch_core.spans import Span
from perfwatch_core.statistics_of import Statistics
from perfwatch_core.store.compared import resolution
from perfwatch_gui import clock
from perfwatch_gui.history.span_bar import days_earlier
from perfwatch_gui.past.archive import Archive
from perfwatch_gui.tasks import Newest

Moments = tuple[float, float]


class Inquiry(QObject):
    """Keeps `now` and `then`, the figures of the shown and of the other span; None is not known yet.

    `figured` says that they are others; `offered` and `changed` bring the stored series and what changed with words
    about it, None while it is looked for; `failed` brings the sentence of what went wrong.
    """

    figured = Signal()
    offered = Signal(object)
    changed = Signal(str, object)
    failed = Signal(str)

    def __init__(self, archive: Archive) -> None:
        super().__init__()
        self._archive = archive
        self._asked: tuple[object, ...] = ()
        self._now, self._then, self._there, self._changes = (Newest(self._fail, self) for _ in range(4))
        self.now: dict[Series, Statistics] | None = None
        self.then: dict[Series, Statistics] | None = None

    @property
    def asked(self) -> bool:
        """Whether figures were asked for, and nothing went wrong since."""
        return bool(self._asked)

    def forget(self) -> None:
        """Nobody wants what was asked any more."""
        self._asked = ()
        self.now = self.then = None
        for question in (self._now, self._then, self._there, self._changes):
            question.forget()

    def ask(self, series: tuple[Series, ...], spans: Sequence[Moments]) -> None:
        """Ask for the figures of some series in the shown span and in the other, if there is one."""
        archive, (here, *others) = self._archive, [_span(one) for one in spans]
        self._there.ask(lambda: archive.series(*here), self.offered.emit)
        if not series or (series, *spans) == self._asked:
            return
        self._asked = (series, *spans)
        self._now.ask(lambda: archive.statistics(series, *here), self._take_now)
        if others:
            self._then.ask(lambda: archive.statistics(series, *others[0]), self._take_then)
        self.figured.emit()

    def ask_changes(self, spans: Sequence[Moments]) -> None:
        """Ask what changed since the other span, or since the day before where there is none."""
        start, end = spans[0]
        shift = start - days_earlier(start, 1)
        before = spans[1] if len(spans) > 1 else (start - shift, end - shift)
        words = clock.span_text(*before)
        by = "" if resolution(_span((start, end)).length) == "raw" else ", by sums of five minutes"
        self.changed.emit(f"Looking for what changed since {words} …", None)

        def take(found: Changes[Series]) -> None:
            sure = sum(one.chance <= SURE for one in found.ranked)
            said = (
                f"{sure} of {len(found.ranked)} series changed since {words}{by}, the most changed first; "
                "Return or a click draws one."
                if found.ranked
                else f"No series has values both now and from {words}; choose spans that were stored."
            )
            self.changed.emit(said, found)

        self._changes.ask(lambda: self._archive.changes(_span(before), _span((start, end))), take)

    def _take_now(self, found: dict[Series, Statistics]) -> None:
        self.now = found
        self.figured.emit()

    def _take_then(self, found: dict[Series, Statistics]) -> None:
        self.then = found
        self.figured.emit()

    def _fail(self, sentence: str) -> None:
        self._asked = ()
        self.failed.emit(sentence)


def _span(moments: Moments) -> Span:
    start, end = moments
    return Span(datetime.fromtimestamp(start, UTC), datetime.fromtimestamp(end, UTC))
