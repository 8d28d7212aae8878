"""Runs `perfwatch` on a machine as files: `python -m tests.torture.on_files ROOT WORDS…`."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from unittest.mock import patch

from perfwatch_core import __main__ as commands
from perfwatch_core import engine
from perfwatch_core.collectors.machine import Machine
from perfwatch_gui.__main__ import main as perfwatch
from tests.whole import program


@contextmanager
def on_files(root: Path) -> Iterator[None]:
    """What `tests.whole.program` starts meanwhile takes the files below `root` for the kernel's."""
    with patch.object(program, "COMMAND", (sys.executable, "-m", "tests.torture.on_files", str(root))):
        yield


def main(root: str, words: Sequence[str]) -> int:
    """The command, for which the machine is what lies below `root`."""

    def machine() -> Machine:
        return Machine(Path(root))

    with patch.object(engine, "Machine", machine), patch.object(commands, "Machine", machine):
        return perfwatch(words)


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1], sys.argv[2:]))
