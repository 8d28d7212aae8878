"""Packs the values of one series into few bytes and gives exactly the same values back; standard library only.

A column is its tag, the presence of its values, and the values. Numbers with at most `MOST_DECIMALS` decimals,
which is what a sample keeps, become whole numbers (`store/whole.py`); words become a dictionary and whole
numbers into it. What fits nowhere is eight bytes a float, or JSON.
"""

from __future__ import annotations

import array
import struct
import sys
import zlib
from collections.abc import Iterable, Sequence
from typing import NamedTuple

import msgspec

from perfwatch_core.metric import Value
from perfwatch_core.store.whole import pack, unpack

MOST_DECIMALS = 4
# Tags 0 to 4: floats with so many decimals; 10 more: the same with whole ones among them as int, as samples have
# them. None of the numbers may ever change: they are on disks.
_WHOLE, _FLAG, _FLOAT, _TEXT, _JSON, _MIXED = 5, 6, 7, 8, 9, 10
_HEAD = struct.Struct("<BHI")


class Numbers(NamedTuple):
    """The numbers of a column, None where not known: each is `values[i] / unit`, and whole where `unit` is not 0.

    A `unit` of 0 marks plain floats, which are what they are. `complete` says that none is None.
    """

    values: Sequence[float | None]
    unit: int
    complete: bool = False

    @property
    def divisor(self) -> int:
        """What sums are divided by."""
        return self.unit or 1


def encode(values: Sequence[Value | None]) -> bytes:
    """A column as bytes; None is 'not known'. Takes what JSON has: bool, int, float and str."""
    known = [value for value in values if value is not None]
    presence = pack([int(value is not None) for value in values]) if len(known) < len(values) else b""
    tag, body = _encoded(known)
    return _HEAD.pack(tag, len(presence), len(values)) + presence + body


def decode(data: bytes) -> list[Value | None]:
    """The column that `encode` packed, equal in every value and its kind."""
    tag, there, count, body = _opened(data)
    known = _decoded(tag, body, sum(there) if there else count)
    if there is None:
        return list(known)
    rest = iter(known)
    return [next(rest) if one else None for one in there]


def numbers(data: bytes) -> Numbers | None:
    """The numbers of a packed column, flags as 0 and 1; None for words. Faster than `decode`, and sums are exact."""
    tag, there, count, body = _opened(data)
    if tag == _TEXT:
        return None
    present = count if there is None else sum(there)
    known: Sequence[float]
    if tag == _JSON:
        plain = list(_decoded(tag, body, present))
        if not {int, float} >= set(map(type, plain)):
            return None
        known, unit = [float(value) for value in plain], 0
    elif tag == _FLOAT:
        known, unit = _floats(body), 0
    else:
        known, unit = unpack(body, present), _unit(tag)
    if there is None:
        return Numbers(known, unit, True)
    rest = iter(known)
    return Numbers([next(rest) if one else None for one in there], unit)


def _unit(tag: int) -> int:
    """What the whole numbers of a column are divided by."""
    decimals = tag - _MIXED if tag >= _MIXED else tag
    return 10**decimals if decimals <= MOST_DECIMALS else 1


def numbers_of(values: Sequence[Value | None]) -> Numbers | None:
    """The same as `numbers(encode(values))`, without packing."""
    known = [value for value in values if value is not None]
    complete = len(known) == len(values)
    found: Sequence[float]
    if wholes := _wholes(known):
        found, unit = wholes[1], _unit(wholes[0])
    elif set(map(type, known)) <= {int, float}:
        found, unit = [float(value) for value in known], 0
    else:
        return None
    if complete:
        return Numbers(found, unit, True)
    rest = iter(found)
    return Numbers([None if one is None else next(rest) for one in values], unit)


def _opened(data: bytes) -> tuple[int, list[int] | None, int, bytes]:
    tag, length, count = _HEAD.unpack_from(data)
    start = _HEAD.size + length
    there = unpack(data[_HEAD.size : start], count) if length else None
    return tag, there, count, data[start:]


