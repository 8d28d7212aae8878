"""Least and greatest of 2, 4, 8 … 1,024 neighbours of many rings at once, kept up to date as values come."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

LEVELS = 10
# Columns are given up in blocks of this size: every bin starts at a multiple of its own width, before and after.
SLACK = 1 << LEVELS
_GROWTH = 1.5


class Pyramid:
    """`slots` rows of `columns` numbers, filled from the left; NaN is unknown, and unknown never wins over known.

    `columns` is a multiple of `SLACK`. Level 0 is `raw`, the columns as they came; a bin at level n is the extremes
    of 2**n columns. A column can be a gap: over it no line may be drawn, however coarse the level.
    """

    def __init__(self, slots: int, columns: int) -> None:
        self.end = 0
        self.raw: Floats = np.full((slots, columns), np.nan)
        self._low: list[Floats] = [self.raw]
        self._high: list[Floats] = [self.raw]
        self._gap: list[Flags] = [np.zeros(columns, dtype=np.bool_)]
        for level in range(1, LEVELS + 1):
            self._low.append(np.full((slots, columns >> level), np.nan))
            self._high.append(np.full((slots, columns >> level), np.nan))
            self._gap.append(np.zeros(columns >> level, dtype=np.bool_))

    @property
    def slots(self) -> int:
        """How many rings there is room for."""
        return int(self.raw.shape[0])

    @property
    def nbytes(self) -> int:
        """Bytes of all arrays."""
        arrays = [self.raw, *self._low[1:], *self._high[1:], *self._gap]
        return sum(array.nbytes for array in arrays)

    def take_slot(self, used: set[int]) -> int:
        """A free row, all unknown; grows when every row is in use."""
        for slot in range(self.slots):
            if slot not in used:
                for array in (*self._low, *self._high):
                    array[slot] = np.nan
                return slot
        before = self.slots
        after = int(before * _GROWTH) + 1
        self._low = [_grown(array, after) for array in self._low]
        self.raw = self._low[0]
        self._high = [self.raw, *(_grown(array, after) for array in self._high[1:])]
        return before

    def append(self, column: Floats | float, gap: bool) -> None:
        """One more column; its bins are complete when their last column is."""
        place = self.end
        self.raw[:, place] = column
        self._gap[0][place] = gap
        self.end += 1
        for level in range(1, LEVELS + 1):
            if self.end & ((1 << level) - 1):
                break
            to = place >> level
            low, high, gaps = self._low[level - 1], self._high[level - 1], self._gap[level - 1]
            self._low[level][:, to] = np.fmin(low[:, 2 * to], low[:, 2 * to + 1])
            self._high[level][:, to] = np.fmax(high[:, 2 * to], high[:, 2 * to + 1])
            self._gap[level][to] = gaps[2 * to] or gaps[2 * to + 1]

    def cut(self, end: int) -> None:
        """Forget the columns from `end` on; their bins are made anew when they are full again."""
        self.end = end

    def shift(self) -> None:
        """Forget the oldest `SLACK` columns."""
        for level in range(LEVELS + 1):
            width = SLACK >> level
            self._gap[level][:-width] = self._gap[level][width:]
            for array in (self._low[level], self._high[level])[: 2 if level else 1]:
                array[:, :-width] = array[:, width:]
        self.end -= SLACK

    @staticmethod
    def level_for(columns: int, points: int) -> int:
        """The finest level that shows so many columns in no more than `points` bins, or the coarsest."""
        level = 0
        while columns >> level > points and level < LEVELS:
            level += 1
        return level

    def thinned(
        self, slot: int, times: Floats, first: int, last: int, level: int
    ) -> tuple[Floats, Floats, Floats, Floats]:
        """Times, least, greatest and newest of one row's bins that touch the columns first to last (exclusive)."""
        width = 1 << level
        bins = slice(first >> level, last >> level)
        ends = np.arange(bins.start + 1, bins.stop + 1) * width - 1
        parts = [np.stack((ends, self._low[level][slot, bins], self._high[level][slot, bins]))]
        gaps = np.flatnonzero(self._gap[level][bins])
        for place in reversed(gaps.tolist()):
            begin = (bins.start + place) * width
            whole = parts.pop(0)
            parts = [whole[:, :place], self._split(slot, begin, begin + width), whole[:, place + 1 :], *parts]
        tail = max(bins.start, bins.stop) * width
        if tail < last:
            # columns that fill no bin yet
            parts.append(self._split(slot, tail, last))
        columns, low, high = np.concatenate(parts, axis=1)
        ends = columns.astype(np.intp)
        return times[ends], low, high, self.raw[slot, ends]

    def _split(self, slot: int, first: int, last: int) -> Floats:
        """Last column, least and greatest of each stretch between gaps, and of each gap, as three rows."""
        found: list[tuple[float, float, float]] = []
        begin = first
        for gap in (*(np.flatnonzero(self._gap[0][first:last]) + first).tolist(), last):
            if begin < gap:
                stretch = self.raw[slot, begin:gap]
                found.append((gap - 1, np.fmin.reduce(stretch), np.fmax.reduce(stretch)))
            if gap < last:
                found.append((gap, np.nan, np.nan))
            begin = gap + 1
        return np.array(found).T


def _grown(array: Floats, rows: int) -> Floats:
    larger = np.full((rows, array.shape[1]), np.nan)
    larger[: array.shape[0]] = array
    return larger
