"""Stored history as a chart's source: answers at once with what is at hand, and asks the store for what is not."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence

import numpy as np
from PySide6.QtCore import QObject, QTimer, Signal

from perfwatch_core.history import History, Window
from perfwatch_core.metric import Series
from perfwatch_core.sample import Sample
from perfwatch_core.store.past import Bounds
from perfwatch_gui.past.archive import Archive
from perfwatch_gui.past.question import Moments, Wish, question
from perfwatch_gui.past.tiles import BINS, SAMPLE_GAP, Stretch, Tiles, reach_of, width_for
from perfwatch_gui.past.views import Views, one_after_another
from perfwatch_gui.tasks import Newest

# What a sample may lie before it is in the store, in seconds; so the newest tile is asked for again.
_LATE = 40.0
_AGAIN = 10.0
# Seconds until the store is asked again after it failed.
_RETRY_MS = 2000
# Tiles that one question may ask for: what is in view is answered before what may come into view.
_MOST_TILES = 8
# The zoom that is kept of all history, so that wherever one goes there is a picture at once.
_WHOLE = 3600


class Past(QObject):
    """A `PointSource` for a fixed set of series: the rings where they reach, else the tiles of the store.

    `look` says what is in view; what lacks is asked for, one question at a time, the newest view first, then a
    margin on both sides, then a coarse picture of everything. `arrived` says that more is there, `failed` why not.
    """

    arrived = Signal()
    failed = Signal(str)

    def __init__(
        self,
        archive: Archive,
        series: Sequence[Series],
        rings: History | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        super().__init__()
        self._archive = archive
        self._clock = clock
        self._rings = rings
        self._spans: tuple[Moments, ...] = ()
        self._width = 1
        self.oldest: float | None = None
        self.bounds_known = False
        self.problem = ""
        self._bounds_asked = self._failed_at = -math.inf
        self._ahead = False
        self._asking = Newest(self._fail, self)
        self._bounds = Newest(self._fail, self)
        self._retry = QTimer(self)
        self._retry.setSingleShot(True)
        self._retry.setInterval(_RETRY_MS)
        self._retry.timeout.connect(self._ask)
        self.choose(series)

    def choose(self, series: Sequence[Series]) -> None:
        """Tell of other series from now on."""
        self._series = tuple(dict.fromkeys(series))
        self._rows = {one: row for row, one in enumerate(self._series)}
        self._tiles = Tiles(len(self._series))
        self._asked: dict[tuple[int, int], float] = {}
        self._views = Views(self._tiles)
        self._asking.forget()

    @property
    def series(self) -> tuple[Series, ...]:
        """What it tells of."""
        return self._series

    @property
    def newest(self) -> Sample | None:
        """The newest sample of the rings."""
        return self._rings.newest if self._rings is not None else None

    @property
    def loading(self) -> bool:
        """Whether something that is in view is awaited."""
        return self._asking.busy and bool(self._lacking(self._width, self._spans, asked=True))

    @property
    def nbytes(self) -> int:
        """Bytes of all tiles."""
        return self._tiles.nbytes

    def look(self, spans: Sequence[Moments], points: int, *, ahead: bool = True) -> None:
        """These spans (UTC seconds) are in view, so many points wide; what lacks of them is asked for.

        With `ahead` also what may come into view.
        """
        self._spans, self._ahead = tuple(spans), ahead
        self._width = max(width_for(end - start, points) for start, end in spans)
        if not self._asking.busy and self._clock() - self._failed_at > _RETRY_MS / 1000:
            self._ask()

    def forget(self) -> None:
        """Nobody looks any more: what is awaited need not come."""
        self._spans = ()
        self._retry.stop()
        self._asking.forget()
        self._bounds.forget()

    def _ring_start(self) -> float:
        """From when on the rings know better than the store."""
        if self._rings is None or not len(self._rings):
            return math.inf
        return float(self._rings.times[0])

    def _lacking(self, width: int, spans: Sequence[Moments], *, asked: bool = False) -> list[int]:
        """Tiles that are not there as far as they are needed; those asked for just now only with `asked`."""
        now = self._clock()
        stored = now - _LATE
        found: dict[int, None] = {}
        for start, end in spans:
            begin = start if self.oldest is None else max(start, self.oldest - width)
            finish = min(end, self._ring_start(), now)
            if begin < finish:
                for index in self._tiles.missing(width, begin, finish, stored):
                    if asked or now - self._asked.get((width, index), -math.inf) > _AGAIN:
                        found[index] = None
        return list(found)

    def _wish(self) -> Wish | None:
        """The next tiles to ask for: those in view, their neighbours, all history."""
        whole = [(self.oldest, self._clock())] if self.oldest is not None else []
        margin = [(start - (end - start), end + (end - start)) for start, end in self._spans]
        wanted = ((self._width, self._spans), (self._width, margin), (_WHOLE, whole))
        for width, spans in wanted if self._ahead else wanted[:1]:
            lacking = self._lacking(width, spans)
            if lacking:
                last = lacking[0] + 1
                most = min(_MOST_TILES, max(1, int(reach_of(width)[1] // (BINS * width))))
                while last in lacking and last - lacking[0] < most:
                    last += 1
                return Wish(width, lacking[0], last)
        return None

    def _ask(self) -> None:
        now = self._clock()
        if self._spans and not self._bounds.busy and now - self._bounds_asked > _WHOLE:
            self._bounds_asked = now
            self._bounds.ask(self._archive.bounds, self._take_bounds)
        # an answer that is on its way leads here again
        wish = self._wish() if self._spans and self._series and not self._asking.busy else None
        if wish is None:
            return
        for index in range(wish.first, wish.last):
            self._asked[wish.width, index] = now
        self._asking.ask(
            lambda: question(self._archive, self._series, wish), lambda found: self._take(wish, found, now)
        )

    def _take(self, wish: Wish, found: Stretch, asked: float) -> None:
        self._tiles.put(wish.width, wish.first, wish.last, found, asked - _LATE)
        self.problem = ""
        self.arrived.emit()
        self._ask()

    def _take_bounds(self, bounds: Bounds | None) -> None:
        self.oldest = bounds.oldest.timestamp() if bounds is not None else None
        self.bounds_known = True
        self.arrived.emit()
        self._ask()

    def _fail(self, sentence: str) -> None:
        self._asked.clear()
        self._bounds_asked = -math.inf
        self._failed_at = self._clock()
        self.problem = sentence
        if self._ahead:
            # what is live looks again with the next sample
            self._retry.start()
        self.failed.emit(sentence)

    def window(self, series: Series, start: float, end: float, points: int) -> Window:
        """As `History.window`; bins are means with their extremes where they are older than the rings."""
        ring_start = self._ring_start()
        kept = self._rings is not None and series in self._rings
        if kept and start >= ring_start and self._rings is not None:
            return self._rings.window(series, start, end, points)
        row = self._rows.get(series)
        if row is None:
            nothing = np.empty(0)
            return Window(nothing, nothing, nothing, nothing)
        stretch = self._views.view(self._width, start, min(end, ring_start) if kept else end)
        first = max(0, int(np.searchsorted(stretch.times, start)) - 1)
        last = int(np.searchsorted(stretch.times, end, side="right")) + 1
        if kept:
            last = min(last, int(np.searchsorted(stretch.times, ring_start)))
        cut = slice(first, last)
        old = Window(stretch.times[cut], stretch.low[row, cut], stretch.high[row, cut], stretch.mean[row, cut])
        if not kept or self._rings is None or end < ring_start:
            return old
        new = self._rings.window(series, ring_start, end, points)
        # what is not stored yet of what another process collects is a gap until it is
        interval = self._rings.newest.interval if self._rings.newest is not None else None
        return one_after_another(old, new, max(stretch.gap, SAMPLE_GAP * (interval or 0.0)))

    def moment_near(self, time: float) -> float | None:
        """The moment at hand that is nearest; None in a gap and where nothing is loaded."""
        if time >= self._ring_start() and self._rings is not None:
            return self._rings.moment_near(time)
        stretch, place = self._place(time)
        return None if place is None else float(stretch.times[place])

    def value(self, series: Series, time: float) -> float | None:
        """The value, or the mean of the bin, nearest to a time."""
        if self._rings is not None and time >= self._ring_start() and series in self._rings:
            return self._rings.value(series, time)
        row = self._rows.get(series)
        stretch, place = self._place(time)
        if row is None or place is None:
            return None
        number = float(stretch.mean[row, place])
        return None if math.isnan(number) else number

    def _place(self, time: float) -> tuple[Stretch, int | None]:
        stretch = self._views.view(self._width, *self._span_with(time))
        times = stretch.times
        if not times.size:
            return stretch, None
        right = int(np.searchsorted(times, time))
        near = min((one for one in (right - 1, right) if 0 <= one < times.size), key=lambda one: abs(times[one] - time))
        return stretch, near if abs(float(times[near]) - time) <= max(stretch.gap, self._width) else None

    def _span_with(self, time: float) -> Moments:
        """The span in view that holds a moment, so that reading a value puts nothing together anew."""
        for start, end in self._spans:
            if start <= time <= end:
                ring_start = self._ring_start()
                return start, min(end, ring_start) if ring_start > start else end
        return time - self._width, time + self._width