def _encoded(known: list[Value]) -> tuple[int, bytes]:
    if wholes := _wholes(known):
        return wholes[0], pack(wholes[1])
    kinds = set(map(type, known))
    if kinds == {float}:
        packed = array.array("d", [float(value) for value in known])
        if sys.byteorder == "big":
            packed.byteswap()
        flat = packed.tobytes()
        return _FLOAT, zlib.compress(b"".join(flat[plane::8] for plane in range(8)))
    if kinds == {str}:
        words = sorted({str(value) for value in known})
        places = {word: place for place, word in enumerate(words)}
        text = msgspec.json.encode(words)
        return _TEXT, struct.pack("<I", len(text)) + text + pack([places[str(value)] for value in known])
    return _JSON, zlib.compress(msgspec.json.encode(known))


def _wholes(known: list[Value]) -> tuple[int, list[int]] | None:
    """The tag and the whole numbers of a column that can be packed as such, None for any other."""
    kinds = set(map(type, known))
    if kinds <= {bool}:
        return _FLAG, [int(value) for value in known]
    if kinds == {int}:
        return _WHOLE, [int(value) for value in known]
    if kinds == {float}:
        return _decimal([float(value) for value in known])
    if kinds == {int, float}:
        return _mixed([float(value) for value in known], known)
    return None


def _mixed(values: list[float], known: list[Value]) -> tuple[int, list[int]] | None:
    """Numbers of which just the whole ones are int; None for others, and where precision would be lost."""
    if any(isinstance(one, float) and value.is_integer() for one, value in zip(known, values, strict=True)):
        return None
    for decimals in range(1, MOST_DECIMALS + 1):
        whole = _whole(values, 10**decimals)
        if whole is not None:
            return _MIXED + decimals, whole
    return None


def _decimal(values: list[float]) -> tuple[int, list[int]] | None:
    """How few decimals the values have, and themselves in units of the last; None where it is too many."""
    for decimals in range(MOST_DECIMALS + 1):
        factor = 10**decimals
        # the first value alone tells most columns that need more decimals
        if abs(values[0]) < 1e15 and round(values[0] * factor) / factor == values[0]:
            whole = _whole(values, factor)
            if whole is not None:
                return decimals, whole
    return None


def _whole(values: list[float], factor: int) -> list[int] | None:
    if not max(map(abs, values)) < 1e15:
        return None
    whole = [round(value * factor) for value in values]
    same = all(one / factor == value for one, value in zip(whole, values, strict=True))
    # -0.0 equals 0.0 and is not the same
    return whole if same and (0 not in whole or "-0.0" not in map(repr, values)) else None


def _floats(body: bytes) -> list[float]:
    flat = zlib.decompress(body)
    count = len(flat) // 8
    whole = bytearray(len(flat))
    for plane in range(8):
        whole[plane::8] = flat[plane * count : (plane + 1) * count]
    values = array.array("d")
    values.frombytes(whole)
    if sys.byteorder == "big":
        values.byteswap()
    return values.tolist()


def _decoded(tag: int, body: bytes, count: int) -> Iterable[Value]:
    if tag == _FLOAT:
        return iter(_floats(body))
    if tag == _JSON:
        return msgspec.json.decode(zlib.decompress(body), type=list[bool | int | float | str])
    if tag == _TEXT:
        length = int.from_bytes(body[:4], "little")
        words = msgspec.json.decode(body[4 : 4 + length], type=list[str])
        return (words[place] for place in unpack(body[4 + length :], count))
    whole = unpack(body, count)
    if tag == _WHOLE:
        return iter(whole)
    if tag == _FLAG:
        return (bool(value) for value in whole)
    factor = _unit(tag)
    if tag > _MIXED:
        return (value / factor if value % factor else value // factor for value in whole)
    return (value / factor for value in whole)
