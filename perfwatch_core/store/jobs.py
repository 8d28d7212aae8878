"""Runs readers of the database one after another, on a connection and a thread of their own.

A history query may take seconds; the store's thread has samples to bring home meanwhile.
"""

from __future__ import annotations

import queue
import sys
import threading
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from typing import Any, TypeVar

import psycopg

from perfwatch_core.store.link import Halt, Link
from perfwatch_core.store.problems import sentence
from perfwatch_core.store.state import StoreProblem

T = TypeVar("T")
_Item = tuple[Callable[[Link], Any], Future[Any]]

# An idle connection is a server process of some megabytes.
IDLE_SECONDS = 60.0
ANSWER_SECONDS = 300.0
_SWITCH_SECONDS = 0.0005


class Jobs:
    """A pool of one: its thread and connection come with the first job and go after a minute without any.

    `params` gives libpq's parameters, or the sentence on why there is no database.
    """

    def __init__(self, params: Callable[[], Mapping[str, str] | str]) -> None:
        self._params = params
        self._halt = Halt()
        self._waiting: queue.SimpleQueue[_Item | None] = queue.SimpleQueue()
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._closed = False

    def run(self, job: Callable[[Link], T]) -> Future[T]:
        """Call `job` with a connection; its result, or a StoreProblem with one sentence."""
        answer: Future[T] = Future()
        with self._lock:
            if self._closed:
                answer.set_exception(StoreProblem("PerfWatch is stopping."))
                return answer
            self._waiting.put((job, answer))
            if self._thread is None:
                self._thread = threading.Thread(target=self._work, name="store-reader", daemon=True)
                self._thread.start()
        return answer

    def close(self, timeout: float) -> bool:
        """End what runs; False where it does not end in time."""
        with self._lock:
            self._closed = True
            thread = self._thread
        self._halt.set()
        if thread is not None:
            self._waiting.put(None)
            thread.join(timeout)
        return thread is None or not thread.is_alive()

    def _work(self) -> None:
        # what is read here is unpacked in Python: a window's frame or a sampler that wants the interpreter back
        # would wait for five milliseconds each time
        sys.setswitchinterval(_SWITCH_SECONDS)
        link: Link | None = None
        while item := self._next():
            job, answer = item
            if not answer.set_running_or_notify_cancel():
                continue
            try:
                link = link or self._connect()
                answer.set_result(job(link))
            except (psycopg.Error, StoreProblem) as error:
                answer.set_exception(self._problem(error))
                if link is not None and (link.closed or link.broken or isinstance(error, psycopg.OperationalError)):
                    link.close()
                    link = None
            # a job is foreign code: whatever it raises is its caller's to see
            except Exception as error:
                answer.set_exception(error)
        if link is not None:
            link.close()
        while not self._waiting.empty():
            if (item := self._waiting.get()) and item[1].set_running_or_notify_cancel():
                item[1].set_exception(StoreProblem("PerfWatch is stopping."))

    def _next(self) -> _Item | None:
        """The next job; None when none came for a while, or the pool is closed: the thread is to end."""
        try:
            return self._waiting.get(timeout=IDLE_SECONDS)
        except queue.Empty:
            # in the lock no job can arrive between the look and the end
            with self._lock:
                if self._waiting.empty():
                    self._thread = None
                    return None
            return self._waiting.get()

    def _connect(self) -> Link:
        params = self._params()
        if isinstance(params, str):
            raise StoreProblem(params)
        link = Link.open(params, self._halt)
        link.answer_seconds = ANSWER_SECONDS
        # a query whose asker is gone ends by itself (PostgreSQL 14 and later, on Linux)
        try:
            link.execute("SET client_connection_check_interval = '2s'")
        except psycopg.Error:
            # told to stop just then
            link.close()
            raise
        return link

    def _problem(self, error: psycopg.Error | StoreProblem) -> StoreProblem:
        params = self._params()
        return StoreProblem(sentence(error, params if not isinstance(params, str) else {}))
