"""Whether a window can open is known before Qt is loaded."""

import socket
import subprocess
import sys
from pathlib import Path

import pytest

from perfwatch_gui import display
from perfwatch_gui.display import display_problem


def test_without_any_display_the_reason_says_so() -> None:
    assert display_problem({}) == "there is no display"


def test_a_platform_that_needs_no_screen_needs_no_display() -> None:
    assert display_problem({"QT_QPA_PLATFORM": "offscreen"}) == ""
    assert display_problem({"QT_QPA_PLATFORM": "xcb"}) == "there is no display"


def test_a_display_that_nobody_serves_counts_as_none() -> None:
    assert display_problem({"DISPLAY": ":4711"}) == "the display ':4711' does not answer"
    assert "does not answer" in display_problem({"DISPLAY": "127.0.0.1:59999"})
    assert "does not answer" in display_problem({"DISPLAY": "nonsense"})


def test_a_listening_x_server_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(display, "_X11_SOCKETS", tmp_path)
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(tmp_path / "X7"))
        server.listen()
        assert display_problem({"DISPLAY": ":7.0"}) == ""


def test_a_listening_wayland_compositor_is_found(tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(tmp_path / "wayland-0"))
        server.listen()
        there = {"WAYLAND_DISPLAY": "wayland-0", "XDG_RUNTIME_DIR": str(tmp_path)}
        assert display_problem(there) == ""


def test_the_command_names_serve_and_ends_with_2_without_loading_qt() -> None:
    code = (
        "import sys\nfrom perfwatch_gui.__main__ import main\n"
        "status = main([])\nassert not any(name.startswith('PySide6') for name in sys.modules)\n"
        "sys.exit(status)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], env={"PATH": "/usr/bin"}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert done.stderr == (
        "perfwatch: there is no display, so no window can open; 'perfwatch --serve' runs without one.\n"
    )
