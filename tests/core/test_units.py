"""Numbers as a person reads them."""

from __future__ import annotations

import math
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from perfwatch_core.units import NOT_AVAILABLE, ByteStyle, Unit, nice_ceiling, number_text, prefix, scaled, text

PLAIN = st.floats(0, 1e18, allow_nan=False)
STYLES = st.sampled_from(ByteStyle)
PREFIXED = st.sampled_from([unit for unit in Unit if unit.shape.shown is None])


@pytest.mark.parametrize(
    ("value", "unit", "shown"),
    [
        (62.14, Unit.PERCENT, "62.1 %"),
        (4_520_000, Unit.BYTES_PER_SECOND, "4.52 MB/s"),
        (999_499, Unit.BYTES_PER_SECOND, "999 kB/s"),
        (999_600, Unit.BYTES_PER_SECOND, "1.00 MB/s"),
        (0, Unit.BYTES_PER_SECOND, "0 B/s"),
        (8 * 2**30, Unit.BYTES, "8.00 GiB"),
        (8 * 10**9, Unit.DISK_BYTES, "8.00 GB"),
        (1023, Unit.BYTES, "1023 B"),
        (0, Unit.KIB_PER_SECOND, "0.00 KiB/s"),
        (112.0, Unit.KIB_PER_SECOND, "112 KiB/s"),
        (33_908.5, Unit.KIB_PER_SECOND, "33.1 MiB/s"),
        (1024, Unit.BYTES, "1.00 KiB"),
        (1_200_000, Unit.PER_SECOND, "1.20 M/s"),
        (1500, Unit.OPERATIONS_PER_SECOND, "1.50 k IOPS"),
        (2596.1, Unit.MEGAHERTZ, "2596 MHz"),
        (47.0, Unit.CELSIUS, "47 °C"),
        (1.234, Unit.MILLISECONDS, "1.23 ms"),
        (0.5, Unit.LOAD, "0.50"),
        (True, Unit.FLAG, "yes"),
        (False, Unit.FLAG, "no"),
        ("ext4", Unit.TEXT, "ext4"),
        (None, Unit.PERCENT, NOT_AVAILABLE),
        (math.nan, Unit.PERCENT, NOT_AVAILABLE),
        (math.inf, Unit.BYTES, NOT_AVAILABLE),
    ],
)
def test_values_as_a_person_reads_them(value: float | str | bool | None, unit: Unit, shown: str) -> None:
    assert text(value, unit) == shown


def test_the_byte_style_is_the_users_where_one_is_chosen() -> None:
    assert text(2**20, Unit.BYTES, ByteStyle.DECIMAL) == "1.05 MB"
    assert text(10**6, Unit.BYTES_PER_SECOND, ByteStyle.BINARY) == "977 KiB/s"
    assert text(1500, Unit.PACKETS_PER_SECOND, ByteStyle.BINARY) == "1.50 k packets/s"


@given(PLAIN, PREFIXED, STYLES)
def test_a_number_never_outgrows_its_prefix(value: float, unit: Unit, style: ByteStyle) -> None:
    digits, _ = number_text(value, unit, style)
    assert float(digits) < unit.base(style) or value >= 999 * unit.base(style) ** 6
    assert len(digits.replace(".", "")) <= 4


@given(PLAIN, PREFIXED, STYLES)
def test_the_scaled_number_times_its_factor_is_the_value(value: float, unit: Unit, style: ByteStyle) -> None:
    number, symbol = scaled(value, unit, style)
    factor, same = prefix(value, unit, style)
    assert symbol == same
    assert number * factor == pytest.approx(value)
    assert symbol.endswith(unit.shape.symbol)


@given(st.floats(1e-6, 1e18), st.sampled_from(Unit), STYLES)
def test_an_axis_ends_at_a_round_number_at_or_above(value: float, unit: Unit, style: ByteStyle) -> None:
    top = nice_ceiling(value, unit, style)
    assert value <= top * (1 + 1e-9)
    # a value that is just rounded up to the next prefix begins at a thousandth of it
    assert top <= value * 2.6
    leading = top / prefix(value, unit, style)[0]
    assert re.match(r"[125]\.?0*(e|$)", f"{leading:e}".replace("0e", "e"))


@pytest.mark.parametrize("value", [0.0, -1.0, math.nan, math.inf])
def test_an_axis_of_nothing_ends_at_one(value: float) -> None:
    assert nice_ceiling(value, Unit.PERCENT) == 1.0


def test_words_for_openmetrics_are_plain() -> None:
    assert {unit.word for unit in Unit if not re.fullmatch(r"[a-z_]*", unit.word)} == set()
    assert Unit.COUNT.word == ""
    assert Unit.BYTES_PER_SECOND.word == "bytes_per_second"
