"""A number with its label on the screen: fixed width, tabular figures, painted without a layout pass."""

from __future__ import annotations

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QFont, QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from perfwatch_gui.cards.figures import Shown
from perfwatch_gui.hover import hover
from perfwatch_gui.theme import Theme, tabular

_GAP = 5
_SKELETON_HEIGHT = 0.55


class Field(QWidget):
    """`label value`; setting the value repaints this field and moves nothing.

    A QLabel asks its layout for room at each new text, which costs more than the painting. Until the first value
    a quiet bar stands in its place. `factor` is of the application's font size; with `right` values end at the
    right edge, so that their units stand still.
    """

    def __init__(
        self, theme: Theme, label: str, widest: str, factor: float = 0.95, strong: bool = False, right: bool = False
    ) -> None:
        super().__init__()
        self._theme = theme
        self._right = right
        # it paints its own ground, so that a new value does not repaint the card below it
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self._label = label
        self._shown: Shown | None = None
        self._label_font = tabular(self.font(), min(factor, 0.95))
        weight = QFont.Weight.DemiBold if strong else QFont.Weight.Normal
        self._font = tabular(self.font(), factor, weight)
        self._label_width = QFontMetrics(self._label_font).horizontalAdvance(label) + _GAP if label else 0
        metrics = QFontMetrics(self._font)
        # N/A must fit too
        self._value_width = max(metrics.horizontalAdvance(widest), metrics.horizontalAdvance("N/A")) + 2
        self._size = QSize(self._label_width + self._value_width, metrics.height() + 2)
        self._ascent = metrics.ascent() + 1
        self._metrics = metrics
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    @property
    def shown(self) -> Shown | None:
        """What stands there; None before the first value."""
        return self._shown

    @property
    def label(self) -> str:
        """What stands before the value."""
        return self._label

    def show_value(self, shown: Shown) -> None:
        """Show another text, dimmed and with its reason on hover where it is not known."""
        if shown == self._shown:
            return
        if self._shown is None or shown.why != self._shown.why:
            self.setToolTip(hover(shown.why))
        self._shown = shown
        self.setAccessibleDescription(f"{self._label} {shown.text}".strip())
        self.update()

    def sizeHint(self) -> QSize:
        """The room for the label and the widest value."""
        return self._size

    def minimumSizeHint(self) -> QSize:
        """As `sizeHint`: a value is never cut off."""
        return self._size

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw label and value on one base line."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), self._theme.colour("card"))
        if self._label:
            painter.setFont(self._label_font)
            painter.setPen(self._theme.colour("quiet"))
            painter.drawText(0, self._ascent, self._label)
        if self._shown is None:
            height = round(self._size.height() * _SKELETON_HEIGHT)
            bar = QRect(self._label_width, (self.height() - height) // 2, self._value_width - 8, height)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(self._theme.colour("border"))
            painter.drawRoundedRect(bar, 4, 4)
        else:
            painter.setFont(self._font)
            painter.setPen(self._theme.colour("text" if self._shown.known else "quiet"))
            left = self._label_width
            if self._right:
                left = max(left, self.width() - self._metrics.horizontalAdvance(self._shown.text))
            painter.drawText(left, self._ascent, self._shown.text)
        painter.end()
