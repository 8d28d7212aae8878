"""A window that knows whether anybody looks at it, and does nothing while nobody does."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt, QTimer, Signal
from PySide6.QtGui import QHideEvent, QPaintEvent, QShowEvent
from PySide6.QtWidgets import QMainWindow, QVBoxLayout, QWidget

_AGE_MS = 1000


def column(header: QWidget, middle: QWidget, foot: QWidget) -> QWidget:
    """One above the other without gaps; the middle takes what room there is."""
    whole = QWidget()
    layout = QVBoxLayout(whole)
    layout.setContentsMargins(0, 0, 0, 0)
    layout.setSpacing(0)
    layout.addWidget(header)
    layout.addWidget(middle, 1)
    layout.addWidget(foot)
    return whole


class WatchedWindow(QMainWindow):
    """Says `looked_at` when somebody looks again; `status_timer` ticks each second for as long as somebody can."""

    looked_at = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._missed = False
        self.leaving = False
        self.status_timer = QTimer(self)
        self.status_timer.setInterval(_AGE_MS)

    def seen(self) -> bool:
        """Whether anyone can see the window; neither hidden nor minimised, nor covered where that is known."""
        return self.isVisible() and not self.isMinimized() and self.windowHandle().isExposed()

    def can_draw(self) -> bool:
        """Whether to draw now; where nobody can see it, it is made up for when somebody looks again."""
        self._missed = not self.seen()
        return not self._missed

    def paintEvent(self, event: QPaintEvent) -> None:
        """Somebody looks again: what was missed is drawn with the first picture."""
        super().paintEvent(event)
        if self._missed:
            self._missed = False
            QTimer.singleShot(0, self, self.looked_at.emit)

    def showEvent(self, event: QShowEvent) -> None:
        """Count the age from now on."""
        self.status_timer.start()
        QTimer.singleShot(0, self, self.looked_at.emit)
        super().showEvent(event)

    def hideEvent(self, event: QHideEvent) -> None:
        """Nobody looks: not even the age is counted."""
        self.status_timer.stop()
        super().hideEvent(event)

    def changeEvent(self, event: QEvent) -> None:
        """Minimised counts as hidden."""
        if event.type() is QEvent.Type.WindowStateChange:
            if self.isMinimized():
                self.status_timer.stop()
            elif self.isVisible():
                self.status_timer.start()
                QTimer.singleShot(0, self, self.looked_at.emit)
        super().changeEvent(event)

    def toggle_full_screen(self) -> None:
        """To full screen and back."""
        self.setWindowState(self.windowState() ^ Qt.WindowState.WindowFullScreen)

    def quit(self) -> None:
        """Close for good, also where closing would only hide it."""
        self.leaving = True
        self.close()
