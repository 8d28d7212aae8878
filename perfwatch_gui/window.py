"""The window: header, pages, status line; draws once for each sample, and not at all while nobody can see it."""

from __future__ import annotations

import time
from collections.abc import Callable

from PySide6.QtCore import Signal
from PySide6.QtGui import QCloseEvent, QResizeEvent
from PySide6.QtWidgets import QStackedWidget

from perfwatch_core.history import History
from perfwatch_core.layout import PAGES
from perfwatch_core.sample import Sample
from perfwatch_core.units import ByteStyle
from perfwatch_gui.bridge import Bridge
from perfwatch_gui.cards.context import Context
from perfwatch_gui.cards.figures import Snapshot
from perfwatch_gui.charts.timeview import TimeView
from perfwatch_gui.export.dialog import ExportDialog
from perfwatch_gui.header import Header
from perfwatch_gui.history.page import HistoryPage
from perfwatch_gui.keys import Keys
from perfwatch_gui.pages.cards import CardsPage
from perfwatch_gui.pages.settings import SettingsPage
from perfwatch_gui.shortcuts import ShortcutList
from perfwatch_gui.status import StatusLine
from perfwatch_gui.travel import Travel
from perfwatch_gui.veil import Veil
from perfwatch_gui.watched import WatchedWindow, column

_LEAST_WIDTH, _LEAST_HEIGHT = 800, 520
_FIRST_WIDTH, _FIRST_HEIGHT = 1280, 800


