"""The curves of one chart: filled from the history, and painted without a scene.

A `PlotWidget` spends its time on what a fixed chart has no use for: a scene, axes that lay out their text anew, the
mouse over each item. Curves paint as well alone, onto any painter that has the coordinates of the data.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QPainter, QPen

from perfwatch_core.history import Window
from perfwatch_core.layout import Style
from perfwatch_gui.charts.line import Line
from perfwatch_gui.charts.source import PointSource
from perfwatch_gui.charts.trace import Band, Floats, Shared, Trace, shared_of
from perfwatch_gui.theme import Theme, mixed

# An opaque mixture: blending a translucent fill costs ten times as much.
_FILL_SHARE = {Style.AREA: 0.25, Style.MIRROR: 0.25, Style.STACK: 0.4}
# what is free or idle, in the colour of quiet text, stays behind what is used
_QUIET_SHARE = 0.15
_BAND, _PALE_BAND = 70, 35
_NONE = np.empty(0)


class Curves:
    """One line, and where the style says so one area, for each of `lines`.

    Data are seconds from a base time over values in the unit of the series, negative for MIRROR and added up for
    STACK. Stacked areas stand in the order of the lines, the first at the bottom.
    """

    def __init__(self, lines: Sequence[Line], theme: Theme, *, banded: bool = False, signed: bool = False) -> None:
        """With `banded` a thinned line is its mean with the extremes as a band; `signed` ones may go below zero."""
        self._banded = banded
        self._signed = signed
        self._bands: dict[int, Band] = {}
        self._lines = tuple(lines)
        self._traces = [Trace(_NONE, _NONE) for _ in lines]
        # what areas end at, where that is not the line
        self._tops: dict[int, Trace] = {}
        self._pens: list[QPen] = []
        self._fills: dict[int, QColor] = {}
        self._band_colours: list[QColor] = []
        self._most: float = 0
        self.dashed = any(line.style is Style.DASHED for line in lines)
        self.recolour(theme)

    def fits(self, points: int) -> bool:
        """Whether what is loaded is what would be loaded for a plot so many pixels wide."""
        return self._most <= points

    def recolour(self, theme: Theme) -> None:
        """Take the theme's colours."""
        ground = theme.colour("card")
        self._pens, self._fills, self._band_colours = [], {}, []
        for place, line in enumerate(self._lines):
            colour = theme.colour(line.colour)
            dashes = Qt.PenStyle.DashLine if line.style is Style.DASHED else Qt.PenStyle.SolidLine
            pen = QPen(colour, 1.0, dashes)
            # one pixel, whatever the scale of the painter
            pen.setCosmetic(True)
            self._pens.append(pen)
            # bands lie upon each other, so that here blending is worth its price
            band = QColor(colour)
            band.setAlpha(_PALE_BAND if line.style is Style.DASHED else _BAND)
            self._band_colours.append(band)
            if line.style in _FILL_SHARE:
                share = _QUIET_SHARE if line.colour == "quiet" else _FILL_SHARE[line.style]
                self._fills[place] = mixed(ground, colour, share)

    def load(
        self, source: PointSource, base: float, start: float, end: float, points: int, shown: Collection[Line]
    ) -> None:
        """Fill the curves with what is between two times, counted from `base` (UTC seconds)."""
        before, tops, stacked = self._traces[:], self._tops, _NONE
        axes = _Axes(base)
        self._most = 0
        self._bands.clear()
        self._tops = {}
        for place, line in enumerate(self._lines):
            if line not in shown:
                self._traces[place] = Trace(_NONE, _NONE)
                continue
            window = source.window(line.series, start - line.shift, end - line.shift, points)
            whole = window.low is window.high
            self._most = max(self._most, window.times.size if whole else math.inf)
            # copied, since the rings move what they hold
            x, y = axes.of(window.times, line.shift), window.last.copy()
            if line.style is Style.STACK:
                y = stacked = y + stacked if stacked.size == y.size else y
            elif not whole and self._banded:
                self._bands[place] = Band(x, window.low, window.high)
            elif not whole:
                if place in self._fills:
                    # the line covers all between the extremes, so that the means will do below it
                    self._tops[place] = axes.followed(tops.get(place), x, -y if line.style is Style.MIRROR else y)
                x, y = axes.doubled(x), _outline(window)
            self._traces[place] = axes.followed(before[place], x, -y if line.style is Style.MIRROR else y)

    def trim(self, first: float, last: float) -> None:
        """Keep only what is between two times, for pictures that cannot hide the rest."""
        for place, trace in enumerate(self._traces):
            inside = (trace.x >= first) & (trace.x <= last)
            self._traces[place] = Trace(trace.x[inside], trace.y[inside])
            if (top := self._tops.get(place)) is not None:
                within = (top.x >= first) & (top.x <= last)
                self._tops[place] = Trace(top.x[within], top.y[within])
            if (band := self._bands.get(place)) is not None:
                self._bands[place] = Band(band.x[inside], band.low[inside], band.high[inside])

    def extent(self, first: float, last: float) -> tuple[float, float]:
        """The greatest values above and below zero between two times, in seconds from the base."""
        above = below = 0.0
        for place, line in enumerate(self._lines):
            x, y = self.data(place)
            y = self._bands[place].high if place in self._bands else y
            seen = y[max(0, int(np.searchsorted(x, first)) - 1) : int(np.searchsorted(x, last, side="right")) + 1]
            if self._signed:
                below = max(below, _greatest(-seen))
            if line.style is Style.MIRROR:
                below = max(below, _greatest(-seen))
            else:
                above = max(above, _greatest(seen))
        return above, below

    def data(self, place: int) -> tuple[Floats, Floats]:
        """The points of one curve as they are drawn."""
        return self._traces[place].x, self._traces[place].y

    def paint_fills(self, painter: QPainter, first: float, last: float) -> None:
        """Paint the areas between two times (seconds from the base), the highest of a stack first."""
        for place, band in sorted(self._bands.items(), reverse=True):
            band.paint(painter, self._band_colours[place], first, last)
        for place in sorted(self._fills, reverse=True):
            self._tops.get(place, self._traces[place]).paint_area(painter, self._fills[place], first, last)

    def paint_strokes(self, painter: QPainter, first: float, last: float) -> None:
        """Paint the whole lines between two times (seconds from the base), the first on top."""
        self._paint_lines(painter, first, last, Qt.PenStyle.SolidLine)

    def paint_dashes(self, painter: QPainter, first: float, last: float) -> None:
        """Paint the dashed lines; their dashes depend on what is in sight, so that they cannot be put together."""
        self._paint_lines(painter, first, last, Qt.PenStyle.DashLine)

    def _paint_lines(self, painter: QPainter, first: float, last: float, style: Qt.PenStyle) -> None:
        for trace, pen in zip(reversed(self._traces), reversed(self._pens), strict=True):
            if pen.style() is style:
                trace.paint_line(painter, pen, first, last)


