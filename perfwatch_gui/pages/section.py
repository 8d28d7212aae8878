"""A section of the settings: a card with a heading and rows."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFormLayout, QFrame, QGridLayout, QLabel, QVBoxLayout

# In widths of an average letter: so that the controls of all sections stand below one another.
_LABEL_LETTERS = 22
_LABEL, _FIELD = QFormLayout.ItemRole.LabelRole, QFormLayout.ItemRole.FieldRole


def section(title: str, rows: QFormLayout | QGridLayout) -> QFrame:
    """A card with a heading."""
    frame = QFrame()
    frame.setObjectName("section")
    column = QVBoxLayout(frame)
    column.setContentsMargins(20, 14, 20, 18)
    column.setSpacing(12)
    heading = QLabel(title)
    heading.setObjectName("title")
    column.addWidget(heading)
    column.addLayout(rows)
    if isinstance(rows, QFormLayout):
        _align(rows)
    return frame


def _align(rows: QFormLayout) -> None:
    """Give all labels one width, and each the height of its control, in whose middle it then stands."""
    for place in range(rows.rowCount()):
        label, control = (rows.itemAt(place, role) for role in (_LABEL, _FIELD))
        if label is not None and control is not None and (words := label.widget()) is not None:
            width = _LABEL_LETTERS * words.fontMetrics().averageCharWidth()
            words.setMinimumSize(width, control.sizeHint().height())


def form() -> QFormLayout:
    """Rows of a label and a control, as every section has them."""
    rows = QFormLayout()
    rows.setHorizontalSpacing(28)
    rows.setVerticalSpacing(10)
    rows.setLabelAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
    rows.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.FieldsStayAtSizeHint)
    return rows
