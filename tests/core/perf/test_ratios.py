"""The derived metrics: which counts they are made of, and that screens doubt them by the same ones."""

from collections.abc import Iterator

from perfwatch_core.collectors.perf.names import EVENTS
from perfwatch_core.collectors.perf.ratios import RATIOS
from perfwatch_core.layout import Figure
from perfwatch_core.layout.counters import HARDWARE, HARDWARE_COUNTERS

BY_FIELD = {ratio.field: ratio for ratio in RATIOS}


def test_they_are_the_ten_of_the_contract_and_made_of_its_events() -> None:
    assert [ratio.field for ratio in RATIOS] == [
        "ipc", "ghz", "branch_miss_percent", "l1d_miss_percent", "llc_miss_percent", "dtlb_miss_percent",
        "itlb_miss_percent", "branch_mpki", "l1d_mpki", "llc_mpki",
    ]  # fmt: skip
    assert {ratio.over for ratio in RATIOS} | {ratio.under for ratio in RATIOS} < set(EVENTS)


def figures() -> Iterator[Figure]:
    """All figures of counters."""
    for card in (HARDWARE_COUNTERS, *HARDWARE.cards):
        yield from (*card.headline, *card.details)


def running(*events: str) -> tuple[str, ...]:
    return tuple(f"perf_events.running_percent[{event}]" for event in events)


def test_each_figure_is_doubted_by_the_events_it_is_made_of() -> None:
    shown = {}
    for figure in figures():
        field = figure.address.removeprefix("perf_events.")
        ratio = BY_FIELD.get(field)
        assert figure.doubtful == (running(ratio.over, ratio.under) if ratio else running(field))
        assert figure.least == 25.0
        shown[field] = ratio
    assert set(BY_FIELD) <= set(shown), "each derived metric stands on a card"


def test_each_derived_number_in_the_table_stands_with_what_was_missed() -> None:
    table = HARDWARE.table
    assert table is not None
    assert table.rows == EVENTS
    assert table.least == 25.0
    found = {}
    for column in table.columns:
        for row, address in column.each:
            ratio = BY_FIELD[address.removeprefix("perf_events.")]
            assert row == ratio.over
            assert dict(column.doubtful)[row] == running(ratio.over, ratio.under)
            found[ratio.field] = ratio
    assert set(found) == {field for field in BY_FIELD if field not in ("ipc", "ghz")}


def test_misses_are_drawn_where_a_few_percent_can_be_seen() -> None:
    charts = [chart for card in (HARDWARE_COUNTERS, *HARDWARE.cards) for chart in card.charts]
    shares = [chart for chart in charts if chart.lines[0].address.endswith("_miss_percent")]
    assert len(shares) == 5
    assert {chart.least for chart in shares} == {10.0}
