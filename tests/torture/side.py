"""Torments side by side: most of each is waiting."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

from tests.torture.place import end_all

T = TypeVar("T")


def side_by_side(place: Path, jobs: Sequence[Callable[[], T]], most: int) -> Generator[T, None, None]:
    """The results of all jobs in their order, `most` at a time; the jobs run their processes below `place`.

    Where it is interrupted, those processes are killed until every job has noticed.
    """
    with ThreadPoolExecutor(most) as pool:
        futures = [pool.submit(job) for job in jobs]
        try:
            for future in futures:
                yield future.result()
        finally:
            for future in futures:
                future.cancel()
            while not all(future.done() for future in futures):
                end_all(place)
                time.sleep(0.1)
