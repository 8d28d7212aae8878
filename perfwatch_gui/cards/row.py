"""Fields side by side; those at the end that have no room are left out whole rather than cut."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSize
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from perfwatch_gui.cards.field import Field

_SPACING = 14


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

    def sizeHint(self) -> QSize:
        """Room for all of them."""
        widths = [field.sizeHint().width() for field in self._fields]
        return QSize(sum(widths) + _SPACING * max(0, len(widths) - 1), self._height)

    def minimumSizeHint(self) -> QSize:
        """The first one is always there."""
        first = self._fields[0].sizeHint().width() if self._fields else 0
        return QSize(first, self._height)

    def resizeEvent(self, _event: QResizeEvent) -> None:
        """Place what fits."""
        room = self.width()
        fitting: list[Field] = []
        used = 0
        for field in self._fields:
            used += field.sizeHint().width() + (_SPACING if fitting else 0)
            if fitting and used > room:
                break
            fitting.append(field)
        needed = sum(field.sizeHint().width() for field in fitting) + _SPACING * max(0, len(fitting) - 1)
        left = max(0, room - needed) if self._from_right else 0
        for field in self._fields:
            field.setVisible(field in fitting)
            if field in fitting:
                size = field.sizeHint()
                field.setGeometry(left, self._height - size.height(), size.width(), size.height())
                left += size.width() + _SPACING
