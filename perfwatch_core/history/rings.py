"""Rings of the newest samples: one time axis, a window onto it at any zoom, gaps where nobody knows.

Only the window loads this module; a headless process pays for no numpy. One thread at a time may use a `History`.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from perfwatch_core.history.pyramid import SLACK, Pyramid
from perfwatch_core.metric import Catalogue, Kind, Series
from perfwatch_core.sample import Sample

Floats = npt.NDArray[np.float64]

# A sample that speaks for less than this share of the time since the one before it leaves a gap.
_GAP = 1.5


class Window(NamedTuple):
    """One series over a stretch of time: four arrays of equal length, NaN where nothing is known.

    `times` are UTC seconds, each the end of its bin; `low`, `high` and `last` are the least, the greatest and the
    newest value in the bin. Where no thinning was needed the three are the same array.
    """

    times: Floats
    low: Floats
    high: Floats
    last: Floats


class History:
    """Rings of the newest samples with one time axis for all.

    `addresses` names the series to keep; without it every number of the machine as a whole is kept as it first
    comes, and forgotten after `capacity` samples without it. Memory is all taken at once: about 24 bytes
    for each series and sample (3,600 samples are half an hour at 0.5 s, five hours at 5 s; of 26 series, 3.3 MB).
    """

    def __init__(self, catalogue: Catalogue, addresses: Iterable[str] | None = None, capacity: int = 3600) -> None:
        self.capacity = capacity
        self.newest: Sample | None = None
        self._open = addresses is None
        fixed = [catalogue.series(address) for address in dict.fromkeys(addresses or ())]
        self._slots: dict[Series, int] = {series: slot for slot, series in enumerate(fixed)}
        columns = -(-capacity // SLACK) * SLACK + SLACK
        self._times = np.full(columns, math.nan)
        self._values = Pyramid(max(1, len(fixed)), columns)
        self._seen: dict[Series, int] = {}
        self._dropped = 0
        self._looked: tuple[tuple[float, float], tuple[int, int, Floats]] | None = None

    def __len__(self) -> int:
        """How many moments it can still tell of, gaps included."""
        return self._values.end

    def __contains__(self, series: Series) -> bool:
        """Whether a series is kept."""
        return series in self._slots

    @property
    def nbytes(self) -> int:
        """Bytes of all arrays."""
        return self._times.nbytes + self._values.nbytes

    @property
    def series(self) -> tuple[Series, ...]:
        """What is kept."""
        return tuple(self._slots)

    @property
    def times(self) -> Floats:
        """The moments in UTC seconds, oldest first; a view that the next `add` may change."""
        return self._times[: self._values.end]

    def add(self, sample: Sample) -> None:
        """Keep one more sample, O(series). What the clock has not reached any more, after it was set back, goes."""
        times = self.times
        if times.size and sample.time <= times[-1]:
            self._values.cut(int(np.searchsorted(times, sample.time)))
        elif times.size:
            self._mark_gap(float(times[-1]), sample)
        if self._open:
            self._welcome(sample)
        self._write(sample.time, self._row(sample), gap=False)
        self.newest = sample

    def _mark_gap(self, before: float, sample: Sample) -> None:
        """Break the lines over time that nobody speaks for: suspended, not running, samples lost on the way."""
        step = sample.time - before
        if sample.interval is None:
            self._write(before + step / 2, math.nan, gap=True)
        elif step > _GAP * sample.interval:
            self._write(sample.time - sample.interval, math.nan, gap=True)

    def _welcome(self, sample: Sample) -> None:
        """Make room for what is new."""
        for series, value in sample.values.items():
            if series.instance or series.metric.kind is Kind.TEXT or isinstance(value, str):
                continue
            self._seen[series] = self._dropped + self._values.end
            if series not in self._slots:
                self._slots[series] = self._values.take_slot(set(self._slots.values()))

    def _row(self, sample: Sample) -> Floats:
        row = np.full(self._values.slots, math.nan)
        for series, slot in self._slots.items():
            number = sample.number_of(series)
            if number is not None:
                row[slot] = number
        return row

    def _write(self, time: float, row: Floats | float, gap: bool) -> None:
        self._looked = None
        if self._values.end == self._times.size:
            self._times[:-SLACK] = self._times[SLACK:]
            self._values.shift()
            self._dropped += SLACK
            self._forget()
        self._times[self._values.end] = time
        self._values.append(row, gap)

    def _forget(self) -> None:
        """Give the place of a series that has vanished to the next new one."""
        if self._open:
            for series in [series for series in self._slots if self._seen[series] < self._dropped]:
                del self._slots[series], self._seen[series]

    def window(self, series: Series, start: float, end: float, points: int) -> Window:
        """The series between two UTC times in at most about `points` bins, with one sample beyond either edge.

        Bins are powers of two of samples, counted from the first sample ever: as time goes on a value never moves
        from one bin to another, so a thinned curve scrolls without shimmering. A series that is not kept is empty.
        """
        slot = self._slots.get(series)
        first, last, seen = self._columns(start, end)
        if slot is None or last <= first:
            nothing = np.empty(0)
            return Window(nothing, nothing, nothing, nothing)
        level = self._values.level_for(last - first, max(1, points))
        if level == 0:
            raw = self._values.raw[slot, first:last]
            return Window(seen, raw, raw, raw)
        return Window(*self._values.thinned(slot, self.times, first, last, level))

    def _columns(self, start: float, end: float) -> tuple[int, int, Floats]:
        """From which column to which, and their times: the same array for all series of one look."""
        if self._looked is None or self._looked[0] != (start, end):
            times = self.times
            first = max(0, int(np.searchsorted(times, start)) - 1)
            last = min(times.size, int(np.searchsorted(times, end, side="right")) + 1)
            self._looked = (start, end), (first, last, times[first:last])
        return self._looked[1]

    def moment_near(self, time: float) -> float | None:
        """The moment kept that is nearest to a UTC time; None before the first and after the last."""
        place = self._place(time)
        return None if place is None else float(self._times[place])

    def value(self, series: Series, time: float) -> float | None:
        """The value at the moment nearest to a UTC time; None where it is not known."""
        place, slot = self._place(time), self._slots.get(series)
        if place is None or slot is None:
            return None
        number = float(self._values.raw[slot, place])
        return None if math.isnan(number) else number

    def _place(self, time: float) -> int | None:
        times = self.times
        if not times.size:
            return None
        right = int(np.searchsorted(times, time))
        # half a step beyond either end still means the end
        if right == 0:
            reach = (times[1] - times[0]) / 2 if times.size > 1 else 1.0
            return 0 if times[0] - time <= reach else None
        if right == times.size:
            reach = (times[-1] - times[-2]) / 2 if times.size > 1 else 1.0
            return right - 1 if time - times[-1] <= reach else None
        return right if times[right] - time <= time - times[right - 1] else right - 1
