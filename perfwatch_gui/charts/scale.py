"""How high a chart's axis goes, and where its ticks are: an axis that holds still is one that can be read."""

from __future__ import annotations

import math
from dataclasses import dataclass

from perfwatch_core.units import ByteStyle, Unit, nice_ceiling, prefix

# Seconds that everything must have fitted into a smaller axis before the axis becomes smaller.
PATIENCE = 15.0
_PERCENT_TOP = 100.0
# Room between two ticks, in heights of their text.
_SPACING = 2.2


@dataclass(frozen=True, slots=True)
class Tick:
    """A place on the axis in the unit of the values, and the digits beside it."""

    value: float
    text: str


class Scale:
    """The top of a y axis that begins at 0: it grows at once, and shrinks after `PATIENCE` seconds.

    Percent goes to 100 unless it must go higher. `least` is the smallest top, `ceiling` a fixed one that only a
    greater value overrides, both in the unit of the values.
    """

    def __init__(self, unit: Unit, least: float = 0.0, style: ByteStyle = ByteStyle.AUTO) -> None:
        self.unit = unit
        self.style = style
        self.ceiling: float | None = None
        self._least = least
        self.top = self._wanted(0.0)
        self._roomy_since: float | None = None

    def _wanted(self, greatest: float) -> float:
        greatest = max(greatest, self._least) if math.isfinite(greatest) else self._least
        if self.ceiling is not None and self.ceiling > 0 and greatest <= self.ceiling:
            return self.ceiling
        if self.unit is Unit.PERCENT and greatest <= _PERCENT_TOP:
            return _PERCENT_TOP
        return nice_ceiling(greatest, self.unit, self.style)

    def fit(self, greatest: float, now: float) -> bool:
        """Make room for the greatest value shown at `now` (UTC seconds); whether the top is another one."""
        wanted, before = self._wanted(greatest), self.top
        if wanted >= self.top:
            self.top, self._roomy_since = wanted, None
        elif self._roomy_since is None or now < self._roomy_since:
            self._roomy_since = now
        elif now - self._roomy_since >= PATIENCE:
            self.top, self._roomy_since = wanted, None
        return self.top != before

    def let_go(self) -> None:
        """Take whatever top the next `fit` wants: something was switched by hand, and should be answered at once."""
        self.top, self._roomy_since = 0.0, None

    @property
    def symbol(self) -> str:
        """The unit with the prefix that all ticks share."""
        return prefix(self.top, self.unit, self.style)[1]

    def ticks(self, height: float, text_height: float) -> list[Tick]:
        """Ticks from 0 up, as many as read well on an axis so many pixels high; at the top too if that is round."""
        factor = prefix(self.top, self.unit, self.style)[0]
        number = self.top / factor
        room = max(1, math.floor(height / (text_height * _SPACING)))
        parts = [parts for parts in self._divisions(number) if parts <= room]
        step = number / max(parts) if parts else _round_step(number / room)
        decimals = next(places for places in (0, 1, 2, 3) if places == 3 or _is_whole(step * 10**places))
        count = math.floor(number / step + 1e-9)
        return [Tick(step * part * factor, f"{step * part:.{decimals}f}") for part in range(count + 1)]

    def _divisions(self, number: float) -> tuple[int, ...]:
        """Into how many parts the whole axis can go so that each tick is a round number; none for an odd top."""
        if self.unit is Unit.PERCENT and number == _PERCENT_TOP:
            return (1, 2, 4)
        lead = round(number / 10 ** math.floor(math.log10(number) + 1e-9), 6)
        return {1.0: (1, 2, 5), 2.0: (1, 2, 4), 5.0: (1, 5)}.get(lead, ())


def _round_step(least: float) -> float:
    """The smallest of 1, 2, 5 times a power of ten that is not below `least`."""
    power = 10.0 ** math.floor(math.log10(least) + 1e-9)
    return next(lead * power for lead in (1.0, 2.0, 5.0, 10.0) if lead * power >= least * (1 - 1e-9))


def _is_whole(number: float) -> bool:
    return abs(number - round(number)) < 1e-6
