"""`perfwatch doctor`: what this machine can and cannot measure, and the one command that mends each thing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from perfwatch_core.collector import Shortfall
from perfwatch_core.collectors.facts import facts
from perfwatch_core.metric import Catalogue, Kind, Series
from perfwatch_core.priority import standing
from perfwatch_core.rates import NOTHING
from perfwatch_core.sample import Sample
from perfwatch_core.settings import Settings


class Verdict(StrEnum):
    """How well one thing can be measured."""

    GOOD = "ok"
    PARTLY = "partly"
    NOT = "no"


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the doctor's report; `remedy` is a command, empty where nothing mends it."""

    subject: str
    verdict: Verdict
    says: str
    remedy: str = ""


def examine(sample: Sample, catalogue: Catalogue, shortfalls: Mapping[str, Sequence[Shortfall]]) -> Iterator[Finding]:
    """Findings for each metric type of a sample that was made from two readings.

    `shortfalls` are what a person could mend, by type; each stands once, with what it keeps from being known.
    """
    for type_ in catalogue.types:
        fault = sample.faults.get(type_)
        if fault:
            yield Finding(type_, Verdict.NOT, fault.reason, fault.remedy)
            continue
        said = {
            str(series): value
            for series, value in sample.values.items()
            if series.metric.type == type_ and series.metric.kind is not Kind.TEXT
        }
        reasons: dict[str, list[Series]] = {}
        for series, reason in sample.missing.items():
            # that a disk had nothing to do is nothing that it cannot
            if series.metric.type == type_ and series.metric.kind is not Kind.TEXT and reason != NOTHING:
                reasons.setdefault(reason, []).append(series)
        mendable = {shortfall.reason: shortfall.remedy for shortfall in shortfalls.get(type_, ())}
        if said.get(f"{type_}.available") is False:
            # the whole type says of itself that it has nothing: its reasons are one and the same
            for reason, remedy in (mendable or dict.fromkeys(reasons, "")).items():
                yield Finding(type_, Verdict.NOT, reason, remedy)
            continue
        yield Finding(type_, Verdict.GOOD, f"{len(said)} values")
        for reason, lacking in reasons.items():
            yield Finding(type_, Verdict.PARTLY, f"{_names(lacking)}: {reason}", mendable.pop(reason, ""))
        for reason, remedy in mendable.items():
            yield Finding(type_, Verdict.PARTLY, reason, remedy)


def machine() -> Finding:
    """What was examined: so that reports of two machines can be told apart."""
    return Finding("machine", Verdict.GOOD, facts().sentence)


def store(settings: Settings) -> Finding:
    """Whether samples can be kept; a private database that does not exist yet is not made for the question."""
    if not settings.background_collection:
        return Finding("store", Verdict.NOT, "BACKGROUND_COLLECTION_ENABLED is off: nothing is kept")
    # only here: it loads the driver
    from perfwatch_core.store.command import standing
    from perfwatch_core.store.state import StoreProblem

    try:
        return Finding("store", Verdict.GOOD, standing(settings))
    except StoreProblem as problem:
        # the sentence names what mends it
        return Finding("store", Verdict.NOT, str(problem))


def urgency() -> Finding:
    """Whether samples come in time on a busy machine."""
    found = standing()
    return Finding("priority", Verdict.PARTLY if found.remedy else Verdict.GOOD, found.sentence, found.remedy)


def report(findings: list[Finding]) -> str:
    """The findings as aligned lines, each remedy on a line of its own below."""
    width = max(len(finding.subject) for finding in findings)
    lines = []
    for finding in findings:
        lines.append(f"{finding.verdict:<6}  {finding.subject:<{width}}  {finding.says}")
        if finding.remedy:
            lines.append(f"{'':<6}  {'':<{width}}  mend it with: {finding.remedy}")
    return "\n".join(lines)


def first_words(settings: Settings) -> str:
    """Where the data of a first start will be, in a sentence; empty where PerfWatch has been here before."""
    place = settings.data_dir
    if place.is_dir() and any(place.iterdir()):
        return ""
    kept = "in the database that you named" if settings.database_url else f"in {place}, which only you can read"
    return f"This is the first start. What is measured is kept {kept}; nothing has to be set."


def lacking(findings: Iterable[Finding]) -> list[str]:
    """What cannot be measured at all, with the command that mends it, a sentence each."""
    return [
        f"Not measured here: {finding.subject}: {finding.says}"
        + (f"; mend it with: {finding.remedy}" if finding.remedy else "")
        for finding in findings
        if finding.verdict is Verdict.NOT
    ]


def _names(lacking: list[Series], most: int = 3) -> str:
    names = [str(series).partition(".")[2] for series in lacking]
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more
