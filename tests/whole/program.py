"""Runs `perfwatch` in a process of its own, in a bare environment, and waits for what it says."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Self

ROOT = Path(__file__).parents[2]
COMMAND = (sys.executable, "-m", "perfwatch_gui")

# What a machine needs to be itself; nothing of who runs the tests, no display.
_KEPT = ("HOME", "PATH", "TMPDIR", "XDG_DATA_HOME", "XDG_RUNTIME_DIR", "PERFWATCH_TEST_SESSION")


def environment(more: Mapping[str, str] | None = None) -> dict[str, str]:
    """The variables the program sees."""
    kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
    return {**kept, "PYTHONPATH": str(ROOT), "PYTHONWARNINGS": "error", **(more or {})}


def run(
    *words: str, seconds: float = 60, environ: Mapping[str, str] | None = None, typed: str | None = None
) -> subprocess.CompletedProcess[str]:
    """Run a command to its end, in its home, so that no `.env` of the checkout counts; `typed` is piped to it."""
    return subprocess.run(
        [*COMMAND, *words],
        env=environment(environ),
        cwd=os.environ["HOME"],
        input=typed,
        capture_output=True,
        text=True,
        timeout=seconds,
        check=False,
    )


class Running:
    """A command that goes on until told to stop; what it says is in a file, so that it never waits for a reader."""

    def __init__(
        self, said: Path, *words: str, environ: Mapping[str, str] | None = None, new_session: bool = True
    ) -> None:
        self._said = said
        with said.open("wb") as out:
            self.process = subprocess.Popen(
                [*COMMAND, *words],
                env=environment(environ),
                cwd=os.environ["HOME"],
                stdout=out,
                stderr=subprocess.STDOUT,
                # else it makes one itself, in another process than this
                start_new_session=new_session,
            )

    @property
    def said(self) -> str:
        """All it said so far."""
        return self._said.read_text()

    def says(self, words: str, seconds: float = 60) -> bool:
        """Whether it says something with `words` in it before the time is up or it ends."""
        deadline = time.monotonic() + seconds
        while words not in self.said and self.process.poll() is None and time.monotonic() < deadline:
            _moment()
        return words in self.said

    def appears(self, path: Path, seconds: float = 30) -> bool:
        """Whether there is such a file before the time is up or it ends."""
        deadline = time.monotonic() + seconds
        while not path.exists() and self.process.poll() is None and time.monotonic() < deadline:
            _moment()
        return path.exists()

    def stop(self, with_: signal.Signals = signal.SIGTERM, seconds: float = 20) -> int:
        """End it; its exit status."""
        self.process.send_signal(with_)
        return self.process.wait(seconds)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()


def at_home(directory: Path) -> list[str]:
    """The processes that name a directory on their command line or work in it (proc(5))."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            words = (process / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
            if str(directory) in words or (process / "cwd").readlink().is_relative_to(directory):
                found.append(f"{process.name} {words}")
        except OSError:
            # it ended meanwhile
            continue
    return found


def gone(directory: Path, seconds: float) -> bool:
    """Whether nothing runs in `directory` any more before the time is up."""
    deadline = time.monotonic() + seconds
    while left := at_home(directory):
        if time.monotonic() > deadline:
            print("still there:", *left, sep="\n")
            return False
        _moment()
    return True


def _moment() -> None:
    """Let others run for a twentieth of a second between two looks."""
    threading.Event().wait(0.05)
