"""One measured number beside what was promised; tables of them, and one with a row for each program."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import Enum

from tests import markdown


class Column(Enum):
    """What programs are compared in, in the order of the one table."""

    CPU = "CPU a sample"
    PSS = "memory (PSS)"
    START = "first output after its start"
    DISK = "disk, a sample"
    HOUR = "reading an hour back"
    DAY = "reading a day back"
    VIEWERS = "viewers at once"


@dataclass(frozen=True, slots=True)
class Figure:
    """What was measured, in `unit`; `goal` is the most it may be, or the least with `at_least`; peers have none.

    `subject` names the table it stands in, `note` says what a reader should know. With `column` it also stands in the
    table of all programs, in the row of its `program`.
    """

    subject: str
    what: str
    value: float
    unit: str
    goal: float | None = None
    at_least: bool = False
    note: str = ""
    program: str = ""
    column: Column | None = None

    @property
    def holds(self) -> bool:
        """Whether it is as good as promised; true where nothing was."""
        if self.goal is None:
            return True
        return self.value >= self.goal if self.at_least else self.value <= self.goal

    @property
    def verdict(self) -> str:
        """The comparison in words."""
        if self.goal is None:
            return ""
        return "holds" if self.holds else "**misses**"


def beside(figures: Iterable[Figure]) -> Iterator[str]:
    """Markdown: every program a row, in the order of their first figures, with what it was measured in.

    The best of a column is bold; a dash is what a program does not do, or what was not measured.
    """
    rows: dict[str, dict[Column, Figure]] = {}
    for one in figures:
        if one.column is not None:
            rows.setdefault(one.program, {})[one.column] = one
    if not rows:
        return
    yield "## PerfWatch beside its peers\n"
    yield "| program | " + " | ".join(column.value for column in Column) + " |"
    yield "| --- |" + " ---: |" * len(Column)
    best = {column: _best(column, rows.values()) for column in Column}
    for program, there in rows.items():
        cells = (_cell(there.get(column), best[column]) for column in Column)
        yield f"| {program} | " + " | ".join(cells) + " |"
    yield ""
    yield (
        "The best of a column is bold; – is what a program does not do, or what was not measured. Programs do not read"
    )
    yield "the same values: the notes below say what each does for its cost.\n"


def _best(column: Column, rows: Iterable[dict[Column, Figure]]) -> Figure | None:
    """The one to be bold, where there are at least two to choose from."""
    found = sorted((row[column] for row in rows if column in row), key=lambda one: one.value)
    if len(found) < 2:
        return None
    return found[-1] if column is Column.VIEWERS else found[0]


def _cell(one: Figure | None, best: Figure | None) -> str:
    if one is None:
        return "–"
    words = f"{_short(one.value)} {one.unit}".strip()
    return f"**{words}**" if one is best else words


def tables(figures: Iterable[Figure]) -> Iterator[str]:
    """Markdown: one table for each subject, in the order of their first figures."""
    columns = ("what", "measured:", "goal:", "verdict", "note")
    return markdown.tables(figures, lambda one: one.subject, columns, _cells)


def _cells(one: Figure) -> tuple[str, ...]:
    goal = "" if one.goal is None else f"{'≥' if one.at_least else '≤'} {one.goal:g} {one.unit}"
    return one.what, f"{_short(one.value)} {one.unit}", goal, one.verdict, one.note


def _short(value: float) -> str:
    """Three digits that count."""
    return f"{value:.3g}" if abs(value) < 1000 else f"{value:,.0f}"
