"""Which stretch of time the curves hold: more than is seen, so that time can be moved without building them anew."""

from __future__ import annotations

from collections.abc import Sequence

from perfwatch_gui.charts.curves import Curves
from perfwatch_gui.charts.line import Line
from perfwatch_gui.charts.source import PointSource

# What is loaded beside the picture, as a share of it.
_MARGIN = 0.5
# While live the base stays for so many seconds, so that what was made of a point serves as long as it is seen.
_BASE_STAYS = 86400.0


class Stretch:
    """From when to when the curves reach, and `base`, the UTC seconds they are counted from.

    With `trimmed` they hold nothing beyond the edges of the picture: an SVG has no clipping.
    """

    def __init__(self) -> None:
        self.base = 0.0
        self.trimmed = False
        self._reach: tuple[float, float] | None = None
        self._span = 0.0

    def forget(self) -> None:
        """Build the curves anew when they are needed."""
        self._reach = None

    def fit(self, span: float) -> None:
        """Build them anew if they were built for another span, and are stretched."""
        if span != self._span:
            self._reach = None

    def load(
        self,
        curves: Curves,
        source: PointSource,
        seen: tuple[float, float],
        points: int,
        lines: Sequence[Line],
        live: bool,
    ) -> None:
        """Build the curves, unless those that are there hold what is `seen` (UTC seconds), `points` wide."""
        start, now = seen
        if self._reach is not None and self._reach[0] <= start and now <= self._reach[1]:
            return
        self._span = span = now - start
        margin = 0.0 if live or self.trimmed else _MARGIN * span
        self._reach = start - margin, now + margin
        if not live or self.trimmed or not 0 <= now - self.base < _BASE_STAYS:
            self.base = now
        curves.load(source, self.base, *self._reach, round(points * (1 + 2 * margin / span)), lines)
        if self.trimmed:
            curves.trim(-span, 0.0)
