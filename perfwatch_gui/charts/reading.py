"""What the cursor reads in one chart: a moment, and the value of each line then."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from PySide6.QtCore import QPointF
from PySide6.QtGui import QTransform

from perfwatch_core.layout import Style
from perfwatch_core.units import ByteStyle, text
from perfwatch_gui import clock
from perfwatch_gui.charts.line import Line
from perfwatch_gui.charts.source import PointSource


@dataclass(frozen=True, slots=True)
class Row:
    """One line with its value as text, and where its curve is in the unit of the axis, None where it has no value."""

    line: Line
    text: str
    height: float | None


@dataclass(frozen=True, slots=True)
class ReadOut:
    """The clock time at the cursor, a row for each line shown, and where the cursor and each row's curve are in pixels.

    The time is HH:MM:SS, with the date where it is not the right edge's. `age` is in seconds before that edge; the
    heights `ys` are as many as there are rows.
    """

    clock: str
    age: float
    rows: tuple[Row, ...]
    x: float = 0.0
    ys: tuple[float | None, ...] = ()

    def __str__(self) -> str:
        return "\n".join([self.clock, *(f"{row.line.label} {row.text}" for row in self.rows)])

    def placed(self, to_pixels: QTransform) -> ReadOut:
        """The same where `to_pixels` has it, which is from seconds before the right edge and values."""
        heights = [row.height for row in self.rows]
        ys = tuple(None if height is None else to_pixels.map(QPointF(0.0, height)).y() for height in heights)
        return replace(self, x=round(to_pixels.map(QPointF(-self.age, 0.0)).x()), ys=ys)


def read(source: PointSource, lines: Iterable[Line], now: float, age: float, style: ByteStyle) -> ReadOut | None:
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
        rows.append(Row(line, text(value, line.series.metric.unit, style), height))
    rows.sort(key=lambda row: (row.height is None, -(row.height or 0.0)))
    return ReadOut(clock.short_text(moment, now), now - moment, tuple(rows))
