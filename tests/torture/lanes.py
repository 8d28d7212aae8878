"""Runs subjects, each in a process of its own, some of them beside others."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from queue import SimpleQueue

from tests.torture.outcome import Outcome, Wish
from tests.whole.program import ROOT

# What measures the machine or fills it stands alone, first and last; the rest mostly waits, in lanes side by side.
# A subject that is not named is in the last lane.
_FIRST, _LAST = "truth", "load"
_LANES = (("killing", "kernel"), ("long",), ("full", "clocks", "away"))
# Seconds for a subject to clean up after it was told to end.
_PATIENCE = 30.0

Told = tuple[str, Outcome]


def names() -> list[str]:
    """The subjects: the modules here that have a `tried`, in the order of the report."""
    modules = {path.stem: path.read_text() for path in Path(__file__).parent.glob("*.py")}
    found = [name for name, text in modules.items() if "\ndef tried(" in text]
    order = [_FIRST, *(name for lane in _LANES for name in lane), _LAST]
    return sorted(found, key=lambda name: (order.index(name if name in order else "away"), name))


def stages(wanted: Sequence[str]) -> Iterator[list[list[str]]]:
    """The wanted subjects in stages that follow each other, each of some lanes that run side by side."""
    rest = [name for name in wanted if name not in (_FIRST, _LAST)]
    apart = [[name for name in lane if name in rest] for lane in _LANES]
    apart[-1] += [name for name in rest if not any(name in lane for lane in _LANES)]
    for stage in ([[_FIRST] if _FIRST in wanted else []], apart, [[_LAST] if _LAST in wanted else []]):
        if lanes := [lane for lane in stage if lane]:
            yield lanes


class Lanes:
    """Some lanes of subjects at once; `run` gives what comes of them as it comes."""

    def __init__(self, wish: Wish) -> None:
        self._words = ["short" if wish.short else "whole", str(wish.seed)]
        self._told: SimpleQueue[Told | None] = SimpleQueue()
        self._running: list[subprocess.Popen[str]] = []
        self._ending = False

    def run(self, lanes: Sequence[Sequence[str]]) -> Iterator[Told]:
        """The outcomes with their subjects; whatever ends this ends all subjects that run."""
        threads = [threading.Thread(target=self._walk, args=(lane,), daemon=True) for lane in lanes]
        for thread in threads:
            thread.start()
        left = len(threads)
        try:
            while left:
                one = self._told.get()
                if one is None:
                    left -= 1
                else:
                    yield one
        finally:
            self._ending = True
            for process in self._running:
                process.terminate()
            for thread in threads:
                thread.join(_PATIENCE)

    def _walk(self, lane: Sequence[str]) -> None:
        for name in lane:
            if not self._ending:
                self._subject(name)
        self._told.put(None)

    def _subject(self, name: str) -> None:
        began = time.monotonic()
        print(f"torture: {name}", file=sys.stderr, flush=True)
        command = [sys.executable, "-m", "tests.torture.subject", name, *self._words]
        # what it reads from is held by this process alone, so it ends with it
        with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
            self._running.append(process)
            assert process.stdout is not None
            for line in process.stdout:
                self._told.put((name, Outcome(**json.loads(line))))
            # before the end of its standard input tells it that nobody listens
            process.wait()
        if process.returncode and not self._ending:
            note = f"it ended with status {process.returncode}; what it said stands above"
            self._told.put((name, Outcome(name, "all of it", 1, holds=False, lost="unknown", note=note)))
        print(f"torture: {name} took {time.monotonic() - began:.0f} s", file=sys.stderr, flush=True)
