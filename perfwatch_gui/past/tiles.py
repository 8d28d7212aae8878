"""Pieces of stored history at several zooms, and how what is at hand is put together for a view.

A tile is `BINS` bins of one width, counted from 1970: a view that moves needs whole tiles beside those it has,
and where one is not there yet, what other zooms know of its time stands in for it. No Qt and no store here.
"""

from __future__ import annotations

import math
from collections import OrderedDict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

import numpy as np
import numpy.typing as npt

from perfwatch_core.metric import Series
from perfwatch_core.store.query import FIVE_SPAN, RAW_SPAN, Points

Floats = npt.NDArray[np.float64]

BINS = 256
# Seconds of a bin, finest first. The store picks its tier, and with it the finest bins, by the length of what is asked:
# each width has a shortest span, below which samples would be unpacked for nothing, and a longest, above which it is
# too fine.
WIDTHS = (1, 2, 5, 10, 15, 20, 30, 60, 120, 300, 600, 900, 1200, 1800, 3600, 7200, 14400, 43200)
_REACHES = (
    (300, timedelta(0), RAW_SPAN),
    (1800, RAW_SPAN, FIVE_SPAN),
    (WIDTHS[-1] + 1, FIVE_SPAN, timedelta(days=3650)),
)
# Bins of so many samples each have no empty neighbour but in a gap; thinner ones are judged by their distance.
_FULL = 3
_BIN_GAP = 1.5
SAMPLE_GAP = 2.5
_MOST_BYTES = 24_000_000
# A bin is drawn as a stroke from its least to its greatest: narrower ones than these run into each other.
_PIXELS = 1.4


@dataclass(frozen=True, slots=True)
class Stretch:
    """Bins of several series in the order of time: the middles of the bins (UTC seconds), then a row a series.

    NaN is what is not known; a step in `times` of more than `gap` seconds is one that nobody speaks for.
    """

    times: Floats
    low: Floats
    mean: Floats
    high: Floats
    gap: float

    @property
    def nbytes(self) -> int:
        """Bytes of all arrays."""
        return self.times.nbytes + self.low.nbytes + self.mean.nbytes + self.high.nbytes

    def between(self, start: float, end: float) -> Stretch:
        """The bins with `start` <= middle < `end`; views, nothing is copied."""
        cut = slice(int(np.searchsorted(self.times, start)), int(np.searchsorted(self.times, end)))
        return Stretch(self.times[cut], self.low[:, cut], self.mean[:, cut], self.high[:, cut], self.gap)


def reach_of(width: int) -> tuple[float, float]:
    """The shortest and the longest span (seconds) to ask the store for at a width; the longest is kept, too."""
    for above, shortest, longest in _REACHES:
        if width < above:
            return shortest.total_seconds(), longest.total_seconds()
    raise ValueError(f"{width} s is wider than any bin kept")


def width_for(span: float, points: int) -> int:
    """The finest width that shows a span of seconds on so many pixels without bins that cannot be told apart."""
    return next((width for width in WIDTHS if span / width <= max(1, points / _PIXELS)), WIDTHS[-1])


def stretch_of(series: Sequence[Series], found: Mapping[Series, Points], width: int) -> Stretch:
    """What the store said of some series, on one axis of time."""
    columns = [found.get(one) for one in series]
    known = [np.array(one.time) for one in columns if one is not None and one.time]
    begins = np.unique(np.concatenate(known)) if known else np.empty(0)
    low, mean, high = (np.full((len(series), begins.size), np.nan) for _ in range(3))
    count = np.zeros(begins.size)
    for row, one in enumerate(columns):
        if one is not None and one.time:
            at = np.searchsorted(begins, np.array(one.time))
            low[row, at], mean[row, at], high[row, at] = one.min, one.mean, one.max
            count[at] = np.maximum(count[at], one.count)
    return Stretch(begins + width / 2, low, mean, high, _gap_of(begins, count, width))


def _gap_of(begins: Floats, count: Floats, width: int) -> float:
    """The longest step that is no gap: samples stray from their ticks, so thin bins may have an empty neighbour."""
    if begins.size < 2 or float(np.median(count)) >= _FULL:
        return _BIN_GAP * width
    return max(SAMPLE_GAP * float(np.median(np.diff(begins))), _BIN_GAP * width)


