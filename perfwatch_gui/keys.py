"""The keys of the window: every declared shortcut, and Ctrl with the number of each page."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from PySide6.QtCore import QEvent, QObject, QSignalMapper, Qt
from PySide6.QtGui import QKeyEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QAbstractButton, QWidget

from perfwatch_gui.shortcuts import SHORTCUTS
from perfwatch_gui.travel import Travel


class Paged(Protocol):
    """What has pages to show."""

    def show_page(self, key: str) -> None:
        """Open one."""


class Keys(QObject):
    """Connects each key to the method of the window, or of its travel in time, that the declaration names."""

    def __init__(self, window: QWidget, pages: Paged, travel: Travel, keys: Sequence[str]) -> None:
        super().__init__(window)
        self._window = window
        self._time_keys = []
        for shortcut in SHORTCUTS:
            key = QShortcut(QKeySequence(shortcut.keys), window)
            key.activated.connect(getattr(travel if shortcut.times else window, shortcut.action))
            if shortcut.times:
                self._time_keys.append(key)
        self._pages_by_key = QSignalMapper(self)
        self._pages_by_key.mappedString.connect(pages.show_page)
        for place, name in enumerate(keys, 1):
            key = QShortcut(QKeySequence(f"Ctrl+{place}"), window)
            key.activated.connect(self._pages_by_key.map)
            self._pages_by_key.setMapping(key, name)
        window.installEventFilter(self)

    def let_time_move(self, on: bool) -> None:
        """Whether the keys of time do anything: not on a page without time."""
        for key in self._time_keys:
            key.setEnabled(on)

    def eventFilter(self, _window: QObject, event: QEvent) -> bool:
        """A button that has the focus is pressed by Space; everywhere else Space freezes."""
        asked = isinstance(event, QKeyEvent) and event.key() == Qt.Key.Key_Space
        if (
            asked
            and event.type() is QEvent.Type.ShortcutOverride
            and isinstance(self._window.focusWidget(), QAbstractButton)
        ):
            event.accept()
            return True
        return False
