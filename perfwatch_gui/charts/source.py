"""Where a chart's points come from: the rings of the last minutes, or whatever else answers the same questions."""

from __future__ import annotations

from typing import Protocol

from perfwatch_core.history import Window
from perfwatch_core.metric import Series
from perfwatch_core.sample import Sample


class PointSource(Protocol):
    """Answers at once with what is at hand; `perfwatch_core.history.History` is one. Times are UTC seconds."""

    @property
    def newest(self) -> Sample | None:
        """The newest sample of all."""

    def window(self, series: Series, start: float, end: float, points: int) -> Window:
        """A series between two times in about `points` bins, with one beyond either edge where there is one."""

    def moment_near(self, time: float) -> float | None:
        """The moment known of that is nearest to a time; None where none is near."""

    def value(self, series: Series, time: float) -> float | None:
        """The value at the moment nearest to a time; None where it is not known."""
