"""What a user types and then watches: started, awaited until it does what it is for, and told to end.

`python -m tests.whole.typed perfwatch --serve` ends with the program's status, or with 1 when it never came to that.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from tests.whole.program import COMMAND, ROOT

_SECONDS = 90.0
# What each says once it does what it was started for.
_RUNS = ("collecting: ", "the window is open")


def lasts(words: Sequence[str]) -> bool:
    """Whether `perfwatch WORDS` or `make WORDS` goes on until it is told to stop."""
    program, *rest = words
    if program == "make":
        return rest == ["run"]
    ends = {"--help", "--version"}
    return not ends & set(rest) and (not rest or rest[0].startswith("-"))


def watched(words: Sequence[str]) -> int:
    """Start it in a session of its own, wait until it runs, end it as Ctrl+C does; its exit status."""
    with tempfile.NamedTemporaryFile("w+") as said:
        environ = os.environ | {"PERFWATCH_LOG_LEVEL": "info", "PERFWATCH_PORT": "0"}
        running = subprocess.Popen(words, env=environ, stdout=said, stderr=subprocess.STDOUT, start_new_session=True)
        try:
            runs = _says(Path(said.name), running)
            os.killpg(running.pid, signal.SIGINT)
            status = running.wait(_SECONDS)
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(running.pid, signal.SIGKILL)
        text = Path(said.name).read_text()
    print(text, file=sys.stderr)
    if status == -signal.SIGINT and Path(words[0]).name == "make":
        # it ends itself by the signal, once what it started has ended well
        status = 0
    return status if runs and "Traceback" not in text else 1


def _says(said: Path, running: subprocess.Popen[bytes]) -> bool:
    """Whether it says that it runs before the time is up or it ends."""
    deadline = time.monotonic() + _SECONDS
    while running.poll() is None and time.monotonic() < deadline:
        if any(words in said.read_text() for words in _RUNS):
            return True
        with contextlib.suppress(subprocess.TimeoutExpired):
            running.wait(0.1)
    return False


if __name__ == "__main__":
    typed = sys.argv[1:]
    command = [*COMMAND, *typed[1:]] if typed[0] == "perfwatch" else ["/usr/bin/make", "-C", str(ROOT), *typed[1:]]
    if lasts(typed):
        raise SystemExit(watched(command))
    os.execv(command[0], command)
