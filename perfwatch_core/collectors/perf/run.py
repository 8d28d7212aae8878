"""Short runs of perf: find it, run it, wait for its answer."""

from __future__ import annotations

import os
import shutil
import subprocess
import threading
from collections.abc import Mapping, Sequence
from typing import NamedTuple

# perf answers in 15 ms; one that takes this long hangs.
PATIENCE = 10.0
# perf's own words when perf_event_open(2) says EACCES or EPERM, from several versions
_DENIALS = ("perf_event_paranoid", "permission", "access to performance monitoring", "cap_perfmon")


class Answer(NamedTuple):
    """How a run ended: exit status (negative: signal; None: it could not be run or hung) and what it printed."""

    status: int | None
    out: bytes
    err: bytes

    @property
    def why(self) -> str:
        """The first line it said on standard error that is not just a heading."""
        lines = [line.strip() for line in self.err.decode(errors="replace").splitlines()]
        said = next((line for line in lines if line and line.lower() != "error:"), "")
        return said[:200] or f"it ended with status {self.status} and said nothing"

    @property
    def denied(self) -> bool:
        """Whether what it said is about permission."""
        said = self.err.decode(errors="replace").lower()
        return any(words in said for words in _DENIALS)


def environment() -> Mapping[str, str]:
    """Ours, with numbers and messages as in C, and without what a ~/.perfconfig may change."""
    return {**os.environ, "LC_ALL": "C", "PERF_CONFIG": os.devnull}


class Runner:
    """Runs perf and can be told to stop from another thread."""

    def __init__(self, name: str = "perf") -> None:
        self._name = name
        self._running: subprocess.Popen[bytes] | None = None
        self._stopped = False
        self._lock = threading.Lock()

    def find(self) -> str | None:
        """The path of perf, None where there is none on the PATH."""
        return shutil.which(self._name)

    def run(self, binary: str, arguments: Sequence[str]) -> Answer:
        """Run and wait up to `PATIENCE` seconds; raises nothing."""
        try:
            with self._lock:
                if self._stopped:
                    return Answer(None, b"", b"stopped")
                child = self._running = subprocess.Popen(
                    (binary, *arguments),
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.PIPE,
                    stderr=subprocess.PIPE,
                    env=environment(),
                    start_new_session=True,
                )
        except OSError as error:
            return Answer(None, b"", str(error).encode())
        with child:
            try:
                out, err = child.communicate(timeout=PATIENCE)
            except subprocess.TimeoutExpired:
                child.kill()
                return Answer(None, b"", f"no answer within {PATIENCE:.0f} seconds".encode())
            finally:
                with self._lock:
                    self._running = None
        return Answer(child.returncode, out, err)

    def stop(self) -> None:
        """End the run under way, and let no other begin."""
        with self._lock:
            self._stopped = True
            if self._running is not None:
                self._running.kill()
