"""One measured number beside what was promised, and tables of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Figure:
    """What was measured, in `unit`; `goal` is the most it may be, or the least with `at_least`; peers have none.

    `subject` names the table it stands in, `note` says what a reader should know.
    """

    subject: str
    what: str
    value: float
    unit: str
    goal: float | None = None
    at_least: bool = False
    note: str = ""

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


def tables(figures: Iterable[Figure]) -> Iterator[str]:
    """Markdown: one table for each subject, in the order of their first figures."""
    by_subject: dict[str, list[Figure]] = {}
    for figure in figures:
        by_subject.setdefault(figure.subject, []).append(figure)
    for subject, members in by_subject.items():
        yield f"## {subject}\n"
        yield "| what | measured | goal | verdict | note |"
        yield "| --- | ---: | ---: | --- | --- |"
        for one in members:
            goal = "" if one.goal is None else f"{'≥' if one.at_least else '≤'} {one.goal:g} {one.unit}"
            cells = (one.what, f"{_short(one.value)} {one.unit}", goal, one.verdict, one.note)
            yield "| " + " | ".join(cells) + " |"
        yield ""


def _short(value: float) -> str:
    """Three digits that count."""
    return f"{value:.3g}" if abs(value) < 1000 else f"{value:,.0f}"