class _Axes:
    """What the curves of one chart have in common along the time axis, worked out once for all of them."""

    def __init__(self, base: float) -> None:
        self._base = base
        # with what the identities belong to, so that none can be another array's meanwhile
        self._made: dict[tuple[int, float], tuple[Floats, Floats]] = {}
        self._shared: dict[tuple[int, int], Shared] = {}

    def of(self, times: Floats, shift: float) -> Floats:
        """Seconds from the base, of a line that is drawn `shift` seconds later than it was."""
        key = id(times), shift
        if key not in self._made:
            self._made[key] = times, times - (self._base - shift)
        return self._made[key][1]

    def doubled(self, x: Floats) -> Floats:
        """Each twice, for the least and the greatest of a bin."""
        key = id(x), math.inf
        if key not in self._made:
            self._made[key] = x, x.repeat(2)
        return self._made[key][1]

    def followed(self, before: Trace | None, x: Floats, y: Floats) -> Trace:
        """A curve that goes on with what was made of an earlier one."""
        trace = Trace(x, y)
        if before is not None:
            key = id(before.x), id(x)
            if key not in self._shared:
                self._shared[key] = shared_of(before.x, x)
            trace.follow(before, self._shared[key])
        return trace


def _outline(window: Window) -> Floats:
    """The values of a thinned line: both extremes of each bin."""
    y = np.empty(2 * window.low.size)
    y[0::2], y[1::2] = window.low, window.high
    return y


def _greatest(values: Floats) -> float:
    """The greatest number, 0 where there is none above."""
    greatest = float(np.fmax.reduce(values, initial=0.0))
    return greatest if math.isfinite(greatest) else 0.0
