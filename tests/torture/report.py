"""docs/reliability.md: written by a whole run, and renewed in part by one of some subjects."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence

from tests.torture.outcome import Outcome, table

_HEAD = """# What happens when things go wrong

Written by `make torture`, which tries everything below on real processes, a real PostgreSQL and a real kernel. A row
that does not hold ends it with status 1; what a machine has no right or no program for is named as not tried. A
shorter form is a step of every check and fails it alike; how quick things are is not judged there, for a check shares
its machine with others.
"""
_SUMMARY = re.compile(r"^- \d+ rows: .*$", re.MULTILINE)
# what a row says of itself, and how that is counted
_WORDS = {"yes": "hold", "**no**": "do not hold", "not tried": "not tried", "not judged": "told, not judged"}


def written(head: Sequence[str], found: Iterable[Outcome], minutes: float) -> str:
    """All of it; `head` are the lines that name date, revision, machine and versions."""
    lines = [_HEAD, *head, "- 0 rows: ", f"- took {minutes:.0f} minutes", "", *table(found)]
    return _counted("\n".join(lines))


def renewed(text: str, head: Sequence[str], found: Iterable[Outcome]) -> str:
    """`text` with the tables of these outcomes in the place of those it had; they say of which date and revision."""
    when = head[0].removeprefix("- ")
    for section in "\n".join(table(found)).strip().split("\n## "):
        title, _, rows = section.removeprefix("## ").partition("\n")
        body = f"## {title}\n\nOf {when}.\n\n{rows.strip()}\n\n"
        begin = text.find(f"\n## {title}\n") + 1
        if not begin:
            text = f"{text}\n{body}"
            continue
        end = text.find("\n## ", begin) + 1
        text = text[:begin] + body + (text[end:] if end else "")
    return _counted(text)


def _counted(text: str) -> str:
    """With the line that counts the rows by what they say of themselves, in the column before the last."""
    rows = [re.split(r"(?<!\\)\|", line) for line in text.splitlines() if line.startswith("| ")]
    said = Counter(row[-3].strip() for row in rows if row[-3].strip() in _WORDS)
    counts = ", ".join(f"{said[word]} {meaning}" for word, meaning in _WORDS.items() if said[word])
    return _SUMMARY.sub(f"- {said.total()} rows: {counts}", text, count=1).rstrip() + "\n"
