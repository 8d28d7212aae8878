"""What the History page is made of: picks on the left, the chart in the middle, figures below it."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSplitter, QTabWidget, QToolButton, QVBoxLayout, QWidget

from perfwatch_gui.cards.context import Context
from perfwatch_gui.charts.timeview import TimeView
from perfwatch_gui.history.panel import Panel
from perfwatch_gui.history.picker import Picker
from perfwatch_gui.history.sheet import ChangedSheet, FiguresSheet
from perfwatch_gui.history.span_bar import SpanBar
from perfwatch_gui.past.source import Past

_FIRST_SPAN = 86400.0
_LEFT, _RIGHT = 330, 900


class HistoryForm(QWidget):
    """The parts and their places; what they do together is the page's."""

    def __init__(self, context: Context) -> None:
        super().__init__()
        self.setObjectName("page")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._context = context
        self._clock = context.clock
        self.times = TimeView(_FIRST_SPAN)
        self.past = Past(context.archive, [], None, context.clock)
        self.picker = Picker(context.catalogue)
        self.bar = SpanBar(context.clock)
        self.panel = Panel(context, self.times, self.past)
        self.figures = FiguresSheet()
        self.changed = ChangedSheet()
        self.zone = QLabel()
        self.zone.setObjectName("quiet")
        self.note = QLabel()
        self.note.setObjectName("quiet")
        self._build()

    def _build(self) -> None:
        self.tabs = QTabWidget()
        self.tabs.setDocumentMode(True)
        self.tabs.tabBar().setDrawBase(False)
        self.tabs.addTab(self.picker, "Series")
        self.tabs.addTab(self._changes_tab(), "What changed")
        middle = QWidget()
        column = QVBoxLayout(middle)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        foot = QHBoxLayout()
        foot.addWidget(self.zone)
        foot.addStretch(1)
        foot.addWidget(self.note)
        self.picture = QToolButton()
        self.picture.setObjectName("link")
        self.picture.setText("Save picture …")
        self.picture.setAccessibleName("Save chart as picture")
        foot.addWidget(self.picture)
        column.addWidget(self.panel, 3)
        column.addLayout(foot)
        column.addWidget(self.figures, 1)
        split = QSplitter(Qt.Orientation.Horizontal)
        split.addWidget(self.tabs)
        split.addWidget(middle)
        split.setSizes([_LEFT, _RIGHT])
        split.setStretchFactor(1, 1)
        split.setChildrenCollapsible(False)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(12, 8, 12, 8)
        whole.setSpacing(8)
        whole.addWidget(self.bar)
        whole.addWidget(split, 1)

    def _changes_tab(self) -> QWidget:
        tab = QWidget()
        column = QVBoxLayout(tab)
        column.setContentsMargins(0, 6, 0, 0)
        self.changes_words = QLabel()
        self.changes_words.setObjectName("quiet")
        self.changes_words.setWordWrap(True)
        column.addWidget(self.changes_words)
        column.addWidget(self.changed, 1)
        return tab
