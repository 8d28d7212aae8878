"""What pages are made of: figures, lines, charts, tables and cards, as plain data with addresses in them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum


class Pick(StrEnum):
    """Which instance of a metric a figure shows, where its address names none."""

    WHOLE = "whole"
    HIGHEST = "highest"


class Style(StrEnum):
    """How a line is drawn. MIRROR hangs below zero; all STACK lines of a chart stand on one another."""

    LINE = "line"
    AREA = "area"
    STACK = "stack"
    MIRROR = "mirror"
    DASHED = "dashed"


@dataclass(frozen=True, slots=True)
class Figure:
    """One number in text: `label` stands before it; `named` adds the instance that was picked.

    `address` is a metric's; with `pick` HIGHEST the greatest of its instances is shown. `widest` is the longest
    text to make room for, so that a changing number never moves its neighbours. `doubtful` are addresses of which
    any under `least` means that the number is a guess, and shown dimmed.
    """

    label: str
    address: str
    widest: str = "100.0 %"
    pick: Pick = Pick.WHOLE
    named: bool = False
    doubtful: tuple[str, ...] = ()
    least: float = 0.0


@dataclass(frozen=True, slots=True)
class Line:
    """One curve: an address, its label, a colour token of the theme, and a style."""

    address: str
    label: str
    colour: str
    style: Style = Style.LINE


@dataclass(frozen=True, slots=True)
class Chart:
    """Curves over time that share one axis; `ceiling` is the address of the value the axis ends at.

    `least` is the smallest top the axis may have, in the unit of the curves, so that noise looks like noise; without
    it percentages go to 100.
    """

    lines: tuple[Line, ...]
    title: str = ""
    ceiling: str = ""
    least: float = 0.0


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table: `address` with `*` for the row's name; `each` gives other addresses for some rows.

    `words` replaces what the value is by how a person says it. `doubtful` are, for some rows, more addresses like
    those of the table's `doubtful` that the value in this column depends on.
    """

    label: str
    address: str = ""
    each: tuple[tuple[str, str], ...] = ()
    words: tuple[tuple[str, str], ...] = ()
    doubtful: tuple[tuple[str, tuple[str, ...]], ...] = ()

    def at(self, row: str) -> str:
        """The address in one row, empty where the column says nothing of it."""
        return dict(self.each).get(row, self.address.replace("*", row))


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of instances: the given `rows`, or every instance the first column's metric has.

    `key` names the table; `first` heads the column of names. `doubtful` is an address (with `*`) whose value under
    `least` means that the row is a guess, and shown dimmed.
    """

    key: str
    title: str
    first: str
    columns: tuple[Column, ...]
    rows: tuple[str, ...] = ()
    doubtful: str = ""
    least: float = 0.0


@dataclass(frozen=True, slots=True)
class Card:
    """One subject: title, the numbers that matter, charts, a line of details, and tables one click away.

    `strip` is the address of a metric shown as one bar for each instance. `busiest` names the table whose `most`
    busiest rows stand on the card itself. `reason` is the address of a text that explains what is missing.
    """

    key: str
    title: str
    type: str
    headline: tuple[Figure, ...]
    charts: tuple[Chart, ...]
    details: tuple[Figure, ...] = ()
    strip: str = ""
    tables: tuple[Table, ...] = ()
    busiest: str = ""
    most: int = 5
    reason: str = ""
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class Page:
    """A page of cards in a grid of `columns`, filled row by row, with a table below where there is one.

    `reason` is the address of a text that explains what the whole page lacks.
    """

    key: str
    title: str
    cards: tuple[Card, ...]
    columns: int = 2
    table: Table | None = None
    reason: str = ""

    def addresses(self) -> Iterator[str]:
        """Every address that is drawn over time, for whoever keeps a history."""
        for card in self.cards:
            for chart in card.charts:
                for line in chart.lines:
                    yield line.address


def rate(label: str, address: str) -> Figure:
    """A figure with room for any number of bytes a second."""
    return Figure(label, address, "1023 MiB/s")


def highest(label: str, address: str, widest: str, named: bool = False) -> Figure:
    """A figure of the greatest of a metric's instances."""
    return Figure(label, address, widest, Pick.HIGHEST, named)
