"""Desktop notifications of PerfWatch's own trouble and of nothing else: once for each, until it is over."""

from __future__ import annotations

import re
import time
from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer
from PySide6.QtDBus import QDBusConnection, QDBusMessage

from perfwatch_gui.bridge import Source, State

Send = Callable[[QDBusMessage], object]

_PORTAL = ("org.freedesktop.portal.Desktop", "/org/freedesktop/portal/desktop", "org.freedesktop.portal.Notification")
_EVERY_MS = 5000
# What mends itself meanwhile is not worth a word: a start, a server that was restarted.
_PATIENCE = 15.0


def troubles(state: State) -> dict[str, str]:
    """What is wrong now: each sentence by what stays the same while its numbers change."""
    sentences = list(state.notices)
    if state.database.kind != "off" and not state.database.ok:
        sentences.insert(0, state.database.text)
    return {re.sub(r"[\d.,]+", "#", sentence): sentence for sentence in sentences}


class Watch:
    """Tells what to say and what is over, from one look to the next; times are seconds of a monotonic clock."""

    def __init__(self) -> None:
        self._since: dict[str, float] = {}
        self._told: set[str] = set()

    def look(self, state: State, now: float) -> tuple[dict[str, str], set[str]]:
        """Sentences that are due by their key, and keys of what was told and is over."""
        found = troubles(state)
        self._since = {key: self._since.get(key, now) for key in found}
        due = {key: found[key] for key, since in self._since.items() if now - since >= _PATIENCE} if found else {}
        due = {key: sentence for key, sentence in due.items() if key not in self._told}
        over = self._told - found.keys()
        self._told = (self._told | due.keys()) - over
        return due, over


def _call(member: str, *words: object) -> QDBusMessage:
    message = QDBusMessage.createMethodCall(*_PORTAL, member)
    message.setArguments(list(words))
    return message


def shown(key: str, sentence: str) -> QDBusMessage:
    """The portal's AddNotification (XDG Desktop Portal, Notification version 1)."""
    details = {"title": "PerfWatch", "body": sentence[:1].upper() + sentence[1:], "priority": "normal"}
    return _call("AddNotification", key, details)


def withdrawn(key: str) -> QDBusMessage:
    """The portal's RemoveNotification."""
    return _call("RemoveNotification", key)


class Notifier(QObject):
    """Looks every few seconds; a desktop without notifications hears nothing, the window says it all the same."""

    def __init__(
        self, source: Source, parent: QObject, send: Send | None = None, clock: Callable[[], float] = time.monotonic
    ) -> None:
        super().__init__(parent)
        self._source = source
        self._send = send or _to_session
        self._clock = clock
        self._watch = Watch()
        self._timer = QTimer(self)
        self._timer.setInterval(_EVERY_MS)
        self._timer.timeout.connect(self.look)
        self._timer.start()

    def look(self) -> None:
        """Say what is due and withdraw what is over."""
        due, over = self._watch.look(self._source.state(), self._clock())
        for key, sentence in due.items():
            self._send(shown(key, sentence))
        for key in over:
            self._send(withdrawn(key))


def _to_session(message: QDBusMessage) -> None:
    # no answer is waited for: the window must not hang on a desktop that does
    QDBusConnection.sessionBus().send(message)