class Window(WatchedWindow):
    """Shows what the bridge brings; `clock` gives UTC seconds. `drawn` says that a page shows another sample."""

    drawn = Signal()

    def __init__(self, bridge: Bridge, context: Context, clock: Callable[[], float] = time.time) -> None:
        super().__init__()
        self._bridge = bridge
        self._context = context
        self.travel = Travel(context, self._times)
        self._shown: Sample | None = None
        self.stale = False
        self.setWindowTitle("PerfWatch")
        self.setMinimumSize(_LEAST_WIDTH, _LEAST_HEIGHT)
        self.pages = {page.key: CardsPage(page, context) for page in PAGES}
        self.history = HistoryPage(context)
        self.settings = SettingsPage(bridge.source, context.preferences)
        titles = (*((page.key, page.title) for page in PAGES), ("history", "History"), ("settings", "Settings"))
        self._keys = tuple(key for key, _ in titles)
        self._titles = tuple(title for _, title in titles)
        self.header = Header(titles, self)
        self.status = StatusLine(context.theme, context.catalogue, clock)
        self._build()
        self._connect()
        self._keys_pressed = Keys(self, self, self.travel, self._keys)
        self._recall()
        # a mark on the first button would be the loudest thing in the picture; Tab brings it
        self.stack.setFocus()

    def _build(self) -> None:
        """Stack header, pages and status line."""
        self.stack = QStackedWidget()
        for page in self.pages.values():
            self.stack.addWidget(page)
        self.stack.addWidget(self.history)
        self.stack.addWidget(self.settings)
        middle = column(self.header, self.stack, self.status)
        self.setCentralWidget(middle)
        self.veil = Veil(self._context, middle)

    def _connect(self) -> None:
        self._bridge.arrived.connect(self._take_sample)
        self.looked_at.connect(self.draw)
        self.travel.moved.connect(self._follow_times)
        self.history.times.changed.connect(self._say_time)
        self.status_timer.timeout.connect(self._grow_older)
        self.header.chosen.connect(self.show_page)
        self.header.freeze_asked.connect(self.travel.toggle_frozen)
        self.header.live_asked.connect(self.travel.go_live)
        self.settings.theme_chosen.connect(self._choose_theme)
        self.settings.bytes_chosen.connect(self._choose_bytes)

    def _recall(self) -> None:
        """Take up size and page of the last time."""
        preferences = self._context.preferences
        if not self.restoreGeometry(preferences.geometry):
            self.resize(_FIRST_WIDTH, _FIRST_HEIGHT)
        self.show_page(preferences.page if preferences.page in self._keys else self._keys[0])

    def open(self) -> None:
        """Begin to listen to samples."""
        self._bridge.open()

    @property
    def live_history(self) -> History:
        """What the live charts draw from."""
        return self._context.history

    @property
    def page(self) -> str:
        """The key of the page that is open."""
        return self._keys[self.stack.currentIndex()]

    def show_page(self, key: str) -> None:
        """Open the page and bring it up to date."""
        self.stack.setCurrentIndex(self._keys.index(key))
        self.header.mark(key)
        self._keys_pressed.let_time_move(self._times() is not None)
        self.draw()

    def show_settings(self) -> None:
        """Open the settings."""
        self.show_page("settings")

    @property
    def frozen(self) -> bool:
        """Whether something else than the newest is shown."""
        return not (self._times() or self._context.times).live

    def _times(self) -> TimeView | None:
        """Which stretch of time the open page shows."""
        if self.page == "history":
            return self.history.times
        return self._context.times if self.page in self.pages else None

    def _take_sample(self) -> None:
        """A sample came; what shows the past stays as it is."""
        assert self._bridge.newest is not None  # it was brought
        self.travel.take(self._bridge.newest)
        self.history.take_newest(self._bridge.newest.time)
        if self.status_timer.isActive():
            # its next look is a second after this one: not another picture beside each sample's
            self.status_timer.start()
        if not self.frozen:
            self.draw()
        elif self.seen():
            self._show_state()

    def _show_state(self) -> None:
        """What is always of now: the state and the cost."""
        self._grow_older()
        if self._bridge.newest is not None:
            self.status.show_cost(Snapshot(self._bridge.newest, self._context.preferences.byte_style))

    def draw(self) -> None:
        """Show the sample of the moment and the charts up to it, unless nobody can see them."""
        if not self.can_draw():
            return
        self._show_state()
        page, sample = self.pages.get(self.page), self.travel.sample
        if page is not None and sample is not None:
            self._shown = sample
            page.show_sample(Snapshot(sample, self._context.preferences.byte_style))
            page.draw()
        self.drawn.emit()

    def _follow_times(self) -> None:
        """Time was moved: at each movement the charts follow, the numbers when there are others."""
        page = self.pages.get(self.page)
        if self.travel.sample is not self._shown or page is None or not self.frozen:
            self.draw()
        elif self.seen():
            self._say_time()
            page.draw()
        self.drawn.emit()

    def _grow_older(self) -> None:
        """Bring up to date what changes without a sample: the age, and how PerfWatch itself is."""
        state = self._bridge.source.state()
        newest = self._bridge.newest
        self.stale = self.status.show_age(newest.time if newest else None, state.interval)
        self.status.show_state(state)
        if self.page == "settings":
            self.settings.show_state(state)
        self.veil.cover(self.stack, self.stale and not self.frozen and self.page != "settings")
        self._say_time()

    def _say_time(self) -> None:
        """Whether the picture is live, and which time it shows where it is not."""
        interval, newest = self._bridge.source.state().interval, self._bridge.newest
        if self.frozen:
            self.header.say(*self.travel.words(self._times() or self._context.times))
        elif newest is None:
            self.header.say("starting", "starting")
        elif self.stale:
            self.header.say("stale", "no new samples")
        else:
            self.header.say("live", f"live  {interval:g} s")

    def go_back(self) -> None:
        """From a card that fills the page to all of them, or out of full screen."""
        page = self.pages.get(self.page)
        if page is not None and page.filling is not None:
            page.fill(None)
        elif self.isFullScreen():
            self.toggle_full_screen()

    def copy_values(self) -> None:
        """Copy the card that has the focus, or else the whole page."""
        page = self.history if self.page == "history" else self.pages.get(self.page)
        if page is not None:
            page.copy_values()

    def search(self) -> None:
        """Search the series of the History page."""
        self.show_page("history")
        self.history.search()

    def export(self) -> None:
        """Ask which history goes to a file; first what is shown."""
        times, context = self._times() or self._context.times, self._context
        dialog = ExportDialog(context.archive, context.catalogue, times.start, times.right, self)
        dialog.exec()
        dialog.deleteLater()

    def show_shortcuts(self) -> None:
        """List the keys."""
        ShortcutList(self._titles, self).exec()

    def _choose_theme(self, name: str) -> None:
        self._context.preferences.theme = name
        self._context.theme.choose(name)

    def _choose_bytes(self, style: str) -> None:
        self._context.preferences.byte_style = ByteStyle(style)
        self.draw()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """The veil lies over the pages, not over header and status line."""
        super().resizeEvent(event)
        self.veil.setGeometry(self.stack.geometry())

    def closeEvent(self, event: QCloseEvent) -> None:
        """Remember how it looked, and listen no longer."""
        preferences = self._context.preferences
        preferences.geometry = self.saveGeometry()
        preferences.page = self.page
        preferences.save()
        self._bridge.close()
        self.travel.forget()
        self.history.forget()
        for page in self.pages.values():
            page.past.forget()
        super().closeEvent(event)