class Tiles:
    """The tiles of one set of series, the longest unused given up first; one thread at a time may use it."""

    def __init__(self, rows: int, most_bytes: int = _MOST_BYTES) -> None:
        self._rows = rows
        self._most_bytes = most_bytes
        self._tiles: OrderedDict[tuple[int, int], Stretch] = OrderedDict()
        self._until: dict[tuple[int, int], float] = {}
        self._bytes = 0
        self.version = 0

    def __len__(self) -> int:
        return len(self._tiles)

    @property
    def nbytes(self) -> int:
        """Bytes of all tiles."""
        return self._bytes

    def put(self, width: int, first: int, last: int, found: Stretch, known_until: float) -> None:
        """Keep the tiles `first` to `last` (exclusive) of an answer that has all there is before `known_until`."""
        for index in range(first, last):
            key = width, index
            begin, end = index * BINS * width, (index + 1) * BINS * width
            part = found.between(begin, end)
            if key in self._tiles:
                self._bytes -= self._tiles.pop(key).nbytes
            # copied, so that a tile that is given up frees its memory
            tile = Stretch(part.times.copy(), part.low.copy(), part.mean.copy(), part.high.copy(), part.gap)
            self._tiles[key] = tile
            self._until[key] = known_until
            self._bytes += tile.nbytes
        while self._bytes > self._most_bytes and len(self._tiles) > last - first:
            key, tile = self._tiles.popitem(last=False)
            del self._until[key]
            self._bytes -= tile.nbytes
        self.version += 1

    def missing(self, width: int, start: float, end: float, now: float) -> list[int]:
        """The tiles of a span (UTC seconds) that are not there, or lack what was stored up to `now` meanwhile."""
        return [index for index in _indexes(width, start, end) if not self._holds(width, index, min(end, now))]

    def _holds(self, width: int, index: int, needed: float) -> bool:
        until = self._until.get((width, index))
        return until is not None and until >= min(needed, (index + 1) * BINS * width)

    def view(self, width: int, start: float, end: float) -> Stretch:
        """A span as well as it is known: where its own width lacks, the nearest coarser and finer ones stand in."""
        order = sorted({one for one, _ in self._tiles}, key=lambda one: (abs(math.log(one / width)), -one))
        return _joined(list(self._pieces(order, start, end)), self._rows)

    def _pieces(self, order: Sequence[int], start: float, end: float) -> Iterator[Stretch]:
        if not order or start >= end:
            return
        width, *others = order
        for index in _indexes(width, start, end):
            begin, finish = max(start, index * BINS * width), min(end, (index + 1) * BINS * width)
            tile = self._tiles.get((width, index))
            if tile is None:
                yield from self._pieces(others, begin, finish)
                continue
            self._tiles.move_to_end((width, index))
            yield tile.between(begin, finish)
            if (until := self._until[width, index]) < finish:
                yield from self._pieces(others, max(begin, until), finish)


def _indexes(width: int, start: float, end: float) -> range:
    size = BINS * width
    return range(math.floor(start / size), max(math.floor(start / size), math.ceil(end / size)))


def _joined(pieces: Sequence[Stretch], rows: int) -> Stretch:
    """Pieces one after another, with a column of NaN in every gap."""
    pieces = [piece for piece in pieces if piece.times.size]
    if not pieces:
        nothing = np.empty((rows, 0))
        return Stretch(np.empty(0), nothing, nothing, nothing, 0.0)
    times = np.concatenate([piece.times for piece in pieces])
    limits = np.concatenate([np.full(piece.times.size, piece.gap) for piece in pieces])
    # between two widths the wider gap counts
    gaps = np.flatnonzero(np.diff(times) > np.maximum(limits[1:], limits[:-1])) + 1
    rest = (np.concatenate([getattr(piece, name) for piece in pieces], axis=1) for name in ("low", "mean", "high"))
    low, mean, high = (np.insert(array, gaps, np.nan, axis=1) if gaps.size else array for array in rest)
    if gaps.size:
        times = np.insert(times, gaps, (times[gaps - 1] + times[gaps]) / 2)
    return Stretch(times, low, mean, high, float(limits.max()))
