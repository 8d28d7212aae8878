"""The keys, declared once: what the window listens to and what F1 lists."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QFrame, QGridLayout, QLabel, QScrollArea, QVBoxLayout, QWidget


@dataclass(frozen=True, slots=True)
class Shortcut:
    """`keys` in Qt's notation, `action` the window's method, `says` what it does; several keys may do one thing.

    What has `times` works on pages that show a stretch of time; elsewhere its keys are the page's.
    """

    keys: str
    action: str
    says: str
    times: bool = False


SHORTCUTS = (
    Shortcut("Space", "toggle_frozen", "freeze the picture, and go on", times=True),
    Shortcut("Left", "pan_back", "earlier; drag a chart or turn the wheel", times=True),
    Shortcut("Right", "pan_on", "later", times=True),
    Shortcut("+", "zoom_in", "less time; Ctrl and the wheel", times=True),
    Shortcut("-", "zoom_out", "more time", times=True),
    Shortcut("Home", "go_oldest", "the oldest that is stored", times=True),
    Shortcut("End", "go_live", "live", times=True),
    Shortcut("P", "pin", "pin the moment at the pointer or the right edge; click", times=True),
    Shortcut("Shift+Left", "pin_earlier", "pin an earlier moment", times=True),
    Shortcut("Shift+Right", "pin_later", "pin a later moment", times=True),
    Shortcut("Ctrl+F", "search", "search the series that are stored"),
    Shortcut("Ctrl+E", "export", "export history to a file"),
    Shortcut("Ctrl+,", "show_settings", "settings"),
    Shortcut("Ctrl+C", "copy_values", "copy the values of the card that has the focus"),
    Shortcut("Esc", "go_back", "back from a card that fills the window"),
    Shortcut("F11", "toggle_full_screen", "full screen"),
    Shortcut("F1", "show_shortcuts", "this list"),
    Shortcut("Ctrl+Q", "quit", "quit"),
)
BY_HAND = (
    ("Tab", "from card to card"),
    ("Return or double click", "let a card fill the window, with its tables"),
    ("Click on a legend entry", "switch its line off and on"),
)

# What a window manager puts around a window, in pixels.
_FRAME = 48


class ShortcutList(QDialog):
    """A window with all keys and what they do; it scrolls where the screen is too low for them."""

    def __init__(self, pages: tuple[str, ...], parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle("Keyboard shortcuts")
        rows = [(f"Ctrl+{place}", title) for place, title in enumerate(pages, 1)]
        rows += [(shortcut.keys, shortcut.says) for shortcut in SHORTCUTS]
        rows += BY_HAND
        inside = QWidget()
        inside.setObjectName("page")
        grid = QGridLayout(inside)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(24)
        grid.setVerticalSpacing(6)
        for row, (keys, says) in enumerate(rows):
            key = QLabel(keys)
            key.setObjectName("key")
            grid.addWidget(key, row, 0, Qt.AlignmentFlag.AlignLeft)
            grid.addWidget(QLabel(says), row, 1)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 20, 24, 16)
        column.setSpacing(16)
        area = QScrollArea()
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setWidget(inside)
        area.setMinimumWidth(inside.sizeHint().width() + area.verticalScrollBar().sizeHint().width())
        column.addWidget(area)
        column.addWidget(buttons)
        # the arrows scroll, Return and Esc close
        area.setFocus()
        rest = self.sizeHint().height() - area.sizeHint().height()
        most = self.screen().availableGeometry().height() - _FRAME
        self.resize(self.sizeHint().width(), min(most, inside.sizeHint().height() + rest))
