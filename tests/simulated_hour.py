"""What the simulator makes: the samples of an hour, by column."""

from __future__ import annotations

from dataclasses import dataclass

from perfwatch_core.metric import Value
from perfwatch_core.store.batch import Place


@dataclass(frozen=True, slots=True)
class Hour:
    """An hour's samples by column: times (UTC µs), true intervals (ms), values by place."""

    at: list[int]
    intervals: list[int | None]
    columns: dict[Place, list[Value | None]]
