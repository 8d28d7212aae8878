"""What the store is asked for: some tiles of one width, for all series at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import UTC, datetime

from perfwatch_core.metric import Series
from perfwatch_core.store.query import Points
from perfwatch_gui.past.archive import Archive
from perfwatch_gui.past.tiles import BINS, Stretch, reach_of, stretch_of
from perfwatch_gui.tasks import made_of

Moments = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Wish:
    """Tiles to ask for, one after another."""

    width: int
    first: int
    last: int

    @property
    def span(self) -> Moments:
        """From when to when they reach, in UTC seconds."""
        return self.first * BINS * self.width, self.last * BINS * self.width


def question(archive: Archive, series: Sequence[Series], wish: Wish) -> Future[Stretch]:
    """Ask the store for the tiles of a wish."""
    width = wish.width
    start, end = wish.span
    count = (wish.last - wish.first) * BINS
    if end - start <= (shortest := reach_of(width)[0]):
        # a little longer, and the store answers from a coarser tier instead of unpacking a finer one
        more = int(shortest - (end - start)) // width + 1
        end, count = end + more * width, count + more
    first, last = datetime.fromtimestamp(start, UTC), datetime.fromtimestamp(end, UTC)
    future = archive.points(series, first, last, count)

    def stretch(found: Mapping[Series, Points]) -> Stretch:
        return stretch_of(series, found, width)

    return made_of(future, stretch)
