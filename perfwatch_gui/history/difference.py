"""What a series had more or less than in the span it is compared with, as a chart's source."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np

from perfwatch_core.history import Window
from perfwatch_core.metric import Series
from perfwatch_core.sample import Sample
from perfwatch_gui.charts.source import PointSource

# Two bins that lie further apart than this many steps are not of one moment.
_REACH = 0.75


class Difference:
    """The means of a span less those `shift` seconds before; each bin against the nearest."""

    def __init__(self, source: PointSource, shift: float) -> None:
        self._source = source
        self._shift = shift
        self._last: Mapping[Series, Window] = {}

    @property
    def newest(self) -> Sample | None:
        """That of the source."""
        return self._source.newest

    def window(self, series: Series, start: float, end: float, points: int) -> Window:
        """The difference in each bin of the span; NaN where one of both is not known."""
        here = self._source.window(series, start, end, points)
        there = self._source.window(series, start - self._shift, end - self._shift, points)
        times = here.times
        values = here.last - _nearest(there.times + self._shift, there.last, times)
        found = Window(times, values, values, values)
        self._last = {**self._last, series: found}
        return found

    def moment_near(self, time: float) -> float | None:
        """The moment known of that is nearest."""
        return self._source.moment_near(time)

    def value(self, series: Series, time: float) -> float | None:
        """The difference at the bin nearest to a time."""
        window = self._last.get(series)
        if window is None:
            return None
        number = float(_nearest(window.times, window.last, np.array([time]))[0])
        return None if math.isnan(number) else number


def _nearest(times: np.ndarray, values: np.ndarray, at: np.ndarray) -> np.ndarray:
    """The value nearest to each of some times; NaN where none is near."""
    if not times.size:
        return np.full(at.size, math.nan)
    right = np.clip(np.searchsorted(times, at), 1, max(1, times.size - 1))
    left = right - 1
    right = np.minimum(right, times.size - 1)
    place = np.where(np.abs(times[left] - at) <= np.abs(times[right] - at), left, right)
    step = float(np.median(np.diff(times))) if times.size > 1 else 1.0
    near = np.abs(times[place] - at) <= max(1.0, _REACH * step)
    return np.where(near, values[place], math.nan)
