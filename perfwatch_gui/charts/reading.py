"""What the cursor reads in one chart: a moment, and the value of each line then."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from PySide6.QtCore import QPointF
from PySide6.QtGui import QTransform

from perfwatch_core.layout import Style
from perfwatch_core.units import ByteStyle, text
from perfwatch_gui import clock
from perfwatch_gui.charts.line import Line
from perfwatch_gui.charts.source import PointSource


@dataclass(frozen=True, slots=True)
class Row:
    """One line with its value as text, and the height of its curve in pixels where it has one."""

    line: Line
    text: str
    y: float | None


@dataclass(frozen=True, slots=True)
class ReadOut:
    """The clock time at the cursor, where it stands in pixels, and a row for each line shown.

    The time is HH:MM:SS, with the date where it is not the right edge's.
    """

    clock: str
    x: float
    rows: tuple[Row, ...]

    def __str__(self) -> str:
        return "\n".join([self.clock, *(f"{row.line.label} {row.text}" for row in self.rows)])


def read(
    source: PointSource, lines: Iterable[Line], now: float, age: float, to_pixels: QTransform, style: ByteStyle
) -> ReadOut | None:
    """Read the lines at the sample nearest to `age` seconds before `now`; None where there is no sample.

    Rows stand in the order of the curves from top to bottom, those without a value last, so that they can be told
    apart without their colours.
    """
    moment = source.moment_near(now - age)
    if moment is None:
        return None
    rows, ground = [], 0.0
    for line in lines:
        value = source.value(line.series, moment - line.shift)
        height = value
        if value is not None and line.style is Style.STACK:
            ground += value
            height = ground
        elif value is not None and line.style is Style.MIRROR:
            height = -value
        y = None if height is None else to_pixels.map(QPointF(0.0, height)).y()
        rows.append(Row(line, text(value, line.series.metric.unit, style), y))
    rows.sort(key=lambda row: (row.y is None, row.y or 0.0))
    x = round(to_pixels.map(QPointF(moment - now, 0.0)).x())
    return ReadOut(clock.short_text(moment, now), x, tuple(rows))
