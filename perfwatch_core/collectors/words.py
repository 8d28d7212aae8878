"""What kernel files say, taken with care: whole lines, counts that a kernel can have, names that fit on a line."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence
from itertools import chain

# No counter of the kernel is wider than 64 bits.
_LARGEST, _DIGITS = 2**64 - 1, 20
_DECIMAL = re.compile(rb"[0-9]{1,20}(\.[0-9]{1,9})?")
# What begins a new line, steers a terminal, or turns the direction in which the rest is read (Unicode TR 9).
_UNSHOWN = re.compile("[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]")


class Unreadable(ValueError):
    """A kernel file that says nothing of what it should; the text names it."""


def lines(text: bytes) -> list[bytes]:
    """The whole lines; one without its newline was cut off, and its last number may lack digits."""
    return text.split(b"\n")[:-1]


def counts(words: Sequence[bytes]) -> list[int] | None:
    """All words as counts; None where one is no number from 0 to 2^64 - 1, or where there are no words."""
    joined = b"".join(words)
    if not joined.isdigit() or len(joined) > _DIGITS * len(words):
        return None
    numbers = list(map(int, words)) if all(words) else [_LARGEST + 1]
    return numbers if max(numbers) <= _LARGEST else None


def columns(
    rows: Mapping[str, Sequence[bytes]], width: int
) -> tuple[tuple[str, ...], list[list[int]], tuple[str, ...]]:
    """The names of the rows that are `width` counts each, these by column, and the names of the other rows."""
    whole = {name: words for name, words in rows.items() if len(words) == width}
    numbers = counts(list(chain.from_iterable(whole.values())))
    if numbers is None:
        # some word is none: only then is each row looked at by itself
        whole = {name: words for name, words in whole.items() if counts(words)}
        numbers = counts(list(chain.from_iterable(whole.values()))) or []
    return (
        tuple(whole),
        [numbers[place::width] for place in range(width)],
        tuple(name for name in rows if name not in whole),
    )


def count(word: bytes) -> int | None:
    """One word as a count, None where it is none."""
    number = int(word) if word.isdigit() and len(word) <= _DIGITS else _LARGEST + 1
    return number if number <= _LARGEST else None


def decimal(word: bytes) -> float | None:
    """A word such as `0.25`, None where it is none."""
    return float(word) if _DECIMAL.fullmatch(word) else None


def name(raw: bytes | str) -> str:
    """A name as every reader can show it, on one line; a path may come as `os.fsdecode` gives it.

    Bytes that are no UTF-8 and characters that nobody sees stand as they are escaped in Python, so that two names
    remain two.
    """
    text = (os.fsencode(raw) if isinstance(raw, str) else raw).decode(errors="backslashreplace")
    if text.isprintable():
        return text
    return _UNSHOWN.sub(lambda unshown: unshown[0].encode("unicode_escape").decode(), text)
