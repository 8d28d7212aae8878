"""The long-lived `perf stat` child: started, read without ever waiting for it, ended, and never left behind."""

from __future__ import annotations

import contextlib
import fcntl
import os
import subprocess
from collections.abc import Sequence

from perfwatch_core.collectors.perf.run import environment

# A pipe holds 64 KiB: at 60 s between samples that is not enough for 60 intervals. 1 MiB is what anyone may ask
# for (pipe(7)).
PIPE_SIZE = 1 << 20
# More than most ticks bring; asking for much costs memory each time.
CHUNK = 1 << 13
# No tick reads more than this; perf waits for the rest to be read, and prints one longer, true interval then.
MOST_A_TICK = 1 << 23
WORDS_KEPT = 4096
# perf ends within 3 ms of being told to.
PATIENCE = 0.1


class Child:
    """One `perf stat -I` run.

    perf lasts as long as the command it is given, and that is `cat`, reading from a pipe that only we can
    write to: when we are gone, however that came, the kernel closes the pipe, `cat` ends and so does perf.
    """

    def __init__(self, binary: str, arguments: Sequence[str]) -> None:
        """Start it; raises OSError where that fails."""
        self._log, log = os.pipe2(os.O_CLOEXEC)
        self._words, words = os.pipe2(os.O_CLOEXEC)
        try:
            os.set_blocking(self._log, False)
            os.set_blocking(self._words, False)
            # nobody reads this while perf counts: what finds no room is lost, instead of perf waiting for ever
            os.set_blocking(words, False)
            # more than the user's share of pipe memory is refused; then the usual size must do
            with contextlib.suppress(OSError):
                fcntl.fcntl(self._log, fcntl.F_SETPIPE_SZ, PIPE_SIZE)
            self._process = subprocess.Popen(
                (binary, "stat", *arguments, "--log-fd", str(log), "--", "cat"),
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                stderr=words,
                pass_fds=(log,),
                env=environment(),
                # Ctrl-C in the terminal is ours to answer
                start_new_session=True,
            )
        # whatever it was, the pipes must not stay open
        except BaseException:
            os.close(self._log)
            os.close(self._words)
            raise
        finally:
            os.close(log)
            os.close(words)

    @property
    def pid(self) -> int:
        """Its process id."""
        return self._process.pid

    @property
    def status(self) -> int | None:
        """Its exit status, negative for a signal; None while it runs."""
        return self._process.poll()

    @property
    def said(self) -> bytes:
        """The beginning of what it said on standard error, up to `WORDS_KEPT` bytes; for when it has ended."""
        return _read(self._words, WORDS_KEPT)

    def read(self) -> bytes:
        """What it has printed since the last read; never waits."""
        return _read(self._log, MOST_A_TICK)

    def end(self) -> None:
        """Stop it and let go of everything; takes 3 ms, and `PATIENCE` seconds at most if it hangs."""
        process = self._process
        if process.stdin is not None:
            process.stdin.close()
        if process.poll() is None:
            process.terminate()
            try:
                process.wait(PATIENCE)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        os.close(self._log)
        os.close(self._words)


def _read(fd: int, most: int) -> bytes:
    parts: list[bytes] = []
    size = 0
    while size < most:
        try:
            part = os.read(fd, min(CHUNK, most))
        except BlockingIOError:
            break
        parts.append(part)
        size += len(part)
        if len(part) < CHUNK:
            break
    return parts[0] if len(parts) == 1 else b"".join(parts)
