"""What lies over the pages while their picture is old."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from perfwatch_gui.cards.context import Context

_VEIL = 150


class Veil(QWidget):
    """Fades what lies under it while the picture is old; lets every click through."""

    def __init__(self, context: Context, parent: QWidget) -> None:
        super().__init__(parent)
        self._context = context
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.hide()

    def cover(self, pages: QWidget, on: bool) -> None:
        """Lie over the pages, or be away."""
        self.setGeometry(pages.geometry())
        self.raise_()
        self.setVisible(on)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Lay the background over it, half through."""
        colour = QColor(self._context.theme.colour("background"))
        colour.setAlpha(_VEIL)
        painter = QPainter(self)
        painter.fillRect(self.rect(), colour)
        painter.end()
