"""Off the window's thread and back: what to do in the window when a future of another thread is done."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from typing import Any

from PySide6.QtCore import QObject, Qt, Signal, Slot


class Awaited(QObject):
    """One future, watched for the window; `failed` is called on Qt's thread with what went wrong, in words."""

    _done = Signal()

    def __init__(self, future: Future[Any], failed: Callable[[str], None], parent: QObject) -> None:
        super().__init__(parent)
        self._future = future
        self._failed = failed
        self._done.connect(self._finish, Qt.ConnectionType.QueuedConnection)
        future.add_done_callback(self._ring)

    def _ring(self, _future: Future[Any]) -> None:
        """Called by the thread that finished the future; the window may be gone by then."""
        try:
            self._done.emit()
        except RuntimeError:  # the C++ side of this object was deleted with the window
            return

    @Slot()
    def _finish(self) -> None:
        self.deleteLater()
        if self._future.cancelled():
            return
        error = self._future.exception()
        if error is not None:
            self._failed(str(error))
