"""Why something is missing, in a quiet strip with the one command that mends it and a button to copy it."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication, QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QSizePolicy, QToolButton

from perfwatch_core.metric import Catalogue
from perfwatch_core.sample import Sample
from perfwatch_gui.hover import hover

# How a collector that explains itself in a text metric sets the command apart.
MEND = "; mend it with: "
_LEFT, _RIGHT = 10, 4


def explanation(sample: Sample, type_: str, address: str, catalogue: Catalogue) -> tuple[str, str, bool]:
    """(reason, command, failed) for a type; all empty where nothing is missing.

    `failed` tells a collector in trouble from what this machine does not have.
    """
    fault = sample.faults.get(type_)
    if fault is not None:
        return fault.reason, fault.remedy, fault.here
    said = sample.values.get(catalogue.series(address)) if address else None
    if not isinstance(said, str):
        return "", "", False
    reason, _, command = said.partition(MEND)
    return reason, command, False


class Notice(QFrame):
    """Hidden while there is nothing to say."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("notice")
        self._command = self._sentence = ""
        self._said: tuple[str, str, bool] = ("", "", False)
        self._words = QLabel()
        self._words.setTextFormat(Qt.TextFormat.PlainText)
        self._words.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self._words.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._copy = QToolButton()
        self._copy.setObjectName("link")
        self._copy.setText("Copy command")
        self._copy.clicked.connect(self._copy_command)
        self._row = row = QHBoxLayout(self)
        row.setContentsMargins(_LEFT, 3, _RIGHT, 3)
        row.addWidget(self._words, 1)
        row.addWidget(self._copy)
        self.hide()

    @property
    def words(self) -> str:
        """What it says, empty while hidden."""
        return self._sentence

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Say as much as there is room for."""
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        """What has no room goes on as dots; all of it stands on hover."""
        beside = self._copy.sizeHint().width() + self._row.spacing() if self._command else 0
        room = self.contentsRect().width() - _LEFT - _RIGHT - beside
        self._words.setText(self._words.fontMetrics().elidedText(self._sentence, Qt.TextElideMode.ElideRight, room))

    def say(self, reason: str, command: str, failed: bool) -> None:
        """Show reason and command, or hide for an empty reason."""
        if (reason, command, failed) == self._said:
            return
        self._said = (reason, command, failed)
        self._command = command
        sentence = reason[:1].upper() + reason[1:]
        self._sentence = f"{sentence}. Mend it with: {command}" if command else sentence
        self._words.setToolTip(hover(self._sentence))
        self._copy.setVisible(bool(command))
        self._copy.setToolTip(command)
        self.setProperty("failed", failed)
        self.style().unpolish(self)
        self.style().polish(self)
        self.setVisible(bool(reason))
        self._fit()

    def _copy_command(self) -> None:
        QGuiApplication.clipboard().setText(self._command)
        self._copy.setText("Copied")
