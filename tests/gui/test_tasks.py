"""Futures of other threads, seen from the window's."""

from __future__ import annotations

import threading
from concurrent.futures import Future

from PySide6.QtCore import QObject
from pytestqt.qtbot import QtBot

from perfwatch_gui.tasks import Awaited


def test_what_went_wrong_elsewhere_is_said_in_the_windows_thread(qtbot: QtBot) -> None:
    owner, future = QObject(), Future[None]()
    heard: list[tuple[str, threading.Thread]] = []

    def say(sentence: str) -> None:
        heard.append((sentence, threading.current_thread()))

    Awaited(future, say, owner)
    worker = threading.Thread(target=future.set_exception, args=(OSError("the database is away"),))
    worker.start()
    worker.join()
    qtbot.waitUntil(lambda: bool(heard))
    assert heard == [("the database is away", threading.main_thread())]


def test_success_and_cancelling_say_nothing(qtbot: QtBot) -> None:
    owner = QObject()
    heard: list[str] = []
    done, cancelled, failed = Future[None](), Future[None](), Future[None]()
    for future in (done, cancelled, failed):
        Awaited(future, heard.append, owner)
    done.set_result(None)
    cancelled.cancel()
    failed.set_exception(OSError("last"))
    qtbot.waitUntil(lambda: heard == ["last"])


def test_a_window_that_is_gone_is_not_called(qtbot: QtBot) -> None:
    owner, future = QObject(), Future[None]()
    heard: list[str] = []
    Awaited(future, heard.append, owner)
    owner.deleteLater()
    with qtbot.waitSignal(owner.destroyed):
        pass
    future.set_exception(OSError("too late"))
    assert heard == []
