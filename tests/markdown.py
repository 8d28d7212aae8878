"""Tables in Markdown for what is measured and tried."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TypeVar

Row = TypeVar("Row")


def tables(
    rows: Iterable[Row], subject: Callable[[Row], str], columns: Sequence[str], cells: Callable[[Row], Iterable[str]]
) -> Iterator[str]:
    """One table for each subject, in the order of their first rows; a column whose name ends with ":" is of numbers."""
    by_subject: dict[str, list[Row]] = {}
    for row in rows:
        by_subject.setdefault(subject(row), []).append(row)
    for name, members in by_subject.items():
        yield f"## {name}\n"
        yield _line(column.rstrip(":") for column in columns)
        yield _line("---:" if column.endswith(":") else "---" for column in columns)
        yield from (_line(map(_cell, cells(row))) for row in members)
        yield ""


def _line(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _cell(text: str) -> str:
    """In one line, and without what ends a cell."""
    return " ".join(text.split()).replace("|", r"\|")
