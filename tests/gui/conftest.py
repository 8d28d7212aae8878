"""The one application of all window tests: no screen, the style the program uses, warnings that mean something."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import QApplication

# The offscreen platform says so at every window and tool tip; it has no window system to tell, and no tray.
_NOT_OURS = (
    *(f"This plugin does not support {what}" for what in ("propagateSizeHints", "raise", "grabbing")),
    "No such signal QPlatformNativeInterface::systemTrayWindowChanged",
)


def pytest_configure(config: pytest.Config) -> None:
    """Let these messages pass; every other Qt warning fails the test it comes from."""
    for message in _NOT_OURS:
        config.addinivalue_line("qt_log_ignore", message)


@pytest.fixture(scope="session")
def qapp_args() -> list[str]:
    """The program's name, and Fusion, which looks the same on every desktop."""
    return ["perfwatch", "-platform", "offscreen", "-style", "fusion"]


@pytest.fixture(autouse=True)
def _application(qapp: QApplication) -> None:
    """Every test has an application, so that fonts and colours can be used before the first window."""
    assert qapp.platformName() == "offscreen"


@pytest.fixture
def screen_reader() -> Iterator[None]:
    """As if a screen reader listened."""
    QAccessible.setActive(True)
    yield
    QAccessible.setActive(False)
