"""How far a chart's axis goes, and where its ticks are: an axis that holds still is one that can be read."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

from perfwatch_core.units import ByteStyle, Unit, nice_ceiling, prefix

# Seconds that everything must have fitted into a smaller axis before the axis becomes smaller.
PATIENCE = 15.0
_PERCENT_TOP = 100.0
# What stands on one another may exceed its ceiling a little: the kernel counts some pages twice.
_CEILING_TOLERANCE = 1.1
# Room between two ticks, in heights of their text.
_SPACING = 2.8
# The smaller side of a mirrored axis, as shares of the larger one.
_SHARES = (0.2, 0.5, 1.0)


@dataclass(frozen=True, slots=True)
class Tick:
    """A place on the axis in the unit of the values, negative below zero, and the digits beside it."""

    value: float
    text: str


class Scale:
    """A y axis from `-bottom` to `top`: it grows at once, and shrinks after `PATIENCE` seconds.

    `bottom` is 0 unless `mirrored`; there the side with less gets a fifth, half, or as much as the other. Percent goes
    to 100 unless it must go higher or has a `least` of its own. `least` is the smallest top, `ceiling` a top that only
    a much greater value overrides, both in the unit of the values.
    """

    def __init__(
        self, unit: Unit, least: float = 0.0, style: ByteStyle = ByteStyle.AUTO, mirrored: bool = False
    ) -> None:
        self.unit = unit
        self.style = style
        self.mirrored = mirrored
        self.ceiling: float | None = None
        self._least = least
        self._held = (0.0, 0.0)
        self._roomy_since: float | None = None
        self._loose = False
        self.top, self.bottom = self._wanted(0.0, 0.0)

    @property
    def reach(self) -> float:
        """From one end to the other, in the unit of the values."""
        return self.top + self.bottom

    def _wanted(self, above: float, below: float) -> tuple[float, float]:
        """The top and the bottom that suit the greatest values on either side."""
        full = self._full(max(above, below, self._least))
        if not self.mirrored:
            return full, 0.0
        less = next(share * full for share in _SHARES if share * full >= min(above, below) or share == 1.0)
        return (full, less) if above >= below else (less, full)

    def _full(self, greatest: float) -> float:
        if self.ceiling and greatest <= self.ceiling * _CEILING_TOLERANCE:
            return self.ceiling
        if self.unit is Unit.PERCENT and not self._least and greatest <= _PERCENT_TOP:
            return _PERCENT_TOP
        return nice_ceiling(greatest, self.unit, self.style)

    def fit(self, above: float, below: float, now: float) -> bool:
        """Make room for the greatest values shown at `now` (UTC seconds); whether the axis is another one."""
        before, wanted, loose = (self.top, self.bottom), self._wanted(above, below), self._loose
        if loose:
            self._hold(above, below)
        elif wanted == before:
            self._roomy_since = None
        elif wanted[0] > self.top or wanted[1] > self.bottom:
            self._hold(max(above, self._held[0]), max(below, self._held[1]))
        elif self._roomy_since is None or now < self._roomy_since:
            self._roomy_since = now
        elif now - self._roomy_since >= PATIENCE:
            self._hold(above, below)
        return loose or (self.top, self.bottom) != before

    def grow(self, above: float, below: float) -> bool:
        """Make room while time is moved by hand, where axes only grow; whether the axis is another one."""
        before, wanted, loose = (self.top, self.bottom), self._wanted(above, below), self._loose
        if loose:
            self._hold(above, below)
        elif wanted[0] > self.top or wanted[1] > self.bottom:
            self._hold(max(above, self._held[0]), max(below, self._held[1]))
        return loose or (self.top, self.bottom) != before

    def _hold(self, above: float, below: float) -> None:
        self._held, self._roomy_since, self._loose = (above, below), None, False
        self.top, self.bottom = self._wanted(above, below)

    def let_go(self) -> None:
        """Take whatever ends the next `fit` wants: something was switched by hand, and should be answered at once."""
        self._loose = True

    @property
    def symbol(self) -> str:
        """The unit with the prefix that all ticks share."""
        return prefix(max(self.top, self.bottom), self.unit, self.style)[1]

    def ticks(self, height: float, text_height: float) -> tuple[Tick, ...]:
        """Ticks from the lowest up, as many as read well on an axis so many pixels high, each a round number."""
        full = max(self.top, self.bottom)
        factor = prefix(full, self.unit, self.style)[0]
        number = full / factor
        room = max(1.0, height * full / self.reach / (text_height * _SPACING))
        parts = [parts for parts in self._divisions(number) if parts <= room]
        step = number / max(parts) if parts else _round_step(number / room)
        lowest, highest = (math.floor(end / factor / step + 1e-9) for end in (self.bottom, self.top))
        return _ticks(step, factor, lowest, highest)

    def _divisions(self, number: float) -> tuple[int, ...]:
        """Into how many parts the whole axis can go so that each tick is a round number; none for an odd top."""
        if self.unit is Unit.PERCENT and number == _PERCENT_TOP:
            return (1, 2, 4)
        lead = round(number / 10 ** math.floor(math.log10(number) + 1e-9), 6)
        return {1.0: (1, 2, 5), 2.0: (1, 2, 4), 5.0: (1, 2, 5)}.get(lead, ())


# a chart whose height changes mostly has the same ones
@lru_cache(maxsize=64)
def _ticks(step: float, factor: float, lowest: int, highest: int) -> tuple[Tick, ...]:
    """So many steps below and above zero, with as many decimals as the step needs."""
    decimals = next(places for places in (0, 1, 2, 3) if places == 3 or _is_whole(step * 10**places))
    return tuple(
        Tick(step * part * factor, f"{step * abs(part):.{decimals}f}" if part else "0")
        for part in range(-lowest, highest + 1)
    )


def _round_step(least: float) -> float:
    """The smallest of 1, 2, 5 times a power of ten that is not below `least`."""
    power = 10.0 ** math.floor(math.log10(least) + 1e-9)
    return next(lead * power for lead in (1.0, 2.0, 5.0, 10.0) if lead * power >= least * (1 - 1e-9))


def _is_whole(number: float) -> bool:
    return abs(number - round(number)) < 1e-6
