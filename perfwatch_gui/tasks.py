"""Off the window's thread and back: what to do in the window when a future of another thread is done."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from functools import partial
from typing import Any, TypeVar

from PySide6.QtCore import QCoreApplication, QObject, Qt, Signal, Slot
from shiboken6 import isValid

T = TypeVar("T")
R = TypeVar("R")


class _Desk(QObject):
    """Where finished futures are laid down by any thread and taken up by the window's; one, and it outlives them all.

    An object of its own for each future would be deleted by the window while the other thread still rings it.
    """

    _bell = Signal()

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._finished: deque[Awaited] = deque()
        self._bell.connect(self._answer, Qt.ConnectionType.QueuedConnection)

    def put(self, one: Awaited) -> None:
        """Called by the thread that finished the future; the application may be gone by then."""
        self._finished.append(one)
        try:
            self._bell.emit()
        except RuntimeError:  # the C++ side of this object was deleted with the application
            return

    @Slot()
    def _answer(self) -> None:
        while self._finished:
            self._finished.popleft().finish()


def _desk() -> _Desk:
    """The application's desk, made when first needed."""
    application = QCoreApplication.instance()
    assert application is not None  # who waits for an answer on the window's thread has one
    found = application.findChild(_Desk)
    return found if isinstance(found, _Desk) else _Desk(application)


class Awaited:
    """One future, watched for the window: its result goes to `done`, or what went wrong, in words, to `failed`.

    Both are called on Qt's thread; for a future that was cancelled, and when `parent` is gone, neither is.
    """

    def __init__(
        self,
        future: Future[T],
        failed: Callable[[str], None],
        parent: QObject,
        done: Callable[[T], None] | None = None,
    ) -> None:
        self._future = future
        self._failed = failed
        self._parent = parent
        self._done: Callable[[Any], None] | None = done
        self._desk = _desk()
        future.add_done_callback(self._ring)

    def _ring(self, _future: Future[T]) -> None:
        self._desk.put(self)

    def finish(self) -> None:
        """Hand over what came of it; on Qt's thread."""
        if self._future.cancelled() or not isValid(self._parent):
            return
        error = self._future.exception()
        if error is not None:
            self._failed(str(error))
        elif self._done is not None:
            self._done(self._future.result())


def made_of(future: Future[T], make: Callable[[T], R]) -> Future[R]:
    """The future of what `make` makes of a result, in the thread that has it; cancelling goes back to the source."""
    made: Future[R] = Future()

    def finish(one: Future[T]) -> None:
        if one.cancelled():
            made.cancel()
        elif not made.set_running_or_notify_cancel():
            return
        elif (error := one.exception()) is not None:
            made.set_exception(error)
        else:
            try:
                made.set_result(make(one.result()))
            # whatever is wrong with it, whoever waits is told
            except Exception as problem:
                made.set_exception(problem)

    def cancel(one: Future[R]) -> None:
        if one.cancelled():
            future.cancel()

    made.add_done_callback(cancel)
    future.add_done_callback(finish)
    return made


class Newest:
    """At most one question is under way; of those asked meanwhile only the newest is asked next."""

    def __init__(self, failed: Callable[[str], None], parent: QObject) -> None:
        self._failed = failed
        self._parent = parent
        self._waiting: tuple[Callable[[], Future[Any]], Callable[[Any], None]] | None = None
        self._under_way: Future[Any] | None = None

    @property
    def busy(self) -> bool:
        """Whether an answer is awaited."""
        return self._under_way is not None

    def ask(self, question: Callable[[], Future[T]], answered: Callable[[T], None]) -> None:
        """Ask now or next; `answered` gets the answer, and not that of what was asked before and is older."""
        self._waiting = question, answered
        if self._under_way is None:
            self._next()

    def forget(self) -> None:
        """Nobody wants the answers any more."""
        self._waiting = None
        if self._under_way is not None:
            self._under_way.cancel()
            self._under_way = None

    def _next(self) -> None:
        if self._waiting is None:
            return
        (question, self._answered), self._waiting = self._waiting, None
        future = question()
        self._under_way = future
        Awaited(future, partial(self._trouble, future), self._parent, partial(self._take, future))

    def _take(self, future: Future[Any], answer: Any) -> None:
        if future is not self._under_way:
            # forgotten, but too late to be cancelled
            return
        self._under_way = None
        if self._waiting is None:
            self._answered(answer)
        else:
            self._next()

    def _trouble(self, future: Future[Any], sentence: str) -> None:
        if future is not self._under_way:
            return
        self._under_way = None
        if self._waiting is None:
            self._failed(sentence)
        else:
            self._next()
