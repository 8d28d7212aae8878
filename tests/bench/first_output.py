"""How long programs take from their start to the first thing that can be read from them."""

from __future__ import annotations

import contextlib
import os
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path

_PATIENCE = 30.0
_PAUSE = 0.01


def answers(address: str) -> bool:
    """Whether there is something to read at an address; not while it refuses, or has nothing yet."""
    with contextlib.suppress(OSError), urllib.request.urlopen(address, timeout=5) as answer:
        return bool(answer.read())
    return False


def held(path: Path) -> int:
    """Bytes in a file, or in all files below a directory; 0 where there is none."""
    if path.is_file():
        return path.stat().st_size
    return sum((Path(place) / name).stat().st_size for place, _, names in os.walk(path) for name in names)


def seconds_until(there: Callable[[], object], began: float) -> float | None:
    """Seconds since `began` (monotonic) at which it is there; None if it is not in half a minute."""
    while time.monotonic() - began < _PATIENCE:
        if there():
            return time.monotonic() - began
        time.sleep(_PAUSE)
    return None
