"""An X server of one's own for what needs a screen."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def display(platform: str) -> Iterator[dict[str, str]]:
    """An environment with Qt's platform (`offscreen`, `xcb`), and an X server of 1920×1080 for the latter."""
    environ = os.environ | {"QT_QPA_PLATFORM": platform, "QT_LOGGING_RULES": "*.warning=false"}
    if platform != "xcb":
        yield environ
        return
    screen = ("-screen", "0", "1920x1080x24", "-nolisten", "tcp", "-displayfd", "1")
    server = subprocess.Popen(["Xvfb", *screen], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    try:
        assert server.stdout is not None
        yield environ | {"DISPLAY": f":{server.stdout.readline().strip()}"}
    finally:
        server.terminate()
        server.communicate()


def platform() -> str:
    """`xcb` where an X server can be started, else `offscreen`."""
    return "xcb" if shutil.which("Xvfb") else "offscreen"
