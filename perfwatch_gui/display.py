"""Whether there is a display to open a window on, found out before Qt is loaded: Qt aborts without one."""

from __future__ import annotations

import socket
from collections.abc import Mapping
from pathlib import Path

_X11_SOCKETS = Path("/tmp/.X11-unix")
_X11_PORT = 6000
_NO_SCREEN = frozenset({"offscreen", "minimal", "linuxfb", "eglfs", "vnc"})


def display_problem(environ: Mapping[str, str]) -> str:
    """Why no window can open, in words; empty when one can.

    A display that is named but does not answer counts as none.
    """
    if environ.get("QT_QPA_PLATFORM", "").partition(":")[0] in _NO_SCREEN:
        return ""
    wayland, x11 = environ.get("WAYLAND_DISPLAY", ""), environ.get("DISPLAY", "")
    if wayland and _answers_locally(Path(environ.get("XDG_RUNTIME_DIR", "/")) / wayland):
        return ""
    if x11 and _answers(x11):
        return ""
    if wayland or x11:
        return f"the display {wayland or x11!r} does not answer"
    return "there is no display"


def _answers(display: str) -> bool:
    """Whether an X server listens at `[host]:number[.screen]` (X(7), DISPLAY NAMES)."""
    host, colon, rest = display.rpartition(":")
    number = rest.partition(".")[0]
    if not colon or not number.isdecimal():
        return False
    if host in ("", "unix"):
        path = _X11_SOCKETS / f"X{number}"
        return _answers_locally(path) or _answers_locally(f"\0{path}")
    try:
        socket.create_connection((host, _X11_PORT + int(number)), timeout=2).close()
    except OSError:
        return False
    return True


def _answers_locally(address: Path | str) -> bool:
    with socket.socket(socket.AF_UNIX) as knock:
        knock.settimeout(2)
        try:
            knock.connect(str(address))
        except OSError:
            return False
    return True
