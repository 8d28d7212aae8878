"""What both export dialogs have: a file that is typed or chosen, a sentence on what went wrong, two buttons."""

from __future__ import annotations

from abc import abstractmethod
from pathlib import Path

from PySide6.QtCore import QStandardPaths, Qt
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QFileDialog,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

_WIDTH = 560


class FileField(QWidget):
    """A path, typed or chosen; its ending follows the format."""

    def __init__(self, name: str) -> None:
        super().__init__()
        where = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DocumentsLocation)
        self.edit = QLineEdit(str(Path(where or Path.home()) / name))
        self.edit.setAccessibleName("File")
        choose = QToolButton()
        choose.setText("Choose …")
        choose.clicked.connect(self._choose)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.edit, 1)
        row.addWidget(choose)

    @property
    def path(self) -> Path:
        """What is written there; `~` is home."""
        return Path(self.edit.text()).expanduser()

    def set_ending(self, ending: str) -> None:
        """Let the name end as its format does."""
        self.edit.setText(str(Path(self.edit.text()).with_suffix(f".{ending}")))

    def _choose(self) -> None:
        chosen, _ = QFileDialog.getSaveFileName(self, "Save as", self.edit.text())
        if chosen:
            self.edit.setText(chosen)


class AskDialog(QDialog):
    """A form with a button that does what the title says; `begin` is what it does. `end_with` ends its making."""

    def __init__(self, title: str, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle(title)
        self.setMinimumWidth(_WIDTH)
        self.form = QFormLayout()
        self.form.setVerticalSpacing(8)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(20, 16, 20, 14)
        self._column.setSpacing(12)
        self._column.addLayout(self.form)

    def end_with(self, does: str) -> None:
        """Put the buttons below the form; last, for that is how the keyboard reaches what a dialog has."""
        self.words = QLabel()
        self.words.setWordWrap(True)
        self.words.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.buttons = QDialogButtonBox()
        self.cancel = self.buttons.addButton(QDialogButtonBox.StandardButton.Cancel)
        self.start = self.buttons.addButton(does, QDialogButtonBox.ButtonRole.ActionRole)
        self.start.clicked.connect(self.begin)
        self.buttons.rejected.connect(self.reject)
        self._column.addWidget(self.words)
        self._column.addWidget(self.buttons)
        # a button has no dialog before, and Return would be for the first one, which cancels
        self.start.setDefault(True)

    @abstractmethod
    def begin(self) -> None:
        """Do what the dialog is for, now that it was asked to."""
