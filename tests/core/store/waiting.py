"""Waiting for something to become true, no longer than it takes."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

_EVER = threading.Event()


def until(condition: Callable[[], object], seconds: float = 30.0) -> float:
    """Wait until `condition` holds; the seconds it took. AssertionError where it does not come true in time."""
    began = time.monotonic()
    while not condition():
        assert time.monotonic() - began < seconds, f"not true within {seconds} s: {condition}"
        _EVER.wait(0.01)
    return time.monotonic() - began
