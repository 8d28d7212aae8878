"""How long the window takes to close, whatever has happened to its database."""

from __future__ import annotations

import os
import signal
import socket
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from perfwatch_core.store.cluster_place import Place, process_in
from tests.bench.display import display, platform
from tests.bench.figure import Figure
from tests.whole.program import Running
from tests.whole.strangers import free_port

_SUBJECT = "Closing the window, sampling each half second"
_GOAL = 2.0
_ROUNDS = 3
# Long enough for an answer to be waited for, or for a dead database to be noticed.
_OPEN_SECONDS = 4.0


def figures() -> Iterator[Figure]:
    """From SIGTERM, which closes it as its button does, to the end of the process: the slowest of a few."""
    for what, url, kill in (
        ("while the database answers", "", False),
        ("after the database was killed", "", True),
        ("while the database refuses", f"postgresql://me@127.0.0.1:{free_port()}/none", False),
    ):
        yield _figure(what, url, kill)
    with _silent() as port:
        yield _figure("while the database is silent", f"postgresql://me@127.0.0.1:{port}/none", kill=False)


def _figure(what: str, url: str, kill: bool) -> Figure:
    slowest = max(_closed(url, kill) for _ in range(_ROUNDS))
    return Figure(_SUBJECT, what, slowest, "s", _GOAL, note=f"slowest of {_ROUNDS}")


def _closed(url: str, kill: bool) -> float:
    """Seconds it took to close."""
    with tempfile.TemporaryDirectory(prefix="perfwatch-bench-") as directory, display(platform()) as environ:
        data = Path(directory) / "data"
        shown = ("DISPLAY", "QT_QPA_PLATFORM", "QT_LOGGING_RULES")
        given: dict[str, str] = {name: environ[name] for name in shown if name in environ}
        if url:
            given["DATABASE_URL"] = url
        words = ("--interval", "0.5", "--log-level", "info", "--data-dir", str(data))
        with Running(Path(directory) / "said", *words, environ=given) as window:
            assert window.says("the window is open"), window.said
            time.sleep(_OPEN_SECONDS)
            if kill:
                place = Place(data / "postgresql")
                server = process_in(place.server, place.data)
                assert server is not None, window.said
                os.kill(server, signal.SIGKILL)
            began = time.monotonic()
            window.stop()
            return time.monotonic() - began


@contextmanager
def _silent() -> Iterator[int]:
    """The port of a server that lets connections in and never says a word."""
    with socket.create_server(("127.0.0.1", 0), backlog=64) as listening:
        yield int(listening.getsockname()[1])
