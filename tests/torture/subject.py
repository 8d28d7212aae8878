"""One subject in a process of its own: tells its outcomes as lines of JSON, and ends when who started it does."""

from __future__ import annotations

import dataclasses
import importlib
import json
import os
import signal
import sys
import threading

from tests.torture.outcome import Wish
from tests.torture.place import own_place


def _end_with(parent: int) -> None:
    """Wait until nobody holds the other end of a pipe (pipe(7)), then end as if told to."""
    while os.read(parent, 1):
        pass
    os.kill(os.getpid(), signal.SIGTERM)


def main(name: str, wish: Wish) -> None:
    """Try a subject; standard output is for outcomes only, standard input for noticing that the parent is gone."""
    # an end from outside runs what cleans up, as Ctrl+C does
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    parent, told = os.dup(0), os.fdopen(os.dup(1), "w", buffering=1)
    with open(os.devnull) as nothing:
        os.dup2(nothing.fileno(), 0)
    os.dup2(2, 1)
    threading.Thread(target=_end_with, args=(parent,), daemon=True).start()
    with own_place() as place:
        # a home of its own: nothing of who runs it is touched
        os.environ["HOME"] = str(place)
        for outcome in importlib.import_module(f"tests.torture.{name}").tried(wish, place):
            told.write(json.dumps(dataclasses.asdict(outcome)) + "\n")


if __name__ == "__main__":
    main(sys.argv[1], Wish(short=sys.argv[2] == "short", seed=int(sys.argv[3])))
