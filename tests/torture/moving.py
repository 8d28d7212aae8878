"""A machine as files whose counters all move at a steady pace, from one that was captured; and the harm done to it."""

from __future__ import annotations

import random
import re
from collections.abc import Callable

from tests.machines.files import Files

# A counter's value from what was captured, from how much it grows in one step, and from the step.
Counter = Callable[[int, int, int], int]
# Files whose numbers count, with the words of a line that do; the rest are names and levels.
_COUNTING = {
    "proc/stat": re.compile(r"(cpu\d* |intr|ctxt)"),
    "proc/vmstat": re.compile(r"(pgpg|pswp|pgfault|pgmajfault)"),
    "proc/diskstats": re.compile(r"\s+\d+\s+\d+\s"),
    "proc/net/dev": re.compile(r".*:"),
    "proc/pressure/cpu": re.compile("(some|full)"),
    "proc/pressure/memory": re.compile("(some|full)"),
    "proc/pressure/io": re.compile("(some|full)"),
}
_NAME = re.compile(r"^(\s+\d+\s+\d+\s+\S+|.*:|.*total=|\S+)")


def steady(start: int, pace: int, step: int) -> int:
    """As counters do."""
    return start + pace * step


def wrapping(bits: int, at: int) -> Counter:
    """Begins so that it passes its width at step `at`."""
    return lambda _start, pace, step: (2**bits - at * pace + pace // 2 + pace * step) % 2**bits


def starting_again(at: int) -> Counter:
    """From nothing at step `at`, as after a driver was loaded anew."""
    return lambda start, pace, step: start + 10**6 + pace * step if step < at else pace * (step - at)


def at_step(captured: Files, step: int, counter: Counter = steady) -> Files:
    """The files that move, at a step."""
    return {
        path: "".join(_moved(line, step, counter) if counts.match(line) else line for line in _lines(captured[path]))
        for path, counts in _COUNTING.items()
        if path in captured
    }


def _lines(text: str) -> list[str]:
    return text.splitlines(keepends=True)


def _moved(line: str, step: int, counter: Counter) -> str:
    """Each column at a pace of its own, none so small that a quotient of two would be rounded differently."""
    name = _NAME.match(line)
    assert name is not None
    numbers = line[name.end() :].split()
    moved = [counter(int(word), 10 * (place + 1), step) for place, word in enumerate(numbers)]
    return f"{name[0]}{'' if name[0].endswith('=') else ' '}{' '.join(map(str, moved))}\n"


def cut(text: str, chance: random.Random) -> str:
    """Its beginning, to anywhere."""
    raw = text.encode(errors="surrogateescape")
    return raw[: chance.randrange(len(raw) + 1)].decode(errors="surrogateescape")


def damaged(text: str, chance: random.Random) -> str:
    """Some of its bytes NUL, or such as no UTF-8 has."""
    raw = bytearray(text.encode(errors="surrogateescape"))
    for _ in range(chance.randrange(1, 6)):
        place = chance.randrange(len(raw) + 1)
        raw[place : place + chance.randrange(4)] = chance.choice((b"\0", b"\xff\xfe", b"\xc3", b"\0\0\0"))
    return raw.decode(errors="surrogateescape")


def grown(text: str, chance: random.Random) -> str:
    """With lines that no kernel writes yet among its own, and more fields at the end of each."""
    lines = [f"{line.rstrip()} {chance.randrange(10**6)} new=1\n" if line.strip() else line for line in _lines(text)]
    for _ in range(3):
        odd = chance.choice(("Brandnew: some words\n", "quantum_faults\n", "xyz 1 2\n", "\n", "zz: -7 kB\n"))
        # what begins a file is its head, and no kernel has put anything before it
        lines.insert(chance.randrange(1, len(lines) + 1), odd)
    return "".join(lines)
