"""The icon in the tray, where there is a tray; with it the window may be closed while PerfWatch goes on collecting."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QApplication, QMenu, QSystemTrayIcon

from perfwatch_gui.preferences import Preferences
from perfwatch_gui.window import Window

_CLICKS = (QSystemTrayIcon.ActivationReason.Trigger, QSystemTrayIcon.ActivationReason.DoubleClick)


def to_front(window: Window) -> None:
    """Show the window, whether it is hidden, minimised or under others."""
    window.setWindowState(window.windowState() & ~window.windowState().WindowMinimized)
    window.show()
    window.raise_()
    window.activateWindow()


class Tray(QObject):
    """A click shows or hides the window; the menu also ends the program."""

    def __init__(self, window: Window, preferences: Preferences, icon: QIcon) -> None:
        super().__init__(window)
        self._window = window
        self._preferences = preferences
        self._menu = QMenu()
        self.show_action = self._menu.addAction("Show PerfWatch")
        self.show_action.triggered.connect(self._show)
        self.quit_action = self._menu.addAction("Quit")
        self.quit_action.triggered.connect(self._quit)
        self.icon = QSystemTrayIcon(icon, self)
        self.icon.setToolTip("PerfWatch")
        self.icon.setContextMenu(self._menu)
        self.icon.activated.connect(self._clicked)
        self.icon.show()
        window.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Hide the window instead of closing it, where that is wished and nobody asked to quit."""
        if (
            watched is self._window
            and event.type() is QEvent.Type.Close
            and self._preferences.close_to_tray
            and not self._window.leaving
        ):
            event.ignore()
            self._window.hide()
            return True
        return super().eventFilter(watched, event)

    def _clicked(self, reason: QSystemTrayIcon.ActivationReason) -> None:
        if reason in _CLICKS:
            if self._window.isVisible() and not self._window.isMinimized():
                self._window.hide()
            else:
                self._show()

    def _show(self) -> None:
        to_front(self._window)

    def _quit(self) -> None:
        self._window.quit()
        # closing a hidden window does not end the loop
        QApplication.quit()
