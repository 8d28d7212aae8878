"""Tiles put together to what a chart draws, and joined to what the rings know."""

from __future__ import annotations

import math

import numpy as np

from perfwatch_core.history import Window
from perfwatch_gui.past.tiles import BINS, Stretch, Tiles

_MOST = 8


class Views:
    """The last few stretches that were put together, good for as long as no tile changes."""

    def __init__(self, tiles: Tiles) -> None:
        self._tiles = tiles
        self._kept: dict[tuple[float, float, int], Stretch] = {}
        self._version = -1

    def view(self, width: int, start: float, end: float) -> Stretch:
        """The tiles of a span, put together once for all series and for as long as neither span nor tiles change."""
        size = BINS * width
        key = math.floor(start / size) * size, math.ceil(end / size) * size, width
        if self._version != self._tiles.version:
            self._kept.clear()
            self._version = self._tiles.version
        if key not in self._kept:
            if len(self._kept) > _MOST:
                self._kept.clear()
            self._kept[key] = self._tiles.view(width, key[0], key[1])
        return self._kept[key]


def one_after_another(old: Window, new: Window, gap: float) -> Window:
    """Stored bins and then the rings, with a gap between them where there is one."""
    if not old.times.size:
        return new
    between: list[float] = []
    if new.times.size and new.times[0] - old.times[-1] > gap:
        between = [math.nan]
    middle = np.array([(new.times[0] + old.times[-1]) / 2] if between else [])
    times = np.concatenate((old.times, middle, new.times))
    return Window(
        times,
        *(np.concatenate((one, np.array(between), other)) for one, other in zip(old[1:], new[1:], strict=True)),
    )
