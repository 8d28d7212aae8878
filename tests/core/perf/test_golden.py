"""Replayed runs of four machines give the samples in tests/golden/perf, which were worked out by hand.

Each number there follows from the round ones in tests/machines/perf; `BY_HAND` below writes out how, from the printed
counts alone. PERFWATCH_UPDATE_GOLDEN=1 writes the files anew; what is worked out here then still has to be true.
"""

import json
import os
from typing import Any

import pytest

from perfwatch_core.collector import Reading
from perfwatch_core.collectors.perf.ability import probe
from perfwatch_core.collectors.perf.facts import counted, lasting
from perfwatch_core.collectors.perf.metrics import ALL
from perfwatch_core.collectors.perf.names import EVENTS
from perfwatch_core.collectors.perf.output import Parser
from perfwatch_core.collectors.perf.run import Runner
from perfwatch_core.collectors.perf.window import window_of

from .conftest import RUNS, TESTS, FakePerf, Tree, sample_of

GOLDEN = TESTS / "golden" / "perf"
RUN_OF = {
    "intel_hybrid": "intel_hybrid.json",
    "amd": "amd.csv",
    "arm_big_little": "arm_big_little.json",
    "vm": "vm.json",
}

# What was printed, and what becomes of it; seconds are those between the printed times.
BY_HAND: dict[str, dict[str, float | None]] = {
    # two intervals, of 1 s and of 2 s
    "intel_hybrid": {
        # milliseconds of all CPUs over 3 s
        "cpu-clock": (8000 + 16000) / 1000 / 3,
        "context-switches": (1000 + 5000) / 3,
        # P and E cores, in the first second only: in the other two the E cores counted none
        "cycles": (6e9 + 2e9) / 1,
        "instructions": (9e9 + 1e9) / 1,
        "branches": (1.8e9 + 0.2e9 + 3.6e9 + 0.4e9) / 3,
        # the E cores have no such counter: a sum over the P cores alone would be none
        "L1-dcache-load-misses": None,
        "L1-icache-loads": None,
        "ipc": (9e9 + 1e9) / (6e9 + 2e9),
        "ghz": (6e9 + 2e9) / (8000 * 1e6),
        "l1d_miss_percent": None,
        "llc_miss_percent": (1e6 + 0.2e6) / (10e6 + 2e6) * 100,
        # only the second in which instructions were counted
        "llc_mpki": (1e6 + 0.2e6) / (9e9 + 1e9) * 1000,
        "itlb_miss_percent": None,
    },
    # one interval of 2 s, counters shared by 13 events; perf has extrapolated already
    "amd": {
        "cpu-clock": 32000 / 1000 / 2,
        "cycles": 16e9 / 2,
        "ipc": 8e9 / 16e9,
        "ghz": 16e9 / (32000 * 1e6),
        "branch_miss_percent": 100e6 / 2e9 * 100,
        "branch_mpki": 100e6 / 8e9 * 1000,
        "l1d_miss_percent": 400e6 / 4e9 * 100,
        "l1d_mpki": 400e6 / 8e9 * 1000,
        "llc_miss_percent": None,
        "dtlb_miss_percent": 10e6 / 50e6 * 100,
        # more misses than look-ups, as that processor counts
        "itlb_miss_percent": 3e6 / 1e6 * 100,
    },
    # one interval of 0.5 s on two kinds of core
    "arm_big_little": {
        "cpu-clock": 3000 / 1000 / 0.5,
        "cycles": (1e9 + 3e9) / 0.5,
        "ipc": (0.5e9 + 3.5e9) / (1e9 + 3e9),
        "ghz": round((1e9 + 3e9) / (3000 * 1e6), 3),
        "branches": None,
        "branch_mpki": (2e6 + 6e6) / (0.5e9 + 3.5e9) * 1000,
        "l1d_miss_percent": (8e6 + 12e6) / (0.8e9 + 1.2e9) * 100,
        # the line of the little cores was left out
        "dTLB-loads": None,
        "dtlb_miss_percent": None,
        "itlb_miss_percent": (1e6 + 3e6) / (0.2e9 + 0.2e9) * 100,
    },
    # perf on a virtual machine: 0.602288504 s in three intervals, software events alone
    "vm": {
        "cycles": None,
        "ipc": None,
        "ghz": None,
    },
}


def sampled(name: str, fake: FakePerf, tree: Tree) -> dict[str, Any]:
    """The `perf_events` object of one sample that spans the whole run."""
    fake.does(RUN_OF[name])
    ability = probe(tree.machine, Runner())
    parser = Parser(ability.events, ability.lines)
    intervals = parser.feed((RUNS / RUN_OF[name]).read_bytes()) + parser.close()
    window = window_of(intervals)
    assert window is not None
    facts = {metric.of(instance): raw for metric, instance, raw in (*lasting(ability), *counted(ability, window))}
    shape: dict[str, Any] = sample_of(Reading("perf_events", 0.0, facts)).wire(ALL)["perf_events"]
    return {"events": {event: shape["events"][event] for event in EVENTS}, "derived": shape["derived"]}


@pytest.mark.parametrize("name", RUN_OF)
def test_a_replayed_run_gives_its_golden_sample(fake: FakePerf, tree: Tree, name: str) -> None:
    shape = sampled(name, fake, tree)
    golden = GOLDEN / f"{name}.json"
    if os.environ.get("PERFWATCH_UPDATE_GOLDEN"):
        golden.write_text(json.dumps(shape, indent=1) + "\n")
    assert shape == json.loads(golden.read_text())


@pytest.mark.parametrize("name", RUN_OF)
def test_the_golden_samples_are_what_a_hand_works_out(name: str) -> None:
    kept = json.loads((GOLDEN / f"{name}.json").read_text())
    for field, value in BY_HAND[name].items():
        found = kept["derived"][field] if field in kept["derived"] else kept["events"][field]["value"]
        assert found == (value if value is None else pytest.approx(value)), field


def test_states_and_shares_of_the_golden_hybrid() -> None:
    events = json.loads((GOLDEN / "intel_hybrid.json").read_text())["events"]
    shares = {event: (said["state"], said["running_percent"]) for event, said in events.items()}
    # on the E cores 54 % of one second out of three
    assert shares["cycles"] == ("scaled", 54 / 3)
    assert shares["instructions"] == ("scaled", 63 / 3)
    # the worse of both kinds of core
    assert shares["branches"] == ("scaled", 63)
    assert shares["cpu-clock"] == ("ok", 100)
    assert shares["L1-icache-loads"] == ("not_supported", None)


def test_golden_virtual_machine_counts_its_software_events(fake: FakePerf, tree: Tree) -> None:
    run = [json.loads(line) for line in (RUNS / "vm.json").read_text().splitlines()]
    last = run[-1]["interval"]
    shape = sampled("vm", fake, tree)["events"]
    for event in ("context-switches", "cpu-migrations", "page-faults"):
        printed = sum(float(line["counter-value"]) for line in run if line["event"] == event)
        assert shape[event]["value"] == pytest.approx(printed / last, abs=0.05)
    milliseconds = sum(float(line["counter-value"]) for line in run if line["event"] == "cpu-clock")
    assert shape["cpu-clock"]["value"] == pytest.approx(milliseconds / 1000 / last, abs=0.0001)
