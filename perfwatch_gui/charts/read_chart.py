"""What can be read of a chart without looking at its curves: the values at the cursor, at a pin, at the right edge."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRect
from PySide6.QtWidgets import QApplication

from perfwatch_core.metric import Series
from perfwatch_core.units import text
from perfwatch_gui.charts.cursor import Cursor
from perfwatch_gui.charts.frame import Frame
from perfwatch_gui.charts.line import Line
from perfwatch_gui.charts.reading import ReadOut, read
from perfwatch_gui.charts.readout import Box
from perfwatch_gui.charts.scale import Scale
from perfwatch_gui.charts.source import PointSource
from perfwatch_gui.charts.timeview import TimeView
from perfwatch_gui.charts.touched import TouchedChart
from perfwatch_gui.theme import tabular

_FONT_FACTOR = 0.8


class ReadChart(TouchedChart):
    """Lines of one unit, some of them switched off, over what a source knows."""

    def __init__(
        self, lines: Sequence[Line], scale: Scale, span: float, cursor: Cursor | None, times: TimeView | None
    ) -> None:
        font = tabular(QApplication.font(), _FONT_FACTOR)
        super().__init__(Frame(font, span), span, cursor, times)
        self.lines = tuple(lines)
        self.scale = scale
        self._box = Box(font)
        self._hidden: set[Line] = set()
        self._source: PointSource | None = None
        self._live = True
        self._stale = False
        self._out: ReadOut | None = None
        self.time_cursor.moved.connect(self._read)

    @property
    def shown_lines(self) -> tuple[Line, ...]:
        """The lines that are on."""
        return tuple(self._shown())

    @property
    def visible_series(self) -> tuple[Series, ...]:
        """The series whose lines are on."""
        return tuple(line.series for line in self._shown())

    def _shown(self) -> list[Line]:
        return [line for line in self.lines if line not in self._hidden]

    def values_text(self) -> str:
        """The newest values, or those at the right edge, one line for each curve that is on."""
        return "\n".join(
            f"{line.label} {text(self._value(line.series), self.scale.unit, self.scale.style)}"
            for line in self._shown()
        )

    def _value(self, series: Series) -> float | None:
        """What is known of a series at the right edge."""
        if self._source is None:
            return None
        newest = self._source.newest
        if not self._live:
            return self._source.value(series, self._now)
        return newest.number_of(series) if newest else None

    def _read(self) -> None:
        """The cursor is elsewhere: only where it was and where it is now is painted."""
        if self._stale:
            return
        before, self._out = self._out, self._reading()
        for out in (before, self._out):
            if out is not None:
                plot = self._frame.plot.toRect()
                self.update(QRect(int(out.x) - 4, plot.top(), 9, plot.height()))
                self.update(self._box.area(out, self._frame.plot).toAlignedRect().adjusted(-1, -1, 1, 1))

    def _reading(self) -> ReadOut | None:
        age = self.time_cursor.age
        if age is None:
            age = self._pinned_age()
        if age is None or self._source is None or not 0 <= age <= self.span:
            return None
        out = read(self._source, self._shown(), self._now, age, self.scale.style)
        return out and self._placed(out)

    def _placed(self, out: ReadOut) -> ReadOut:
        """A read-out where frame and scale have it now."""
        return out.placed(self._frame.transform(self.scale))
