"""Fields side by side; short of room they become smaller, and those at the end are left out whole rather than cut."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSize
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from perfwatch_gui.cards.field import Field

_SPACING = {False: 14, True: 10}


class FieldRow(QWidget):
    """Places its fields itself, from the left or from the right, base lines level."""

    def __init__(self, fields: Sequence[Field], from_right: bool = False) -> None:
        super().__init__()
        self._fields = list(fields)
        self._from_right = from_right
        for field in self._fields:
            field.setParent(self)
        self._height = max((field.sizeHint().height() for field in self._fields), default=0)
        horizontal = QSizePolicy.Policy.Maximum if from_right else QSizePolicy.Policy.Ignored
        self.setSizePolicy(horizontal, QSizePolicy.Policy.Fixed)
        self._widths = {small: self._width_of(self._fields, small) for small in (False, True)}

    @staticmethod
    def _width_of(fields: Sequence[Field], small: bool) -> int:
        return sum(field.room(small).width() for field in fields) + _SPACING[small] * max(0, len(fields) - 1)

    def sizeHint(self) -> QSize:
        """Room for all of them."""
        return QSize(self._widths[False], self._height)

    def minimumSizeHint(self) -> QSize:
        """The first one is always there."""
        return QSize(self._width_of(self._fields[:1], True), self._height)

    def resizeEvent(self, _event: QResizeEvent) -> None:
        """Place what fits."""
        small = self._widths[False] > self.width()
        fitting = list(self._fields)
        while len(fitting) > 1 and self._width_of(fitting, small) > self.width():
            fitting.pop()
        left = max(0, self.width() - self._width_of(fitting, small)) if self._from_right else 0
        for field in self._fields:
            field.setVisible(field in fitting)
            if field in fitting:
                field.set_small(small)
                size = field.room(small)
                field.setGeometry(left, self._height - size.height(), size.width(), size.height())
                left += size.width() + _SPACING[small]
