"""Standard output, whose reader may have enough at any time, as with `| head`."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable


def discard() -> None:
    """Let what is still to be written go nowhere: it would fail again, at the latest when Python ends."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
    os.close(nowhere)


def say(sentence: str) -> None:
    """Print it at once; whoever goes on working must not end because nobody listens any more."""
    try:
        print(sentence, flush=True)
    except BrokenPipeError:
        discard()


def until_enough(command: Callable[[], int]) -> int:
    """The command's exit status, or 0 where its reader had enough before it was done."""
    try:
        try:
            status = command()
        finally:
            # also a help text, which ends the program
            sys.stdout.flush()
    except BrokenPipeError:
        discard()
        return 0
    return status
