"""Adding up kinds of core and CPUs: a total only where everything was counted, and as doubtful as its worst part."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from perfwatch_core.collectors.perf.counts import Count, by_place, total
from perfwatch_core.collectors.perf.lines import Row, State

OK, SCALED = State.OK, State.SCALED
NOT_COUNTED, NOT_SUPPORTED = State.NOT_COUNTED, State.NOT_SUPPORTED


def row(pmu: str, value: float | None, percent: float | None = 100.0, event: str = "cycles", place: str = "") -> Row:
    """A row in the state its value and share say; percent None is not supported."""
    if value is None:
        return Row(place, pmu, event, NOT_SUPPORTED if percent is None else NOT_COUNTED, None, percent and 0.0)
    return Row(place, pmu, event, OK if percent == 100.0 else SCALED, value, percent)


BRANCHES = [row("core", 1, event="branches"), row("atom", 1, event="branches")]
KINDS = {
    "one, not named": ([row("", 5)], Count(OK, 5, 100)),
    "one, sharing the hardware": ([row("", 5, 30)], Count(SCALED, 5, 30)),
    "one, named": ([row("cpu", 5)], Count(OK, 5, 100)),
    "two": ([row("core", 5), row("atom", 3)], Count(OK, 8, 100)),
    "three": ([row("a53", 1), row("a72", 2), row("a78", 4)], Count(OK, 7, 100)),
    "two, one sharing": ([row("core", 5), row("atom", 3, 54)], Count(SCALED, 8, 54)),
    "two, one not counted": ([row("core", 5), row("atom", None)], Count(NOT_COUNTED, None, 0)),
    "two, one without such a counter": ([row("core", None, None), row("atom", 3)], Count(NOT_SUPPORTED, None, None)),
    # some versions leave the line of a counter that did not run out
    "two, one not mentioned": ([row("core", 5), *BRANCHES], Count(NOT_COUNTED, None, 0)),
    "none beside two for another event": ([row("", 5), *BRANCHES], Count(OK, 5, 100)),
}
CPUS = {
    "both": ([row("", 5, place="0"), row("", 3, place="1")], Count(OK, 8, 100)),
    "one not counted": ([row("", 5, place="0"), row("", None, place="1")], Count(NOT_COUNTED, None, 0)),
    "one not mentioned": (
        [row("", 5, place="0"), row("", 1, event="branches", place="1")],
        Count(NOT_COUNTED, None, 0),
    ),
    # each CPU belongs to one kind of core, and the other kind says nothing of it
    "of two kinds": (
        [
            row("core", 5, place="0"),
            row("atom", None, place="0"),
            row("core", None, place="1"),
            row("atom", 3, place="1"),
        ],
        Count(OK, 8, 100),
    ),
}


@pytest.mark.parametrize(("rows", "expected"), KINDS.values(), ids=KINDS)
def test_the_total_of_kinds_of_core(rows: list[Row], expected: Count) -> None:
    assert total(rows)["cycles"] == expected


@pytest.mark.parametrize(("rows", "expected"), CPUS.values(), ids=CPUS)
def test_the_total_of_cpus(rows: list[Row], expected: Count) -> None:
    assert total(rows)["cycles"] == expected


def test_each_cpu_by_itself() -> None:
    rows = [row("core", 5, place="0"), row("atom", None, place="0"), row("atom", 3, 60, place="1")]
    assert by_place(rows) == {("0", "cycles"): Count(OK, 5, 100), ("1", "cycles"): Count(SCALED, 3, 60)}


values = st.one_of(st.none(), st.integers(0, 10**15).map(float))


@given(st.dictionaries(st.sampled_from(["core", "atom", "lowpower"]), values, min_size=1), st.booleans())
def test_a_total_is_the_whole_sum_or_none(parts: dict[str, float | None], by_cpu: bool) -> None:
    rows = [row("" if by_cpu else name, value, place=name if by_cpu else "") for name, value in parts.items()]
    count = total(rows)["cycles"]
    known = [value for value in parts.values() if value is not None]
    assert count.value == (sum(known) if len(known) == len(parts) else None)
    assert (count.state in (OK, SCALED)) == (count.value is not None)


@given(st.lists(st.tuples(st.sampled_from(["", "core", "atom"]), st.sampled_from(["cycles", "branches"]), values)))
def test_what_was_never_counted_has_no_total(said: list[tuple[str, str, float | None]]) -> None:
    rows = [row(pmu, value, event=event) for pmu, event, value in said]
    for event, count in total(rows).items():
        if all(value is None for _, of, value in said if of == event):
            assert count.value is None
