"""What a running PerfWatch writes to a disk, watched for minutes as it goes; `disk` replays the whole day."""

from __future__ import annotations

from collections.abc import Iterator

from tests.bench.disk import live
from tests.bench.figure import Figure


def figures() -> Iterator[Figure]:
    """Its one figure."""
    yield from live()
