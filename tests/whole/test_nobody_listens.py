"""Standard output is a pipe whose reader has gone, as with `| head`: commands end quietly, collecting goes on."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.core.store.waiting import until
from tests.whole.program import COMMAND, environment, gone


@contextmanager
def _without_reader(*words: str) -> Iterator[subprocess.Popen[str]]:
    reader, writer = os.pipe()
    os.close(reader)
    with subprocess.Popen(
        [*COMMAND, *words],
        env=environment(),
        cwd=os.environ["HOME"],
        stdout=writer,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as process:
        os.close(writer)
        try:
            yield process
        finally:
            process.kill()


@pytest.mark.parametrize("command", ["once", "once --json", "doctor", "--help", "export --help"])
def test_a_command_ends_quietly(command: str) -> None:
    with _without_reader(*command.split()) as process:
        assert process.communicate(timeout=60)[1] == ""
    assert process.returncode == 0


def test_collecting_goes_on(data: Path) -> None:
    """Into the database, until it is told to stop."""
    runtime = Path(os.environ["XDG_RUNTIME_DIR"])
    with _without_reader("--serve", "--interval", "0.5", "--port", "0", "--data-dir", str(data)) as process:
        until(lambda: any(runtime.rglob("*.fresh")), 60)
        assert process.poll() is None
        process.send_signal(signal.SIGTERM)
        assert process.communicate(timeout=60)[1] == ""
    assert process.returncode == 0
    assert gone(data, 10)
