"""Asks which history goes to a file, and shows how far it is; the work is done in a thread of the store."""

from __future__ import annotations

import threading
import time
from datetime import UTC, datetime
from pathlib import Path

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QComboBox, QLineEdit, QListWidget, QListWidgetItem, QProgressBar, QWidget

from perfwatch_core.export import INTERVALS, Wish, export
from perfwatch_core.export_formats import FORMATS, replacing
from perfwatch_core.metric import Catalogue
from perfwatch_core.spans import BadTime, span_of
from perfwatch_core.store.link import Link
from perfwatch_gui.export.asking import AskDialog, FileField
from perfwatch_gui.past.archive import Archive
from perfwatch_gui.tasks import Awaited

_LOOK_MS = 100
_STEPS = 1000
_FORMAT_WORDS = {"csv": "CSV", "json": "JSON", "jsonl": "JSON Lines", "parquet": "Parquet"}


class Stopped(Exception):
    """The person does not want the file any more."""


class Export:
    """One file being written by another thread: how far it is (0 to 1), and a way to stop it."""

    def __init__(self, catalogue: Catalogue, wish: Wish, path: Path) -> None:
        self._catalogue = catalogue
        self._wish = wish
        self._path = path
        self._stop = threading.Event()
        self.part = 0.0

    def stop(self) -> None:
        """Leave it; the file stays as it was."""
        self._stop.set()

    def run(self, link: Link, machine_id: int) -> int:
        """Write the file and return its rows; called in the store's thread."""
        try:
            with replacing(self._path) as file:
                return export(link, machine_id, self._catalogue, self._wish, file, self._note)
        except OSError as error:
            raise ValueError(f"{self._path} cannot be written ({error.strerror}); name another file.") from error

    def _note(self, part: float) -> None:
        self.part = part
        if self._stop.is_set():
            raise Stopped("Stopped; no file was written.")


class ExportDialog(AskDialog):
    """Span, types, interval, format and file; stays open to say what came of it."""

    def __init__(self, archive: Archive, catalogue: Catalogue, start: float, end: float, parent: QWidget) -> None:
        super().__init__("Export history", parent)
        self._archive = archive
        self._catalogue = catalogue
        self._export: Export | None = None
        self.from_, self.to = QLineEdit(_text(start)), QLineEdit(_text(end))
        for edit, name in ((self.from_, "From"), (self.to, "To")):
            edit.setAccessibleName(name)
            edit.setToolTip("ISO 8601 such as 2026-01-31 12:00, or -2h (s, m, h, d or w), now, today, yesterday")
            self.form.addRow(name, edit)
        self.types = QListWidget()
        self.types.setAccessibleName("Metric types")
        self.types.setMaximumHeight(150)
        for type_ in catalogue.types:
            item = QListWidgetItem(type_)
            item.setFlags(item.flags() | Qt.ItemFlag.ItemIsUserCheckable)
            item.setCheckState(Qt.CheckState.Checked)
            self.types.addItem(item)
        self.form.addRow("Types", self.types)
        self.interval = self._choice(
            "Interval", [("every sample", "raw"), *((one, one) for one in (*INTERVALS, "auto"))]
        )
        self.format = self._choice("Format", [(_FORMAT_WORDS.get(one, one), one) for one in FORMATS])
        self.file = FileField("perfwatch.csv")
        self.form.addRow("File", self.file)
        self.bar = QProgressBar()
        self.bar.setRange(0, _STEPS)
        self.bar.hide()
        self.form.addRow(self.bar)
        self.end_with("Export")
        self.format.currentIndexChanged.connect(self._take_format)
        self._looking = QTimer(self)
        self._looking.setInterval(_LOOK_MS)
        self._looking.timeout.connect(self._look)

    def _choice(self, name: str, choices: list[tuple[str, str]]) -> QComboBox:
        box = QComboBox()
        box.setAccessibleName(name)
        for words, value in choices:
            box.addItem(words, value)
        self.form.addRow(name, box)
        return box

    def _take_format(self) -> None:
        self.file.set_ending(self.format.currentData())

    def wish(self) -> Wish:
        """What is asked for; BadTime where a time cannot be read."""
        items = [self.types.item(row) for row in range(self.types.count())]
        chosen = tuple(item.text() for item in items if item.checkState() is Qt.CheckState.Checked)
        span = span_of(self.from_.text(), self.to.text(), datetime.now(UTC))
        return Wish(span, chosen, None, self.interval.currentData(), self.format.currentData())

    def begin(self) -> None:
        """Have it written."""
        try:
            wish = self.wish()
        except BadTime as bad:
            self.words.setText(str(bad))
            return
        if not wish.types:
            self.words.setText("No type is chosen; mark at least one.")
            return
        self._export = Export(self._catalogue, wish, self.file.path)
        self.start.setEnabled(False)
        self.words.setText("")
        self.bar.setValue(0)
        self.bar.show()
        self._looking.start()
        Awaited(self._archive.chore(self._export.run), self._fail, self, self._finish)

    def _look(self) -> None:
        if self._export is not None:
            self.bar.setValue(round(_STEPS * min(1.0, max(0.0, self._export.part))))

    def _end(self, words: str) -> None:
        self._look()
        self._looking.stop()
        self._export = None
        self.start.setEnabled(True)
        self.words.setText(words)

    def _finish(self, rows: int) -> None:
        self._end(f"{rows:,} rows are in {self.file.path}")

    def _fail(self, sentence: str) -> None:
        self._end(sentence)
        self.bar.hide()

    def reject(self) -> None:
        """Cancel stops what runs, and closes when nothing does."""
        if self._export is not None:
            self._export.stop()
            return
        super().reject()


def _text(moment: float) -> str:
    return time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(moment))
