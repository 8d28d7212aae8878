"""Packs whole numbers: differences, sorted by the significance of their bytes, and deflated.

The order of differences (0, 1 or 2) is the one that packs best; differences are zigzag numbers, order 0 counts
from the smallest. Each plane of bytes becomes deflate blocks with a Huffman code of their own (RFC 1951), for
the low bytes are noise and the high ones are not. The idea of differences is Gorilla's (Pelkonen et al., VLDB
2015), the sorted bytes are Blosc's shuffle; single bits, as Gorilla packs them, would cost Python far more.
"""

from __future__ import annotations

import struct
import sys
import zlib
from array import array
from collections.abc import Iterable, Sequence
from itertools import accumulate, repeat
from operator import add, sub

import msgspec

# None of these numbers may ever change: they are on disks.
_CONSTANT, _JSON = 16, 17
_START = struct.Struct("<Bqq")
_CODES = {1: "B", 2: "H", 4: "I", 8: "Q"}
# Second differences of numbers below this stay below 2**62, their zigzag below 2**63.
_LIMIT = 2**60
_LEVEL = 8
# The signed number of each zigzag byte: most differences are one.
_OF_BYTE = [(value >> 1) ^ -(value & 1) for value in range(256)]


def pack(values: Sequence[int]) -> bytes:
    """The numbers as bytes, of any size and sign; their count is not in there."""
    if not values:
        return b""
    low, high = min(values), max(values)
    if not -_LIMIT < low <= high < _LIMIT:
        return bytes([_JSON]) + zlib.compress(repr(list(values)).encode())
    if low == high:
        return _START.pack(_CONSTANT, low, 0)[:9]
    first = list(map(sub, values[1:], values))
    second = list(map(sub, first[1:], first))
    return min(
        _START.pack(0, low, 0)[:9] + _deflated(list(map(sub, values, repeat(low)))),
        _START.pack(1, values[0], 0)[:9] + _deflated(_zigzag(first)),
        _START.pack(2, values[0], first[0]) + _deflated(_zigzag(second)),
        key=len,
    )


def unpack(data: bytes, count: int) -> list[int]:
    """The `count` numbers that `pack` packed."""
    if not count:
        return []
    tag = data[0]
    if tag == _JSON:
        found: list[int] = msgspec.json.decode(zlib.decompress(data[1:]), type=list[int]) if tag == _JSON else []
        return found
    start = int.from_bytes(data[1:9], "little", signed=True)
    if tag == _CONSTANT:
        return [start] * count
    if tag == 0:
        values = _inflated(data[9:], count)
        return list(map(add, values, repeat(start))) if start else list(values)
    if tag == 1:
        return list(accumulate(_signed(_inflated(data[9:], count - 1)), initial=start))
    slope = int.from_bytes(data[9:17], "little", signed=True)
    slopes = accumulate(_signed(_inflated(data[17:], count - 2)), initial=slope)
    return list(accumulate(slopes, initial=start))[:count]


def _zigzag(values: Iterable[int]) -> list[int]:
    return [value << 1 if value >= 0 else (-value << 1) - 1 for value in values]


def _signed(values: Sequence[int]) -> Iterable[int]:
    if isinstance(values, bytes):
        return map(_OF_BYTE.__getitem__, values)
    return [(value >> 1) ^ -(value & 1) for value in values]


def _deflated(values: list[int]) -> bytes:
    width = _width(max(values, default=0))
    packed = array(_CODES[width], values)
    if sys.byteorder == "big":
        packed.byteswap()
    flat = packed.tobytes()
    press = zlib.compressobj(_LEVEL, zlib.DEFLATED, -15)
    parts = [bytes([width])]
    for plane in range(width):
        # Z_BLOCK ends a deflate block without a byte of its own
        parts += [press.compress(flat[plane::width]), press.flush(zlib.Z_BLOCK)]
    return b"".join([*parts, press.flush()])


def _inflated(data: bytes, count: int) -> bytes | array[int]:
    width = data[0]
    flat = zlib.decompress(memoryview(data)[1:], -15)
    if width == 1:
        return flat
    whole = bytearray(len(flat))
    for plane in range(width):
        whole[plane::width] = flat[plane * count : (plane + 1) * count]
    values = array(_CODES[width])
    values.frombytes(whole)
    if sys.byteorder == "big":
        values.byteswap()
    return values


def _width(largest: int) -> int:
    return 1 if largest < 1 << 8 else 2 if largest < 1 << 16 else 4 if largest < 1 << 32 else 8
