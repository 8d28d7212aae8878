"""What a collector is, and the wrapper that lets one fail without touching the others."""

from __future__ import annotations

import logging
import time
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import ClassVar, NamedTuple

from perfwatch_core.metric import Metric, Series
from perfwatch_core.sample import Fault
from perfwatch_core.settings import Settings

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Missing:
    """Stands where a number would be, with the reason a person can read."""

    reason: str


@dataclass(frozen=True, slots=True)
class Shortfall:
    """Something that cannot be measured here: `remedy` is one command, empty where none helps.

    `denied` tells a missing permission from a missing thing.
    """

    reason: str
    remedy: str = ""
    denied: bool = False

    @property
    def sentence(self) -> str:
        """Reason and remedy in one line."""
        return f"{self.reason}; mend it with: {self.remedy}" if self.remedy else self.reason


Raw = float | int | str | bool | tuple[float, float] | Missing
Fact = tuple[Metric, str, Raw]


class Column(NamedTuple):
    """One metric of many instances, told in one go: thousands of interfaces cost little more than reading them.

    `raws` has one for each of `instances`, in their order, all known; whole numbers where the metric is `plain` or
    `paced`.
    """

    metric: Metric
    instances: tuple[str, ...]
    raws: Sequence[Raw]

    @property
    def series(self) -> tuple[Series, ...]:
        """The series that the numbers are of."""
        return self.metric.of_each(self.instances)


class NotOnThisMachine(Exception):
    """Raised by a collector whose subject does not exist here: the reason, and the command that mends it."""

    def __init__(self, reason: str, remedy: str = "") -> None:
        super().__init__(reason)
        self.remedy = remedy


@dataclass(frozen=True, slots=True)
class Reading:
    """What the kernel said about one type at one moment.

    `at` is monotonic seconds when reading began, `cost` the milliseconds of wall time it took. `facts` are what was
    told one by one, `columns` what was told of many at once.
    """

    type: str
    at: float
    facts: Mapping[Series, Raw] = field(default_factory=dict)
    fault: Fault | None = None
    cost: float = 0.0
    columns: Mapping[Metric, Column] = field(default_factory=dict)

    def everything(self) -> dict[Series, Raw]:
        """All that was told, by series."""
        found = dict(self.facts)
        for column in self.columns.values():
            found.update(zip(column.series, column.raws, strict=True))
        return found


class Collector(ABC):
    """Reads one subject. `collect` yields (metric, instance, raw), or a column of each metric that has many instances.

    `enabled` switches it off and on live.
    """

    type: ClassVar[str]
    metrics: ClassVar[tuple[Metric, ...]]
    enabled: bool = True

    @abstractmethod
    def collect(self) -> Iterator[Fact | Column]:
        """What the kernel says now; raise `NotOnThisMachine` where there is nothing to read."""

    def configure(self, settings: Settings) -> None:
        """Take over live settings that concern this subject; most have none. From any thread."""
        del settings

    def children(self) -> tuple[int, ...]:
        """Process ids of programs it keeps running, whose cost is PerfWatch's own; most have none."""
        return ()

    def prepare(self, seconds: float) -> None:
        """Wait up to so many seconds until a later reading can be whole; most are ready at once."""
        del seconds

    def shortfalls(self) -> tuple[Shortfall, ...]:
        """What the newest reading lacked and a person could mend, worst first; most lack nothing."""
        return ()

    def close(self) -> None:
        """Let go of files and children; collecting again opens them again. Most have none."""
        return


def reason(error: Exception) -> str:
    """What a person reads of a failure: which file, where there is one, and why."""
    if isinstance(error, OSError) and error.filename and error.strerror:
        return f"{error.filename} cannot be read: {error.strerror}"
    return f"{type(error).__name__}: {error}"


def collect_safely(collector: Collector) -> Reading | None:
    """One reading, with any failure turned into its fault; None while the collector is switched off."""
    if not collector.enabled:
        return None
    at = time.monotonic()
    facts: dict[Series, Raw] = {}
    columns: dict[Metric, Column] = {}
    fault: Fault | None = None
    try:
        for told in collector.collect():
            if isinstance(told, Column):
                columns[told.metric] = told
            else:
                metric, instance, raw = told
                facts[metric.of(instance)] = raw
    except NotOnThisMachine as absent:
        fault = Fault(str(absent), here=False, remedy=absent.remedy)
    # One broken collector must never stop the others, whatever it raises.
    except Exception as error:
        log.debug("collector %s failed", collector.type, exc_info=True)
        fault = Fault(reason(error))
    return Reading(
        collector.type,
        at,
        {} if fault else facts,
        fault,
        (time.monotonic() - at) * 1000,
        {} if fault else columns,
    )
