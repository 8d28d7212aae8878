"""What one way of tormenting PerfWatch came to, and the table of all of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from tests import markdown


@dataclass(frozen=True, slots=True)
class Outcome:
    """One row: what was tried under `subject`, how many `times`, what was found; `holds` is the verdict.

    `lost` says in words how much is missing, 'nothing' where nothing is. What this machine has no right or no
    program for was tried 0 times, and `note` says why: it neither holds nor fails. Nor does what is not `judged`, since
    it is told for what it is and nothing is claimed of it.
    """

    subject: str
    tried: str
    times: int
    holds: bool
    lost: str = "nothing"
    note: str = ""
    judged: bool = True

    @classmethod
    def not_tried(cls, subject: str, what: str, reason: str) -> Outcome:
        """A row that could not be tried here."""
        return cls(subject, what, 0, holds=False, lost="", note=reason)

    @property
    def failed(self) -> bool:
        """Whether it was tried and does not hold."""
        return self.times > 0 and self.judged and not self.holds

    @property
    def verdict(self) -> str:
        """'yes', '**no**', 'not tried' or 'not judged', as the table shows it."""
        if not self.times:
            return "not tried"
        if not self.judged:
            return "not judged"
        return "yes" if self.holds else "**no**"


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
    columns = ("what was tried", "times:", "lost", "holds", "note")
    return markdown.tables(outcomes, lambda one: one.subject, columns, _cells)


def _cells(one: Outcome) -> tuple[str, ...]:
    return one.tried, f"{one.times:,}", one.lost, one.verdict, one.note


def summary(outcomes: Iterable[Outcome]) -> str:
    """How many rows held, failed, were not tried and not judged."""
    rows = list(outcomes)
    failed = sum(row.failed for row in rows)
    untried = sum(not row.times for row in rows)
    unjudged = sum(row.times > 0 and not row.judged for row in rows)
    counts = [f"{len(rows) - failed - untried - unjudged} passed", f"{failed} failed"]
    counts += [f"{untried} not tried"] * bool(untried) + [f"{unjudged} not judged"] * bool(unjudged)
    return ", ".join(counts)
