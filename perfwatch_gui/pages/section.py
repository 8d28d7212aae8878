"""A section of the settings: a card with a heading and rows."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFormLayout, QFrame, QGridLayout, QLabel, QVBoxLayout


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
    return frame


def form() -> QFormLayout:
    """Rows of a label and a control, as every section has them."""
    rows = QFormLayout()
    rows.setHorizontalSpacing(28)
    rows.setVerticalSpacing(10)
    rows.setLabelAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
    rows.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.FieldsStayAtSizeHint)
    return rows
