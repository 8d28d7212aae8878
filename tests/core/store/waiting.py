"""Waiting for something to become true, no longer than it takes."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

_EVER = threading.Event()


def until(condition: Callable[[], object], seconds: float = 30.0, pause: float = 0.01) -> float:
    """Wait until `condition` holds, looking each `pause`; the seconds it took. AssertionError where it never does."""
    began = time.monotonic()
    while not condition():
        assert time.monotonic() - began < seconds, f"not true within {seconds} s: {condition}"
        _EVER.wait(pause)
    return time.monotonic() - began
