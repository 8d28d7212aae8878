"""The window over a machine as files, every table open: what in it would be taken for markup, as JSON."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path

from PySide6 import QtGui
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton, QApplication, QLabel, QTableView, QWidget

from perfwatch_core.collectors import CATALOGUE
from perfwatch_core.sample import Sample
from perfwatch_gui.app import Look, make_window
from perfwatch_gui.preferences import Preferences
from perfwatch_gui.theme import Theme
from perfwatch_gui.window import Window
from tests.core.collectors.conftest import Stage
from tests.gui.engine import FakeEngine

# What `perfwatch_gui.hover` puts around words that it escaped.
_OURS = re.compile(r"</?(qt|p)( style='margin:0(; white-space:nowrap)?')?>")


def _samples(root: Path) -> Iterator[Sample]:
    stage = Stage(root)
    for _ in range(3):
        yield stage.sample()
    stage.close()


def _read_as_markup(text: str) -> bool:
    if text.startswith("<qt>"):
        return "<" in _OURS.sub("", text)
    return bool(QtGui.Qt.mightBeRichText(text))


def _texts(widget: QWidget) -> Iterator[tuple[str, bool]]:
    """Each text below a widget, and whether it would be read as markup that is not ours."""
    for one in widget.findChildren(QWidget):
        yield one.toolTip(), _read_as_markup(one.toolTip())
        if isinstance(one, QLabel):
            yield one.text(), one.textFormat() is not Qt.TextFormat.PlainText and _read_as_markup(one.text())
        elif isinstance(one, QAbstractButton):
            yield one.text(), False
        elif isinstance(one, QTableView):
            yield from _cells(one)


def _cells(view: QTableView) -> Iterator[tuple[str, bool]]:
    """A cell is drawn as it is, what it says on hover is not."""
    model = view.model()
    for row in range(model.rowCount()):
        for column in range(model.columnCount()):
            index = model.index(row, column)
            hover = str(index.data(Qt.ItemDataRole.ToolTipRole) or "")
            yield str(index.data() or ""), False
            yield hover, _read_as_markup(hover)


def _looked_through(window: Window, application: QApplication) -> Iterator[tuple[str, bool]]:
    """All texts of all pages, with the tables of each card."""
    for key, page in window.pages.items():
        window.show_page(key)
        for card in page.cards:
            card.set_filling(True)
        application.processEvents()
        # drawn as they are looked at
        window.grab()
        yield from _texts(window)


def main(root: Path, file: Path) -> None:
    """Open it, let samples come, look through every page."""
    application = QApplication([])
    engine, preferences = FakeEngine(CATALOGUE), Preferences(file)
    theme = Theme(preferences.theme)
    look = Look(application, theme)
    window = make_window(engine, preferences, theme)
    window.open()
    window.show()
    for sample in _samples(root):
        engine.bus.publish(sample)
        application.processEvents()
    found = list(_looked_through(window, application))
    window.close()
    look.deleteLater()
    texts = {text for text, _ in found if text}
    print(json.dumps({"texts": sorted(texts), "markup": [text for text, markup in found if markup]}))


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
