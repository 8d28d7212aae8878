"""One curve of a chart: which series, how it is called, and how it is drawn."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from perfwatch_core import layout
from perfwatch_core.layout import Style
from perfwatch_core.metric import Catalogue, Series


@dataclass(frozen=True, slots=True)
class Line:
    """A series with its label, a colour token of the theme, and a style of the layout.

    `shift` draws it so many seconds later than it was, to lay one span upon another.
    """

    series: Series
    label: str
    colour: str
    style: Style = Style.LINE
    shift: float = 0.0


def lines_of(declared: Iterable[layout.Line], catalogue: Catalogue) -> tuple[Line, ...]:
    """The layout's lines with their addresses looked up; `UnknownSeries` for one that names no metric."""
    return tuple(Line(catalogue.series(one.address), one.label, one.colour, one.style) for one in declared)
