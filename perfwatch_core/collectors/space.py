"""How full file systems are, asked in threads of their own, so that one that hangs holds up nobody."""

from __future__ import annotations

import errno
import os
import queue
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

Ask = Callable[[str], os.statvfs_result]
Answer = os.statvfs_result | OSError
# A healthy file system answers in microseconds. This is waited once for one that does not, then no more.
WAIT_SECONDS = 0.1
# What one sample waits at most, however many hang.
WAIT_FOR_ALL_SECONDS = 0.3


@dataclass(frozen=True, slots=True)
class Silent:
    """Stands for an answer that has not come for so many seconds."""

    seconds: float


@dataclass(slots=True)
class _Round:
    """Mount points to be asked one after the other; who waits may give up, then the rest is not asked."""

    points: list[str]
    began: float
    answers: dict[str, Answer] = field(default_factory=dict)
    ended: float = 0.0
    done: threading.Event = field(default_factory=threading.Event)
    given_up: bool = False


class _Asker:
    """A thread that works on rounds; one that hangs in the kernel cannot be ended, only left alone."""

    def __init__(self, ask: Ask) -> None:
        self._ask = ask
        self._rounds: queue.SimpleQueue[_Round | None] = queue.SimpleQueue()
        threading.Thread(target=self._run, name="space", daemon=True).start()

    def begin(self, points: list[str]) -> _Round:
        """Have these asked; the round fills while one looks."""
        work = _Round(points, time.monotonic())
        self._rounds.put(work)
        return work

    def end(self) -> None:
        """Let the thread go when it comes back."""
        self._rounds.put(None)

    def _run(self) -> None:
        while (work := self._rounds.get()) is not None:
            for point in work.points:
                try:
                    work.answers[point] = self._ask(point)
                except OSError as error:
                    work.answers[point] = error
                except ValueError as error:
                    # a path that no file can have
                    work.answers[point] = OSError(errno.EINVAL, str(error))
                if work.given_up:
                    break
            work.ended = time.monotonic()
            work.done.set()


class Space:
    """Asks all healthy file systems in one thread, and each slow one in its own until it is quick again."""

    def __init__(self, ask: Ask) -> None:
        self._ask = ask
        self._common: _Asker | None = None
        self._slow: dict[str, tuple[_Asker, _Round]] = {}

    def of(self, points: Iterable[str]) -> dict[str, Answer | Silent]:
        """An answer for each mount point, newer than the call before, or for how long it has been silent."""
        wanted = list(points)
        self._leave(set(self._slow) - set(wanted))
        answers: dict[str, Answer | Silent] = {}
        for point, (asker, work) in list(self._slow.items()):
            if not work.done.is_set():
                answers[point] = Silent(time.monotonic() - work.began)
            elif work.ended - work.began < WAIT_SECONDS:
                self._leave({point})
            else:
                answers[point] = work.answers[point]
                self._slow[point] = asker, asker.begin([point])
        self._ask_together([point for point in wanted if point not in answers], answers)
        return answers

    def close(self) -> None:
        """End the threads; one that hangs ends when the kernel lets it go, or with the process."""
        self._leave(set(self._slow))
        if self._common is not None:
            self._common.end()
            self._common = None

    def _ask_together(self, points: list[str], answers: dict[str, Answer | Silent]) -> None:
        """Ask them in one go; where one does not answer, leave its thread to it and go on with a new one."""
        deadline = time.monotonic() + WAIT_FOR_ALL_SECONDS
        while points:
            if self._common is None:
                self._common = _Asker(self._ask)
            work = self._common.begin(points)
            left = deadline - time.monotonic()
            if left > 0 and work.done.wait(min(WAIT_SECONDS, left)):
                answers.update(work.answers)
                return
            work.given_up = True
            answers.update(dict(work.answers))
            points = [point for point in points if point not in answers]
            if points:
                self._slow[points[0]] = self._common, work
                answers[points[0]] = Silent(time.monotonic() - work.began)
                self._common = None
            if left <= 0:
                answers.update(dict.fromkeys(points, Silent(0.0)))
                return
            points = points[1:]

    def _leave(self, points: set[str]) -> None:
        for point in points:
            asker, work = self._slow.pop(point)
            work.given_up = True
            asker.end()
