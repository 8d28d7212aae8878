"""Settings that change while perf counts, perf switched off and on, and the option that watches each core."""

import pytest

from perfwatch_core.bus import Bus
from perfwatch_core.collectors.memory import MemoryCollector
from perfwatch_core.collectors.perf.session import Session, Wish
from perfwatch_core.collectors.perf_events import PerfEventsCollector
from perfwatch_core.sampler import Sampler
from perfwatch_core.settings import Settings
from perfwatch_core.vitals import Vitals

from .conftest import Clock, FakePerf, Tree, alive, counted, until

SECONDS = 0.4


def test_processors_and_interval_follow_the_settings(fake: FakePerf, collector: PerfEventsCollector) -> None:
    shape = until(collector, counted)
    assert (shape["cpu_cores"], shape["interval_ms"]) == ("all", 380)
    assert fake.long_runs[-1].startswith("stat -a -I 380 -j -e cpu-clock,")
    collector.configure(Settings(perf_cpus="0-1,3", perf_interval_ms=200, interval=SECONDS))
    shape = until(collector, lambda shape: counted(shape) and shape["cpu_cores"] == "0-1,3")
    assert shape["interval_ms"] == 200
    assert fake.long_runs[-1].startswith("stat -C 0-1,3 -I 200 -j -e cpu-clock,")
    collector.configure(Settings(perf_cpus="0-1,3", perf_interval_ms=300, interval=SECONDS))
    shape = until(collector, lambda shape: counted(shape) and len(fake.long_runs) == 3)
    assert fake.long_runs[-1].startswith("stat -C 0-1,3 -I 300 ")


def test_what_changes_nothing_for_perf_leaves_it_alone(fake: FakePerf, collector: PerfEventsCollector) -> None:
    until(collector, counted)
    running = collector.children()
    collector.configure(Settings(interval=SECONDS, port=1234))
    until(collector, counted)
    assert collector.children() == running
    assert len(fake.long_runs) == 1


@pytest.mark.parametrize(
    ("sample_seconds", "interval_ms", "actual"),
    [
        # as set, where at least one interval ends in each sample
        (5.0, 1000, 1000),
        (60.0, 60000, 57000),
        # else a little faster than samples are taken
        (1.0, 1000, 950),
        (0.5, 1000, 475),
        (5.0, 60000, 4750),
        (0.5, 100, 100),
    ],
)
def test_an_interval_of_perf_ends_in_each_sample(sample_seconds: float, interval_ms: int, actual: int) -> None:
    assert Wish("all", interval_ms, False, sample_seconds).actual_ms == actual


def test_instructions_per_cycle_of_each_core_only_when_asked_for(
    fake: FakePerf, collector: PerfEventsCollector
) -> None:
    fake.does("amd.csv")
    shape = until(collector, lambda shape: shape["derived"]["ipc"] is not None)
    assert not shape["core_ipc"]
    fake.does("arm_percpu.csv")
    collector.configure(Settings(perf_per_core=True, interval=SECONDS))
    shape = until(collector, lambda shape: shape["core_ipc"])
    # 500,000,000 / 1,000,000,000 on CPU 0 and 4,000,000,000 / 2,000,000,000 on CPU 1
    assert shape["core_ipc"] == [0.5, 2]
    # (0.5 + 4) / (1 + 2) over both
    assert shape["derived"]["ipc"] == 1.5
    assert " -A -I " in fake.long_runs[-1]


def test_without_json_the_fields_have_semicolons(fake: FakePerf, collector: PerfEventsCollector) -> None:
    fake.does("vm.csv", no_json=True)
    assert until(collector, counted)["events"]["cycles"]["state"] == "not_supported"
    assert " -x ; -e " in fake.long_runs[-1]


def test_switched_off_it_ends_at_once_and_switched_on_it_counts(fake: FakePerf, collector: PerfEventsCollector) -> None:
    until(collector, counted)
    (pid,) = collector.children()
    collector.enabled = False
    assert collector.children() == ()
    assert not alive(pid)
    collector.enabled = True
    until(collector, counted)
    assert len(fake.long_runs) == 2


def test_whatever_perf_does_the_others_are_read(fake: FakePerf, tree: Tree, clock: Clock) -> None:
    tree.write("proc/meminfo", "MemTotal: 1000 kB\nMemAvailable: 600 kB\nMemFree: 500 kB")
    perf = PerfEventsCollector(tree.machine, Wish(sample_seconds=SECONDS), Session(tree.machine, clock=clock))
    sampler = Sampler([MemoryCollector(tree.machine), perf], Bus(), SECONDS, Vitals())

    def upset(how: str) -> None:
        fake.does("vm.json", **{how: 1})
        perf.close()

    troubles = [
        lambda: upset("hang"),
        lambda: upset("deny"),
        lambda: upset("broken"),
        lambda: upset("garbage"),
        lambda: upset("die_after"),
        fake.binary.unlink,
        lambda: setattr(perf, "enabled", False),
        lambda: setattr(perf, "enabled", True),
        fake.install,
    ]
    for trouble in troubles:
        trouble()
        for _ in range(3):
            clock.ahead += 10
            sample = sampler.tick()
            assert sample.number_of(MemoryCollector.metrics[0].of()) == 40.0
            assert {type_: fault.reason for type_, fault in sample.faults.items()} in (
                {},
                {"perf_events": "switched off"},
            )
    sampler.stop()
