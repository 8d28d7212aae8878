"""The History page: any span of any series, its figures, compared with another span, and what changed."""

from __future__ import annotations

from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication, QShowEvent
from PySide6.QtWidgets import QMenu

from perfwatch_core.changes import Changes
from perfwatch_core.metric import Series
from perfwatch_gui import clock
from perfwatch_gui.cards.context import Context
from perfwatch_gui.export.picture_dialog import PictureDialog
from perfwatch_gui.history.form import HistoryForm
from perfwatch_gui.history.inquiry import Inquiry
from perfwatch_gui.history.panel import COLOURS

_FIRST = "cpu.usage_percent"
# While the view is live its figures are asked for anew so often, in parts of what is shown.
_FIGURES_PARTS = 200
_LEAST_FIGURES = 10.0
_MOST = len(COLOURS)
_NOTHING_YET = (
    "Nothing is stored yet. PerfWatch stores what it collects within half a minute; leave it running, "
    "or collect in the background with: perfwatch --serve"
)


class HistoryPage(HistoryForm):
    """Shows any span of any stored series; all questions go to the store's threads."""

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self._series: tuple[Series, ...] = ()
        self._shift: float | None = None
        self.inquiry = Inquiry(context.archive)
        self._figured_at = 0.0
        self._answered = self._put_off = False
        self._connect()
        self.picker.pick([context.catalogue.series(_FIRST)])

    def _connect(self) -> None:
        self.times.changed.connect(self.draw)
        self.times.settled.connect(self._rest)
        self.past.arrived.connect(self._take_more)
        self.past.failed.connect(self._fail)
        self.inquiry.failed.connect(self._fail)
        self.inquiry.figured.connect(self._show_figures)
        self.inquiry.offered.connect(self.picker.offer)
        self.inquiry.changed.connect(self._show_changes)
        self.picker.picked.connect(self._pick)
        self.bar.chosen.connect(self.times.show)
        self.bar.live_chosen.connect(self._follow)
        self.bar.compared.connect(self._compare)
        self.tabs.currentChanged.connect(self._rest)
        self.changed.asked.connect(self._draw_one)
        self.panel.resized.connect(self._widen)
        self.panel.menu_asked.connect(self._save_menu)
        self.picture.clicked.connect(self.save_picture)
        self.figures.asked.connect(self._draw_one)

    def take_newest(self, moment: float) -> None:
        """A sample came: what is live goes on with it."""
        self.times.take_newest(moment)
        if self.times.live and self.isVisible():
            self.draw()
            if self._clock() - self._figured_at > max(_LEAST_FIGURES, self.times.span / _FIGURES_PARTS):
                self._rest()

    def showEvent(self, event: QShowEvent) -> None:
        """The page is looked at now."""
        super().showEvent(event)
        if self.times.newest is None:
            # before the first sample the clock says where live is
            self.times.take_newest(self._clock())
        self.draw()
        self._rest()

    def _widen(self) -> None:
        """The chart has another width; while nobody sees it, showing it asks soon enough."""
        if self.isVisible():
            self.draw()

    def _pick(self) -> None:
        """Other series: one chart has one axis, so those of the first one's unit are drawn."""
        picked = self.picker.series
        unit = picked[0].metric.unit if picked else None
        alike = tuple(one for one in picked if one.metric.unit is unit)
        self._series = alike[:_MOST]
        left_out = len(picked) - len(self._series)
        axis = f"; one axis holds what is in {unit.symbol or 'one unit'}" if unit and len(alike) < len(picked) else ""
        self.note.setText(f"{left_out} more are picked than drawn{axis}" if left_out else "")
        self.panel.keep()
        self.past.choose(self._series)
        self._rebuild()

    def _compare(self) -> None:
        self._rebuild()

    def _rebuild(self) -> None:
        self._shift = self.bar.shift(self.times)
        self.panel.build(self._series, self._shift)
        self.inquiry.forget()
        # of these nothing is known yet, which is not the same as nothing being there
        self._answered = False
        self.draw()
        self._rest()

    def _follow(self, seconds: float) -> None:
        """One of the ready-made ranges."""
        self.times.span = seconds
        self.times.end = self.times.pinned = None
        self.times.changed.emit()
        self._rest()

    def forget(self) -> None:
        """Nobody looks any more."""
        self.past.forget()
        self.inquiry.forget()

    def search(self) -> None:
        """Go on in the search field."""
        self.tabs.setCurrentWidget(self.picker)
        self.picker.search.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.picker.search.selectAll()

    def _draw_one(self, series: object) -> None:
        """One click on a row draws its series."""
        if isinstance(series, Series):
            self.picker.pick([series])

    def _spans(self) -> list[tuple[float, float]]:
        spans = [(self.times.start, self.times.right)]
        if self._shift is not None:
            spans.append((self.times.start - self._shift, self.times.right - self._shift))
        return spans

    def draw(self) -> None:
        """Show the view, and ask for what of it is not at hand."""
        if self.times.newest is None:
            return
        if self.past.oldest is not None:
            self.times.oldest = self.past.oldest
        self.bar.show_span(self.times)
        self.zone.setText(self._span_words())
        if self.panel.chart is not None and not self.panel.chart.plot.isEmpty():
            self.past.look(self._spans(), self.panel.chart.points)
        self._say_empty()
        self.panel.draw(more=False)
        self._change_over()

    def _span_words(self) -> str:
        said = clock.span_text(self.times.start, self.times.right)
        if self._shift is not None:
            start, end = self._spans()[1]
            said = f"{said}   before: {clock.span_text(start, end)}"
        return f"{said}   {'live' if self.times.live else ''}".rstrip()

    def _take_more(self) -> None:
        """More of the past is at hand; the old picture stood until now."""
        self._answered = True
        if self.times.newest is None:
            return
        if self.past.oldest is not None:
            self.times.oldest = self.past.oldest
        self._say_empty()
        self.panel.draw(more=True)
        self._change_over()
        if self._put_off or not self.inquiry.asked:
            self._rest()

    def _change_over(self) -> None:
        """The picture of what was picked before goes when there is one of what is picked now."""
        if self.panel.waiting and (self._has_points() or (self._answered and not self.past.loading)):
            self.panel.give_up()

    def _say_empty(self) -> None:
        """What to do where there is nothing to draw."""
        self.panel.say(self._empty())

    def _empty(self) -> str:
        if self.past.problem and not self._has_points():
            return self.past.problem
        if not self._series:
            return "Pick a series on the left: type a part of its name, and press Return."
        if self.past.bounds_known and self.past.oldest is None:
            return _NOTHING_YET
        if self._answered and not self.past.loading and self.past.bounds_known and not self._has_points():
            begin = f"History begins on {clock.moment_text(self.past.oldest)}. " if self.past.oldest else ""
            shown = clock.span_text(self.times.start, self.times.right)
            return (
                f"Nothing was stored of this from {shown}. {begin}"
                "Press End for the newest, Home for the oldest, − for more time, or pick another series."
            )
        return ""

    def _has_points(self) -> bool:
        return any(
            self.past.window(one, start, end, 1).times.size for one in self._series for start, end in self._spans()
        )

    def _rest(self) -> None:
        """The view rests: ask for its figures, its series, and what changed if that is looked at."""
        # the picture first: what is asked for here may take seconds
        self._put_off = self.past.loading
        if self.isVisible() and self.times.newest is not None and not self._put_off:
            self._figured_at = self._clock()
            self.inquiry.ask(self._series, self._spans())
            if self.tabs.currentIndex() == 1:
                self.inquiry.ask_changes(self._spans())

    def _show_changes(self, words: str, found: object) -> None:
        self.changes_words.setText(words)
        if isinstance(found, Changes):
            self.changed.show_changes(found, self._context.preferences.byte_style)

    def _show_figures(self) -> None:
        style = self._context.preferences.byte_style
        now, then = self.inquiry.now, self.inquiry.then
        self.figures.show_figures(self._series, now, then, self._shift is not None, style)

    def _fail(self, sentence: str) -> None:
        """The store cannot answer: one sentence, in place of the chart where that is empty."""
        self.past.problem = sentence
        self.changes_words.setText(sentence)
        self._say_empty()

    def _save_menu(self, place: QPoint) -> None:
        menu = QMenu(self)
        menu.addAction("Copy values and figures").triggered.connect(self.copy_values)
        menu.addAction("Save chart as picture …").triggered.connect(self.save_picture)
        menu.exec(place)
        menu.deleteLater()

    def save_picture(self) -> None:
        """Ask where the chart goes as a picture."""
        if self.panel.chart is not None:
            title = ", ".join(map(str, self._series))
            dialog = PictureDialog(self.panel.chart, title, self)
            dialog.exec()
            dialog.deleteLater()

    def copy_values(self) -> None:
        """Copy span, chart values and figures as text."""
        chart = self.panel.chart
        lines = [self._span_words(), chart.values_text() if chart is not None else "", self.figures.as_text()]
        QGuiApplication.clipboard().setText("\n".join(filter(None, lines)))
