"""Asks where a chart goes as a picture, and how it is to look."""

from __future__ import annotations

from PySide6.QtWidgets import QCheckBox, QComboBox, QWidget

from perfwatch_gui.charts.chart import TimeChart
from perfwatch_gui.export.asking import AskDialog, FileField
from perfwatch_gui.export.picture import picture


class PictureDialog(AskDialog):
    """Writes one chart; closes when that went well."""

    def __init__(self, chart: TimeChart, title: str, parent: QWidget) -> None:
        super().__init__("Save chart as picture", parent)
        self._chart = chart
        self._title = title
        self.kind = QComboBox()
        self.kind.setAccessibleName("Format")
        for ending, words in (("png", "PNG"), ("svg", "SVG, sharp at any size")):
            self.kind.addItem(words, ending)
        self.light = QCheckBox("On light ground, for paper")
        self.file = FileField(f"{title.replace('/', '-')}.png")
        self.form.addRow("Format", self.kind)
        self.form.addRow("", self.light)
        self.form.addRow("File", self.file)
        self.end_with("Save")
        self.kind.currentIndexChanged.connect(self._take_kind)

    def _take_kind(self) -> None:
        self.file.set_ending(self.kind.currentData())

    def begin(self) -> None:
        """Write it; the format is what the file's name says."""
        try:
            picture(self._chart, self._title, self.file.path, light=self.light.isChecked())
        except OSError as error:
            self.words.setText(f"{self.file.path} cannot be written ({error.strerror}); name another file.")
            return
        self.accept()
