"""The `perfwatch` command: one that goes on until it is told to stop gets a session of its own first."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from perfwatch_core import session

if TYPE_CHECKING:
    from collections.abc import Sequence

_ANSWERED_AT_ONCE = {"-h", "--help", "--version"}


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit status: 0 done, 1 failed, 2 asked wrongly or no display."""
    words = sys.argv[1:] if argv is None else argv
    # the commands are words, and end by themselves
    if all(word.startswith("-") for word in words[:1]) and not _ANSWERED_AT_ONCE.intersection(words):
        session.own()
    # only here: the process that stays outside has no use for it
    from perfwatch_gui.commands import run

    return run(words)


if __name__ == "__main__":
    raise SystemExit(main())
