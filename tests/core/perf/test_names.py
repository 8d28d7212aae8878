"""Names as every perf prints them are the names of the contract."""

import pytest

from perfwatch_core.collectors.perf.names import EVENTS, normalised


@pytest.mark.parametrize(
    ("printed", "pmu", "event"),
    [
        ("cycles", "", "cycles"),
        ("cycles:u", "", "cycles"),
        ("cpu-cycles", "", "cycles"),
        ("cpu_core/cycles/", "cpu_core", "cycles"),
        ("cpu_atom/cycles:u/", "cpu_atom", "cycles"),
        ("cpu_core/cycles/u", "cpu_core", "cycles"),
        ("cpu_core/cpu-cycles/ukH", "cpu_core", "cycles"),
        ("armv8_pmuv3_0/cycles/", "armv8_pmuv3_0", "cycles"),
        ("apple_firestorm_pmu/cycles/", "apple_firestorm_pmu", "cycles"),
        ("cpu_atom/L1-dcache-load-misses/", "cpu_atom", "L1-dcache-load-misses"),
        ("branch-instructions:k", "", "branches"),
        ("cs", "", "context-switches"),
        ("cpu/event=0x3c,umask=0x0/", "cpu", "event=0x3c"),
        ("", "", ""),
        ("/", "", ""),
    ],
)
def test_pmu_and_modifiers_are_told_from_the_event(printed: str, pmu: str, event: str) -> None:
    assert normalised(printed) == (pmu, event)


def test_the_events_are_the_17_of_the_contract() -> None:
    assert len(set(EVENTS)) == 17
    assert all(normalised(event) == ("", event) for event in EVENTS)
