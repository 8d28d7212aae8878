"""Lines of real runs of perf, damaged in every way a pipe, a locale or a bug might damage them."""

import random
from collections.abc import Iterator, Sequence
from pathlib import Path

RUNS = Path(__file__).parents[2] / "machines" / "perf"
# what `perf stat -I` printed, and whatever else perf has printed
INTERVALS = sorted([*RUNS.glob("*.json"), *RUNS.glob("*.csv"), *RUNS.glob("captured/*interval*.txt")])
EVERYTHING = sorted([*INTERVALS, *(set(RUNS.glob("captured/*.txt")) - {*INTERVALS})])
CAPTURED_LINES = tuple(line for path in EVERYTHING for line in path.read_bytes().splitlines() if line)


def damaged(chance: random.Random, lines: Sequence[bytes]) -> Iterator[bytes]:
    """Without end: a real line, most often with bytes changed, cut, doubled, or glued to another."""
    while True:
        text = bytearray(chance.choice(lines))
        kind = chance.randrange(8)
        if kind < 3:
            for _ in range(chance.randrange(1, 6)):
                text[chance.randrange(len(text))] = chance.randrange(256)
        elif kind == 3:
            del text[chance.randrange(len(text)) :]
        elif kind == 4:
            text += chance.choice(lines)
        elif kind == 5:
            start = chance.randrange(len(text))
            text[start:start] = text[start : start + chance.randrange(40)]
        yield bytes(text) + b"\n"
