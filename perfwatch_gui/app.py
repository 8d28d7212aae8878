"""Runs the window: Qt's event loop from the first paint to the last sample, and a clean end however it comes."""

from __future__ import annotations

import gc
import logging
import signal
import socket
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from PySide6.QtCore import QObject, QSocketNotifier, QTimer
from PySide6.QtWidgets import QApplication

from perfwatch_core.history import History
from perfwatch_core.layout import PAGES
from perfwatch_gui.bridge import Bridge, Source
from perfwatch_gui.cards.context import Context
from perfwatch_gui.charts.cursor import Cursor
from perfwatch_gui.charts.timeview import TimeView
from perfwatch_gui.charts.trace import prepare
from perfwatch_gui.desktop.presence import join
from perfwatch_gui.desktop.single import Claim
from perfwatch_gui.pages.server import Serve, ServerSection
from perfwatch_gui.preferences import Preferences
from perfwatch_gui.style import icon, style_sheet
from perfwatch_gui.theme import Theme
from perfwatch_gui.window import Window

log = logging.getLogger(__name__)

# After the first numbers that move, which come half a second after the first reading.
# Between two looks for garbage; a sample leaves some kilobytes of it at most.
_GARBAGE_MS = 10_000
_SETTLED_MS = 1500
_ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Signals(QObject):
    """Turns SIGINT, SIGTERM and SIGHUP into closing the window.

    Python runs its handlers between two bytecodes, and Qt's loop runs none for minutes: a byte on the wake-up
    socket brings the loop, and with it Python, to life (signal.set_wakeup_fd).
    """

    def __init__(self, window: Window) -> None:
        super().__init__(window)
        self._window = window
        self._wakes, self._writes = socket.socketpair()
        for end in (self._wakes, self._writes):
            end.setblocking(False)
        self._notifier = QSocketNotifier(self._wakes.fileno(), QSocketNotifier.Type.Read, self)
        self._notifier.activated.connect(self._woken)
        self._before = [(number, signal.signal(number, self._asked)) for number in _ENDING]
        self._fd_before = signal.set_wakeup_fd(self._writes.fileno(), warn_on_full_buffer=False)

    def _asked(self, _number: int, _frame: object) -> None:
        self._window.quit()
        # closing a window that is hidden in the tray does not end the loop
        QApplication.quit()

    def _woken(self) -> None:
        self._wakes.recv(64)

    def restore(self) -> None:
        """Give the signals back to who had them."""
        signal.set_wakeup_fd(self._fd_before)
        for number, handler in self._before:
            signal.signal(number, handler)
        self._notifier.setEnabled(False)
        self._wakes.close()
        self._writes.close()


class Look(QObject):
    """Puts the theme's palette and style sheet on the application, now and whenever it changes."""

    def __init__(self, application: QApplication, theme: Theme) -> None:
        super().__init__(application)
        self._application = application
        self._theme = theme
        theme.changed.connect(self.apply)
        self.apply()

    def apply(self) -> None:
        """Colour everything anew."""
        self._application.setPalette(self._theme.palette())
        self._application.setStyleSheet(style_sheet(self._theme))


def make_window(
    source: Source, preferences: Preferences, theme: Theme, clock: Callable[[], float] = time.time
) -> Window:
    """The window with its parts, not shown and not listening yet; `clock` gives UTC seconds."""
    drawn = [address for page in PAGES for address in page.addresses()]
    history = History(source.catalogue, drawn)
    context = Context(source.catalogue, history, theme, Cursor(), preferences, source.archive, TimeView(), clock)
    return Window(Bridge(source, history), context, clock)


def _nothing(_window: Window) -> None:
    """What is done with a window that nobody asked for."""


def settle() -> None:
    """Load what long curves need, and let the garbage collector leave alone what lives as long as the window.

    Else each of its full rounds would go through all modules and widgets: a frame that takes three times as long.
    """
    prepare()
    gc.freeze()


class Garbage(QObject):
    """Looks for garbage in the window's thread only, now and then, until the process ends.

    Python looks for it in whatever thread makes an object; a widget that another thread than its own destroys ends the
    process. Also after the window was closed: its parts are garbage then, while the store still writes.
    """

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        gc.disable()
        self._timer = QTimer(self)
        self._timer.setInterval(_GARBAGE_MS)
        self._timer.timeout.connect(self._collect)
        self._timer.start()

    def _collect(self) -> None:
        gc.collect()


@contextmanager
def _signals(window: Window) -> Iterator[None]:
    listening = Signals(window)
    try:
        yield
    finally:
        listening.restore()


def run_window(
    source: Source,
    claim: Claim | None = None,
    opened: Callable[[Window], None] = _nothing,
    serve: Serve | None = None,
) -> None:
    """Show what the source samples until the window is closed; `opened` is called once with the window.

    `claim` is what makes it the only window of its user, where it is; `serve` makes the server of the settings' switch.
    """
    application = QApplication(sys.argv[:1])
    application.setApplicationName("PerfWatch")
    application.setDesktopFileName("perfwatch")
    application.setStyle("Fusion")
    application.setWindowIcon(icon())
    preferences = Preferences()
    theme = Theme(preferences.theme)
    look = Look(application, theme)
    Garbage(look)
    window = make_window(source, preferences, theme)
    if serve is not None:
        window.settings.add_server(ServerSection(serve, preferences, source.settings))
    with _signals(window):
        window.show()
        window.open()
        QTimer.singleShot(_SETTLED_MS, look, settle)
        join(window, source, preferences, claim)
        opened(window)
        log.info("the window is open")
        application.exec()
    if window.settings.server is not None:
        window.settings.server.stop()
