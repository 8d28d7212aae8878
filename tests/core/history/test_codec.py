"""What was packed comes back: every value, its kind and its place."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from perfwatch_core.metric import Value
from perfwatch_core.store.codec import Numbers, decode, encode, numbers, numbers_of
from perfwatch_core.store.whole import pack, unpack

_decimals = st.integers(-(10**9), 10**9).flatmap(lambda one: st.sampled_from([one / 10, one / 100, one / 10000]))
_floats = st.floats(allow_nan=False, allow_infinity=False)
_whole = st.integers(-(2**63) + 1, 2**63 - 1)
_kinds = [st.booleans(), _whole, st.integers(0, 300), _decimals, _floats, st.text(max_size=8)]
_columns = st.one_of(
    *(st.lists(st.none() | kind, max_size=60) for kind in _kinds),
    *(st.lists(kind, max_size=60) for kind in _kinds),
    st.lists(st.none() | st.integers(0, 100) | _decimals, max_size=60),
    st.lists(st.none() | st.one_of(*_kinds), max_size=20),
)


def _exact(values: list[Value | None]) -> list[str]:
    return [repr(value) for value in values]


@given(_columns)
def test_a_column_comes_back_as_it_was(values: list[Value | None]) -> None:
    """Equal by their digits: 1 is not 1.0, True not 1, -0.0 not 0.0."""
    assert _exact(decode(encode(values))) == _exact(values)


@given(st.lists(st.integers() | _whole, max_size=60))
def test_whole_numbers_of_any_size_come_back(values: list[int]) -> None:
    """Also those that need more than 64 bits, such as sums."""
    assert unpack(pack(values), len(values)) == values


def _as_lists(found: Numbers | None) -> tuple[list[str], int, bool] | None:
    return found and ([repr(one) for one in found.values], found.unit, found.complete)


@given(_columns)
def test_numbers_are_the_columns_own(values: list[Value | None]) -> None:
    """The fast way gives the same numbers, None for words."""
    found = numbers(encode(values))
    assert _as_lists(numbers_of(values)) == _as_lists(found)
    known = [value for value in values if value is not None]
    kinds = {type(value) for value in known}
    if str in kinds or (bool in kinds and len(kinds) > 1):
        assert found is None
        return
    assert found is not None
    expected = [None if one is None else float(one) for one in values]
    assert [None if one is None else one / found.divisor for one in found.values] == expected


def test_a_column_with_whole_numbers_among_others_is_packed_and_counts() -> None:
    """As samples have them: 100 where 100.0 was measured. As words they would be lost to every chart."""
    values: list[Value | None] = [34.4, 100, None, 0.25, 0]
    data = encode(values)
    assert _exact(decode(data)) == _exact(values)
    found = numbers(data)
    assert found is not None
    assert [None if one is None else one / found.unit for one in found.values] == values
    many: list[Value | None] = [value for tick in range(500) for value in (tick % 100 / 4, tick % 7)]
    assert len(encode(many)) < 1500
