"""Fields side by side; short of room they become smaller, and those at the end are left out whole rather than cut."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QRegion, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from perfwatch_gui.cards.field import Field
from perfwatch_gui.cards.kept import Kept
from perfwatch_gui.theme import Theme

_SPACING = {False: 14, True: 10}


class FieldRow(QWidget):
    """Places its fields itself, from the left or from the right, base lines level, and paints all of them at once."""

    def __init__(self, fields: Sequence[Field], theme: Theme, from_right: bool = False) -> None:
        super().__init__()
        self._fields = list(fields)
        self._theme = theme
        self._from_right = from_right
        for field in self._fields:
            field.setParent(self)
        self._height = max((field.sizeHint().height() for field in self._fields), default=0)
        horizontal = QSizePolicy.Policy.Maximum if from_right else QSizePolicy.Policy.Ignored
        self.setSizePolicy(horizontal, QSizePolicy.Policy.Fixed)
        # it paints its own ground, so that a new value does not repaint the card below it
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self._widths = {small: self._width_of(self._fields, small) for small in (False, True)}
        self._least = self._width_of(self._fields[:1], True)
        # whether they are small, how many there are, and where they begin and end
        self._placed = (False, 0, 0, 0)
        self._kept = Kept(self, self._paint)

    @staticmethod
    def _width_of(fields: Sequence[Field], small: bool) -> int:
        return sum(field.room(small).width() for field in fields) + _SPACING[small] * max(0, len(fields) - 1)

    def sizeHint(self) -> QSize:
        """Room for all of them."""
        return QSize(self._widths[False], self._height)

    def minimumSizeHint(self) -> QSize:
        """The first one is always there."""
        return QSize(self._least, self._height)

    def resizeEvent(self, _event: QResizeEvent) -> None:
        """Place what fits."""
        width = self.width()
        small, count = self._widths[False] > width, len(self._fields)
        wanted = self._widths[small]
        while count > 1 and wanted > width:
            count -= 1
            wanted = self._width_of(self._fields[:count], small)
        left = max(0, width - wanted) if self._from_right else 0
        placed = small, count, left, left + wanted
        if placed != self._placed:
            self._placed = placed
            self._place(small, count, left)

    def _place(self, small: bool, count: int, left: int) -> None:
        for place, field in enumerate(self._fields):
            field.setVisible(place < count)
            if place < count:
                field.set_small(small)
                size = field.room(small)
                field.setGeometry(left, self._height - size.height(), size.width(), size.height())
                left += size.width() + _SPACING[small]

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the fields that are in sight."""
        looks = [field.shown for field in self._fields]
        size = QSize(self._placed[3], self.height())
        self._kept.paint(event, self._theme.colour("card"), size, self._placed, looks)

    def _paint(self, painter: QPainter, region: QRegion) -> None:
        for field in self._fields[: self._placed[1]]:
            field.paint(painter, region)
