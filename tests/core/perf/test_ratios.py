"""The derived metrics: which counts they are made of, and how much of the time those ran."""

import pytest

from perfwatch_core.collectors.perf.names import EVENTS
from perfwatch_core.collectors.perf.ratios import DIM_BELOW_PERCENT, RATIOS, inputs_of, running_of
from perfwatch_core.layout.counters import HARDWARE


def test_they_are_the_ten_of_the_contract_and_made_of_its_events() -> None:
    assert [ratio.field for ratio in RATIOS] == [
        "ipc", "ghz", "branch_miss_percent", "l1d_miss_percent", "llc_miss_percent", "dtlb_miss_percent",
        "itlb_miss_percent", "branch_mpki", "l1d_mpki", "llc_mpki",
    ]  # fmt: skip
    assert {ratio.over for ratio in RATIOS} | {ratio.under for ratio in RATIOS} < set(EVENTS)


@pytest.mark.parametrize(
    ("field", "inputs"),
    [
        ("ipc", ("instructions", "cycles")),
        ("core_ipc", ("instructions", "cycles")),
        ("llc_mpki", ("LLC-load-misses", "instructions")),
        ("branches", ("branches",)),
    ],
)
def test_the_events_behind_a_field(field: str, inputs: tuple[str, ...]) -> None:
    assert inputs_of(field) == inputs


def test_a_ratio_ran_as_little_as_its_worst_input() -> None:
    running = {"instructions": 80.0, "cycles": 20.0}
    assert running_of("ipc", running) == 20.0
    assert running_of("instructions", running) == 80.0
    assert running_of("llc_mpki", running) is None


def test_the_page_dims_below_the_same_share() -> None:
    assert HARDWARE.table is not None
    assert HARDWARE.table.least == DIM_BELOW_PERCENT
    assert HARDWARE.table.rows == EVENTS
