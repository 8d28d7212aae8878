"""The units a metric can have, and how a value in one of them is written for a person."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import Enum, StrEnum

_DECIMAL = ("", "k", "M", "G", "T", "P", "E")
_BINARY = ("", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei")
NOT_AVAILABLE = "N/A"


class ByteStyle(StrEnum):
    """Which multiples bytes are shown in; `AUTO` is binary for memory and decimal for wire and disk."""

    AUTO = "auto"
    BINARY = "binary"
    DECIMAL = "decimal"


@dataclass(frozen=True, slots=True)
class _Shape:
    """How numbers of one unit are rounded when sampled and written when shown."""

    symbol: str
    decimals: int  # kept in a sample, so that the store holds no noise digits
    shown: int | None = None  # decimals on the screen; None: three significant digits with a prefix
    base: int = 1000
    lead: int = 0  # prefixes that its numbers have already: 1 for KiB/s
    word: str = ""  # OpenMetrics unit, empty where the unit is a pure count


class Unit(Enum):
    """A unit of measurement.

    `shape` are its rounding and writing rules, `symbol` is what stands behind a number as sampled: `B/s`, `KiB/s`.
    """

    PERCENT = _Shape("%", 2, 1, word="percent")
    BYTES = _Shape("B", 0, base=1024, word="bytes")
    DISK_BYTES = _Shape("B", 0, word="bytes")
    BYTES_PER_SECOND = _Shape("B/s", 0, word="bytes_per_second")
    KIB_PER_SECOND = _Shape("B/s", 1, base=1024, lead=1, word="kibibytes_per_second")
    PAGES_PER_SECOND = _Shape("pages/s", 2, word="pages_per_second")
    PACKETS_PER_SECOND = _Shape("packets/s", 1, word="packets_per_second")
    OPERATIONS_PER_SECOND = _Shape("IOPS", 2, word="operations_per_second")
    PER_SECOND = _Shape("/s", 1, word="per_second")
    COUNT = _Shape("", 0)
    MILLISECONDS = _Shape("ms", 3, 2, word="milliseconds")
    WHOLE_MILLISECONDS = _Shape("ms", 3, 0, word="milliseconds")
    MEGAHERTZ = _Shape("MHz", 1, 0, word="megahertz")
    GIGAHERTZ = _Shape("GHz", 3, 2, word="gigahertz")
    CELSIUS = _Shape("°C", 1, 0, word="celsius")
    MEGABITS_PER_SECOND = _Shape("Mb/s", 0, 0, word="megabits_per_second")
    RATIO = _Shape("", 4, 2, word="ratio")
    CPUS = _Shape("CPUs", 4, 2, word="cpus")
    LOAD = _Shape("", 2, 2)
    PER_KILO_INSTRUCTIONS = _Shape("/k instr", 3, 2, word="per_kilo_instruction")
    FLAG = _Shape("", 0, 0)
    TEXT = _Shape("", 0, 1)

    def __init__(self, shape: _Shape) -> None:
        # attributes: a window writes a hundred numbers for each sample, and an Enum's `value` costs as much as the rest
        self.shape = shape
        self.symbol = _BINARY[shape.lead] + shape.symbol

    @property
    def decimals(self) -> int:
        """Decimals a sampled value keeps."""
        return self.shape.decimals

    @property
    def word(self) -> str:
        """The OpenMetrics UNIT word; empty for counts."""
        return self.shape.word

    @property
    def counts_bytes(self) -> bool:
        """Whether the byte style setting changes how this unit is shown."""
        return self in (Unit.BYTES, Unit.DISK_BYTES, Unit.BYTES_PER_SECOND)

    def base(self, style: ByteStyle = ByteStyle.AUTO) -> int:
        """The factor between two prefixes, 1000 or 1024."""
        if style is not ByteStyle.AUTO and self.counts_bytes:
            return 1024 if style is ByteStyle.BINARY else 1000
        return self.shape.base


def scaled(value: float, unit: Unit, style: ByteStyle = ByteStyle.AUTO) -> tuple[float, str]:
    """The number and symbol to show: (4_520_000, BYTES_PER_SECOND) gives (4.52, 'MB/s')."""
    factor, symbol = prefix(value, unit, style)
    return value / factor, symbol


def prefix(largest: float, unit: Unit, style: ByteStyle = ByteStyle.AUTO) -> tuple[float, str]:
    """The divisor and symbol that suit values up to `largest`, so that a whole axis can share one prefix."""
    if unit.shape.shown is not None:
        return 1.0, unit.symbol
    base = unit.base(style)
    names = (_BINARY if base == 1024 else _DECIMAL)[unit.shape.lead :]
    size, step = abs(largest), 0
    # 999.5 would print as 1000 with three digits: go one prefix up before that happens
    while size >= base * 0.9995 and step < len(names) - 1:
        size /= base
        step += 1
    symbol = unit.shape.symbol
    if symbol[:1] in ("", "B", "/") or not names[step]:
        return float(base**step), names[step] + symbol
    return float(base**step), f"{names[step]} {symbol}"


def number_text(value: float, unit: Unit, style: ByteStyle = ByteStyle.AUTO) -> tuple[str, str]:
    """The two parts of a shown value, digits and symbol, for widgets that set them apart."""
    number, symbol = scaled(value, unit, style)
    shown = unit.shape.shown
    if shown is None:
        shown = _significant(number, whole=symbol == unit.symbol and unit.decimals == 0)
    return f"{number:.{shown}f}", symbol


def text(value: float | str | bool | None, unit: Unit, style: ByteStyle = ByteStyle.AUTO) -> str:
    """A value as a person reads it: `4.52 MB/s`, `62.1 %`, `yes`; `N/A` for what is not known."""
    if value is None:
        return NOT_AVAILABLE
    if isinstance(value, str):
        return value
    if unit is Unit.FLAG:
        return "yes" if value else "no"
    if not math.isfinite(value):
        return NOT_AVAILABLE
    digits, symbol = number_text(float(value), unit, style)
    return f"{digits} {symbol}".rstrip()


def nice_ceiling(value: float, unit: Unit, style: ByteStyle = ByteStyle.AUTO) -> float:
    """The next axis top at or above `value`: 1, 2 or 5 times a power of ten, within the unit's prefix.

    With base 1024 the steps are 1, 2, 5 … 500 of the prefix, so that ticks read as round numbers.
    """
    if value <= 0 or not math.isfinite(value):
        return 1.0
    factor = prefix(value, unit, style)[0]
    number = value / factor
    power = 10.0 ** math.floor(math.log10(number))
    for step in (1.0, 2.0, 5.0, 10.0):
        if number <= step * power * (1 + 1e-12):
            return step * power * factor
    return 10.0 * power * factor


def _significant(number: float, whole: bool) -> int:
    """Decimals that give three significant digits; none for an unprefixed whole number."""
    size = abs(number)
    if whole or size >= 99.95:
        return 0
    return 1 if size >= 9.995 else 2
