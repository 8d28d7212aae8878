"""A percentage for each of many cores in little room: thin bars, and from 33 cores on a heat strip."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QEvent, QRect, QSize, Qt
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from perfwatch_core.units import Unit, text
from perfwatch_gui.spoken import describe
from perfwatch_gui.theme import Theme, mixed

MOST_BARS = 32
_FULL = 100.0
_HEIGHT = 22
_BAR_GAP = 3
# cells narrower than this stand without a gap
_NARROW = 4
# How much of the border's colour a bar's place has, so that an idle core is seen to be there.
_GROUND_SHARE = 0.45
_SHADES = 32


class CoreStrip(QWidget):
    """One bar or cell for each core, in percent of its time; hovering names the core and its value.

    A cell is the brighter on dark ground, the darker on light ground, the busier its core is. A core of which
    nothing is known is an empty frame.
    """

    def __init__(self, theme: Theme, *, name: str = "cores", colour: str = "blue") -> None:
        super().__init__()
        self._theme = theme
        self._token = colour
        self._names: list[str] = []
        self._values: list[float | None] = []
        self._shades: list[QColor] = []
        self._hovered: int | None = None
        self.setMouseTracking(True)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setFixedHeight(_HEIGHT)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(name)
        self._recolour()
        theme.changed.connect(self._recolour)

    def _recolour(self) -> None:
        ground = mixed(self._theme.colour("card"), self._theme.colour("border"), _GROUND_SHARE)
        full, text_ = self._theme.colour(self._token), self._theme.colour("text")
        # through the colour on to the text's: one hue alone has too few steps that can be told apart
        half = _SHADES // 2
        lower = [mixed(ground, full, step / half) for step in range(half)]
        upper = [mixed(full, text_, 0.75 * step / half) for step in range(half + 1)]
        self._shades = lower + upper
        self.update()

    @property
    def is_heat_strip(self) -> bool:
        """Whether there are too many cores for bars."""
        return len(self._names) > MOST_BARS

    def sizeHint(self) -> QSize:
        """Takes what width there is."""
        return QSize(4 * len(self._names), _HEIGHT)

    def minimumSizeHint(self) -> QSize:
        """A pixel for each core."""
        return QSize(len(self._names), _HEIGHT)

    def draw(self, values: Mapping[str, float | None]) -> None:
        """Show percentages by core, in their order; None where one is not known."""
        names, numbers = list(values), list(values.values())
        if (names, numbers) == (self._names, self._values):
            return
        if len(names) != len(self._names):
            self.updateGeometry()
        self._names, self._values = names, numbers
        describe(self, self.values_text)
        self.update()

    def values_text(self) -> str:
        """All cores as text."""
        return ", ".join(self.hover_text(place) for place in range(len(self._names)))

    def hover_text(self, place: int) -> str:
        """What hovering over one core says."""
        return f"core {self._names[place]}: {text(self._values[place], Unit.PERCENT)}"

    def cell(self, place: int) -> QRect:
        """Where one core is, in pixels of the widget."""
        count = max(1, len(self._names))
        left, right = place * self.width() // count, (place + 1) * self.width() // count
        gap = _BAR_GAP if not self.is_heat_strip else 1 if self.width() >= _NARROW * count else 0
        return QRect(left, 0, max(1, right - left - (gap if place < count - 1 else 0)), self.height())

    def _at(self, x: float) -> int | None:
        """The core below a pixel; None beside them."""
        place = int(x * len(self._names) / max(1, self.width()))
        return place if 0 <= place < len(self._names) else None

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint every core."""
        painter = QPainter(self)
        painter.fillRect(event.rect(), self._theme.colour("card"))
        for place, value in enumerate(self._values):
            self._paint_core(painter, self.cell(place), value)
        if self._hovered is not None and self._hovered < len(self._names):
            painter.setPen(self._theme.colour("text"))
            painter.drawRect(self.cell(self._hovered).adjusted(0, 0, -1, -1))
        painter.end()

    def _paint_core(self, painter: QPainter, cell: QRect, value: float | None) -> None:
        if value is None:
            painter.setPen(self._theme.colour("border"))
            painter.drawRect(cell.adjusted(0, 0, -1, -1))
            return
        share = min(1.0, max(0.0, value / _FULL))
        if self.is_heat_strip:
            painter.fillRect(cell, self._shades[round(share * _SHADES)])
            return
        painter.fillRect(cell, self._shades[0])
        high = round(share * cell.height())
        painter.fillRect(cell.left(), cell.bottom() + 1 - high, cell.width(), high, self._theme.colour(self._token))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Name the core below the pointer; the card gets the event too."""
        self._hover(self._at(event.position().x()))
        if self._hovered is not None:
            QToolTip.showText(event.globalPosition().toPoint(), self.hover_text(self._hovered), self)
        event.ignore()

    def leaveEvent(self, event: QEvent) -> None:
        """Mark no core."""
        self._hover(None)
        super().leaveEvent(event)

    def _hover(self, place: int | None) -> None:
        if place != self._hovered:
            self._hovered = place
            self.update()
