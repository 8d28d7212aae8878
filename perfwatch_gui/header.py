"""The row on top: the name, the pages, and whether the picture is live."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QSignalMapper, Qt, Signal
from PySide6.QtGui import QResizeEvent, QShowEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QSizePolicy, QToolButton, QWidget

from perfwatch_gui.hover import hover

_FREEZE = "Freeze the picture, and go on (Space)"
# Pixels of the name, the margins, and the live mark's own padding; and the least that says something.
_ELSEWHERE, _LEAST = 190, 60
_MARKS = {"frozen": "❚❚", "past": "◀◀"}


class Header(QFrame):
    """Says `chosen` with the key of a page, `freeze_asked` and `live_asked` by the buttons on the right."""

    chosen = Signal(str)
    freeze_asked = Signal()
    live_asked = Signal()

    def __init__(self, pages: tuple[tuple[str, str], ...], parent: QWidget) -> None:
        super().__init__(parent)
        # pixels of the buttons, without and with the way back; and what stands there whole, with its pixels
        self._taken: dict[bool, int] = {}
        self._whole = "", 0
        self.setObjectName("header")
        self._tabs: dict[str, QToolButton] = {}
        self._mapper = QSignalMapper(self)
        self._mapper.mappedString.connect(self.chosen)
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 6, 12, 6)
        row.setSpacing(4)
        name = QLabel("PerfWatch")
        name.setObjectName("brand")
        row.addWidget(name)
        row.addSpacing(20)
        for place, (key, title) in enumerate(pages, 1):
            row.addWidget(self._tab(key, title, f"Ctrl+{place}"))
        row.addStretch(1)
        self._live = QToolButton()
        self._live.setObjectName("live")
        self._live.setToolTip(hover(_FREEZE))
        self._live.setSizePolicy(QSizePolicy.Policy.Minimum, QSizePolicy.Policy.Preferred)
        self._live.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._live.clicked.connect(self.freeze_asked)
        row.addWidget(self._live)
        row.addWidget(self._make_back())
        self._said: tuple[str, ...] = ("", "")
        self.say("starting", "starting")

    def _make_back(self) -> QToolButton:
        """The way back to live, there only while it is needed."""
        self.back = QToolButton()
        self.back.setObjectName("back")
        self.back.setText("Back to live")
        self.back.setAccessibleName("Back to live")
        self.back.setToolTip("Follow the newest sample again (End)")
        self.back.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.back.clicked.connect(self.live_asked)
        self.back.hide()
        return self.back

    def _tab(self, key: str, title: str, keys: str) -> QToolButton:
        tab = QToolButton()
        tab.setText(title)
        tab.setObjectName("tab")
        tab.setCheckable(True)
        tab.setAutoExclusive(True)
        tab.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        tab.setToolTip(f"{title} ({keys})")
        tab.setAccessibleName(f"{title} page")
        tab.clicked.connect(self._mapper.map)
        self._mapper.setMapping(tab, key)
        self._tabs[key] = tab
        return tab

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Say as much as there is room for."""
        super().resizeEvent(event)
        self._fit()

    def changeEvent(self, event: QEvent) -> None:
        """Another style has other sizes."""
        super().changeEvent(event)
        if event.type() in (QEvent.Type.StyleChange, QEvent.Type.FontChange):
            self._forget()

    def showEvent(self, event: QShowEvent) -> None:
        """Before it is shown nothing in it has its style."""
        super().showEvent(event)
        self._forget()
        self._fit()

    def _forget(self) -> None:
        self._taken.clear()
        self._whole = "", 0

    def _fit(self) -> None:
        """Say less where there is no room, rather than make the window wider; all of it stands on hover."""
        state, *ways = self._said
        held = state in _MARKS
        if held not in self._taken:
            others = (*self._tabs.values(), *((self.back,) if held else ()))
            self._taken[held] = sum(one.sizeHint().width() + 4 for one in others)
        room = self.width() - _ELSEWHERE - self._taken[held]
        mark = _MARKS.get(state, "●")
        said = [f"{mark}  {words}" for words in ways]
        if self._whole[0] == said[0] and self._whole[1] <= room:
            # it stands there already
            return
        metrics = self._live.fontMetrics()
        fitting = next((one for one in said if metrics.horizontalAdvance(one) <= room), said[-1])
        fitting = metrics.elidedText(fitting, Qt.TextElideMode.ElideRight, max(room, _LEAST))
        self._whole = (said[0], metrics.horizontalAdvance(said[0])) if fitting == said[0] else ("", 0)
        self._live.setText(fitting)
        self._live.setToolTip(hover(ways[0] if fitting != said[0] else _FREEZE))

    def mark(self, key: str) -> None:
        """Show which page is open."""
        self._tabs[key].setChecked(True)

    def say(self, state: str, words: str, *shorter: str) -> None:
        """`state` is live, past, frozen, stale or starting, and chooses the mark before the words that have room."""
        if (state, words, *shorter) == self._said:
            return
        changed = state != self._said[0]
        self._said = (state, words, *shorter)
        self.back.setVisible(state in _MARKS)
        self._fit()
        self._live.setAccessibleName(f"{words}; press to freeze or go on")
        if changed:
            self._live.setProperty("state", state)
            self._live.style().unpolish(self._live)
            self._live.style().polish(self._live)
