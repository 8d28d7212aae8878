"""Pressure: how long tasks waited for processor, memory or I/O (Documentation/accounting/psi.rst)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from perfwatch_core.collector import Collector, Fact, Missing, NotOnThisMachine, reason
from perfwatch_core.collectors.machine import Machine
from perfwatch_core.collectors.words import count, lines
from perfwatch_core.metric import Metric, Rule
from perfwatch_core.units import Unit

TYPE = "pressure"
# `total=` counts microseconds: a million in a second is all of it.
_PERCENT = 100 / 1_000_000


def _stalled(field: str, help_: str) -> Metric:
    return Metric(TYPE, field, Unit.PERCENT, help_, rule=Rule.PER_SECOND, scale=_PERCENT, most=100.0)


CPU_SOME = _stalled("cpu_some_percent", "Share of time in which some task waited for a processor.")
MEMORY_SOME = _stalled("memory_some_percent", "Share of time in which some task waited for memory.")
MEMORY_FULL = _stalled("memory_full_percent", "Share of time in which all tasks that could run waited for memory.")
IO_SOME = _stalled("io_some_percent", "Share of time in which some task waited for I/O.")
IO_FULL = _stalled("io_full_percent", "Share of time in which all tasks that could run waited for I/O.")

_LINES = (
    ("cpu", {b"some": CPU_SOME}),
    ("memory", {b"some": MEMORY_SOME, b"full": MEMORY_FULL}),
    ("io", {b"some": IO_SOME, b"full": IO_FULL}),
)


# Other fields may come before and behind; what cannot be printed is in none.
_LINE = re.compile(rb"(some|full)(?: [!-~]+)* total=([0-9]+)(?: [ -~]*)?")


class PressureCollector(Collector):
    """Who had to wait."""

    type = TYPE
    metrics = (CPU_SOME, MEMORY_SOME, MEMORY_FULL, IO_SOME, IO_FULL)

    def __init__(self, machine: Machine) -> None:
        self._machine = machine

    def collect(self) -> Iterator[Fact]:
        """Microseconds since boot."""
        found: dict[str, bytes | OSError] = {}
        for subject, _ in _LINES:
            try:
                found[subject] = self._machine.read(f"proc/pressure/{subject}")
            except OSError as error:
                found[subject] = error
        if not any(isinstance(text, bytes) for text in found.values()):
            raise NotOnThisMachine(
                "this kernel does not measure pressure (PSI); it takes a kernel with CONFIG_PSI, "
                "booted with psi=1 where that is not the default"
            )
        for subject, metrics in _LINES:
            yield from _facts(subject, found[subject], metrics)


def _facts(subject: str, text: bytes | OSError, metrics: Mapping[bytes, Metric]) -> Iterator[Fact]:
    said: dict[bytes, int] = {}
    for line in lines(text) if isinstance(text, bytes) else []:
        if (found := _LINE.fullmatch(line)) and (total := count(found[2])) is not None:
            said[found[1]] = total
    why = reason(text) if isinstance(text, OSError) else f"/proc/pressure/{subject} does not tell"
    for kind, metric in metrics.items():
        yield metric, "", said.get(kind, Missing(why))
