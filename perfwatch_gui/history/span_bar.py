"""The row above the chart: ready-made ranges, from and to as people write them, and what to compare with."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime

from PySide6.QtCore import QSignalMapper, QSize, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QComboBox, QHBoxLayout, QLabel, QLineEdit, QToolButton, QVBoxLayout, QWidget

from perfwatch_core.spans import BadTime, moment_of, span_between, span_of
from perfwatch_gui.charts.timeview import TimeView

RANGES = (("1 h", 3600.0), ("6 h", 6 * 3600.0), ("24 h", 86400.0), ("7 d", 7 * 86400.0), ("30 d", 30 * 86400.0))
NONE, DAY, WEEK, OTHER = "none", "day", "week", "other"
_CHOICES = ((NONE, "Nothing"), (DAY, "The day before"), (WEEK, "The week before"), (OTHER, "The span from …"))
_DAYS = {DAY: 1, WEEK: 7}
_EDIT_WIDTH = 168
_BESIDE, _BELOW = 16, 4


def days_earlier(moment: float, days: int) -> float:
    """The same time on the wall clock so many days before (UTC seconds), also across a change of the clock."""
    local = time.localtime(moment)
    whole = time.mktime((*local[:2], local.tm_mday - days, *local[3:6], 0, 0, -1))
    return whole + moment % 1


class SpanBar(QWidget):
    """Says `chosen` with start and end (UTC seconds), `live_chosen` with a length, `compared` when that changed."""

    chosen = Signal(float, float)
    live_chosen = Signal(float)
    compared = Signal()

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        super().__init__()
        self._clock = clock
        self._shown = ("", "")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        self._parts = span, other = QHBoxLayout(), QHBoxLayout()
        self._add_ranges(span)
        span.addSpacing(10)
        self.start, self.end = self._edit("From"), self._edit("To")
        for word, edit in (("From", self.start), ("to", self.end)):
            span.addWidget(QLabel(word))
            span.addWidget(edit)
        self._add_choices(other)
        self._rows = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._rows.setSpacing(_BESIDE)
        for row in self._parts:
            row.setSpacing(6)
            self._rows.addLayout(row)
        span.addStretch(1)
        other.addStretch(100)
        column.addLayout(self._rows)
        self.problem = QLabel()
        self.problem.setObjectName("problem")
        self.problem.setWordWrap(True)
        self.problem.hide()
        column.addWidget(self.problem)

    def _add_ranges(self, row: QHBoxLayout) -> None:
        self._mapper = QSignalMapper(self)
        self._mapper.mappedInt.connect(self._choose_range)
        self.ranges: list[QToolButton] = []
        for place, (words, _) in enumerate(RANGES):
            button = QToolButton()
            button.setObjectName("tab")
            button.setText(words)
            button.setCheckable(True)
            button.setToolTip(f"The last {words}, going on with every sample")
            button.setAccessibleName(f"The last {words}")
            button.clicked.connect(self._mapper.map)
            self._mapper.setMapping(button, place)
            self.ranges.append(button)
            row.addWidget(button)

    def _edit(self, name: str) -> QLineEdit:
        edit = QLineEdit()
        edit.setFixedWidth(_EDIT_WIDTH)
        edit.setAccessibleName(name)
        edit.setToolTip(
            "ISO 8601 such as 2026-01-31 12:00, or -2h (s, m, h, d or w), now, today, yesterday; then Return"
        )
        edit.returnPressed.connect(self._take_typed)
        return edit

    def _add_choices(self, row: QHBoxLayout) -> None:
        row.addWidget(QLabel("Compare with"))
        self.choice = QComboBox()
        self.choice.setAccessibleName("Compare with")
        for key, words in _CHOICES:
            self.choice.addItem(words, key)
        self.choice.currentIndexChanged.connect(self._choose)
        row.addWidget(self.choice)
        self.other = QLineEdit()
        self.other.setFixedWidth(_EDIT_WIDTH)
        self.other.setPlaceholderText("-2d, 2026-01-31 12:00 …")
        self.other.setAccessibleName("The other span begins at")
        self.other.setToolTip("Where the other span of equal length begins, or FROM..TO; then Return")
        self.other.returnPressed.connect(self._take_other)
        self.other.hide()
        row.addWidget(self.other)

    def minimumSizeHint(self) -> QSize:
        """What is narrower stands in two rows."""
        return QSize(max(self._widths()), super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """What to compare with stands beside the span, or below it where there is no room."""
        super().resizeEvent(event)
        self._arrange()

    def _widths(self) -> list[int]:
        """Pixels that the span and what it is compared with need."""
        return [row.minimumSize().width() for row in self._parts]

    def _arrange(self) -> None:
        beside = sum(self._widths()) + _BESIDE <= self.width()
        ways = QBoxLayout.Direction
        self._rows.setDirection(ways.LeftToRight if beside else ways.TopToBottom)
        self._rows.setSpacing(_BESIDE if beside else _BELOW)

    def show_span(self, times: TimeView) -> None:
        """Write the span into the fields, unless one is being typed into."""
        texts = _text(times.start), _text(times.right)
        for place, (_, seconds) in enumerate(RANGES):
            self.ranges[place].setChecked(times.live and times.span == seconds)
        if not (self.start.isModified() or self.end.isModified()) and texts != self._shown:
            self._shown = texts
            self.start.setText(texts[0])
            self.end.setText(texts[1])

    def say(self, problem: str) -> None:
        """What was asked wrongly, in words; empty takes it away."""
        self.problem.setText(problem)
        self.problem.setVisible(bool(problem))

    def shift(self, times: TimeView) -> float | None:
        """How many seconds after the other span the shown one begins; None where nothing is compared."""
        key = self.choice.currentData()
        if key in _DAYS:
            return times.start - days_earlier(times.start, _DAYS[key])
        return self._other if key == OTHER else None

    _other: float | None = None

    def _choose_range(self, place: int) -> None:
        self._forget_typing()
        self.live_chosen.emit(RANGES[place][1])

    def _forget_typing(self) -> None:
        self.say("")
        self.start.setModified(False)
        self.end.setModified(False)

    def _take_typed(self) -> None:
        try:
            span = span_of(self.start.text(), self.end.text(), datetime.fromtimestamp(self._clock(), UTC))
        except BadTime as bad:
            self.say(str(bad))
            return
        self._forget_typing()
        self.chosen.emit(span.start.timestamp(), span.end.timestamp())

    def _choose(self) -> None:
        other = self.choice.currentData() == OTHER
        self.other.setVisible(other)
        self._arrange()
        self.say("")
        if other:
            self.other.setFocus(Qt.FocusReason.OtherFocusReason)
        self.compared.emit()

    def _take_other(self) -> None:
        """The begin of the other span, or both its ends, of which the length must be that of the shown one."""
        now = datetime.fromtimestamp(self._clock(), UTC)
        try:
            begin, end = (moment_of(one.text(), now).timestamp() for one in (self.start, self.end))
            text = self.other.text()
            if ".." in text:
                span = span_between(text, now)
                if abs(span.length.total_seconds() - (end - begin)) >= 1:
                    raise BadTime(
                        f"{text} lasts {span.length}, the shown span is of another length; give only its begin"
                    )
                other = span.start.timestamp()
            else:
                other = moment_of(text, now).timestamp()
        except BadTime as bad:
            self.say(str(bad))
            return
        self.say("")
        self._other = begin - other
        self.compared.emit()


def _text(moment: float) -> str:
    return time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(moment))
