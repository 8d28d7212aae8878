"""What one way of tormenting PerfWatch came to, and the table of all of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Outcome:
    """One row: what was tried under `subject`, how many `times`, what was found; `holds` is the verdict.

    `lost` says in words how much is missing, 'nothing' where nothing is.
    """

    subject: str
    tried: str
    times: int
    holds: bool
    lost: str = "nothing"
    note: str = ""


@dataclass(frozen=True, slots=True)
class Wish:
    """How hard to try: the whole torture, or the short form that CI has time for; `seed` makes chance repeat itself."""

    short: bool
    seed: int

    def rounds(self, whole: int, short: int) -> int:
        """The number of rounds for this run."""
        return short if self.short else whole


def table(outcomes: Iterable[Outcome]) -> Iterator[str]:
    """Markdown: one table for each subject, in the order of their first rows."""
    by_subject: dict[str, list[Outcome]] = {}
    for outcome in outcomes:
        by_subject.setdefault(outcome.subject, []).append(outcome)
    for subject, rows in by_subject.items():
        yield f"## {subject}\n"
        yield "| what was tried | times | lost | holds | note |"
        yield "| --- | ---: | --- | --- | --- |"
        for row in rows:
            yield f"| {row.tried} | {row.times:,} | {row.lost} | {'yes' if row.holds else '**no**'} | {row.note} |"
        yield ""
