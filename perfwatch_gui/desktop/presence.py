"""What joins the window to the desktop while it is open: the bell of a second start, the tray, notifications."""

from __future__ import annotations

import os

from PySide6.QtCore import QObject, QSocketNotifier
from PySide6.QtWidgets import QSystemTrayIcon

from perfwatch_gui.bridge import Source
from perfwatch_gui.desktop.single import Claim
from perfwatch_gui.desktop.tray import Tray, to_front
from perfwatch_gui.desktop.trouble import Notifier
from perfwatch_gui.preferences import Preferences
from perfwatch_gui.style import icon
from perfwatch_gui.window import Window


class Bell(QObject):
    """Brings the window to the front when another start rings."""

    def __init__(self, claim: Claim, window: Window) -> None:
        super().__init__(window)
        self._claim = claim
        self._window = window
        self._notifier = QSocketNotifier(claim.bell.fileno(), QSocketNotifier.Type.Read, self)
        self._notifier.activated.connect(self._rung)

    def _rung(self) -> None:
        token = self._claim.answer()
        if token is None:
            return
        if token:
            # where Qt looks for the permission to take the focus
            os.environ["XDG_ACTIVATION_TOKEN"] = token
        to_front(self._window)


def join(window: Window, source: Source, preferences: Preferences, claim: Claim | None) -> None:
    """Make the window a good member of its desktop; all of it ends with the window."""
    if claim is not None:
        Bell(claim, window)
    if QSystemTrayIcon.isSystemTrayAvailable():
        Tray(window, preferences, icon())
    Notifier(source, window)
