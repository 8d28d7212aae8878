"""Perf that dies, stalls, hangs, is deleted, denied or replaced: it counts again, and meanwhile says why not."""

import os
import signal
from collections.abc import Callable
from typing import Any

import pytest

from perfwatch_core.collectors.perf.names import HARDWARE, SOFTWARE
from perfwatch_core.collectors.perf_events import PerfEventsCollector

from .conftest import Clock, FakePerf, Tree, counted, until


def kill(collector: PerfEventsCollector, number: signal.Signals = signal.SIGKILL) -> int:
    """Send the running perf a signal."""
    (pid,) = collector.children()
    os.kill(pid, number)
    return pid


def saying(words: str) -> Callable[[dict[str, Any]], bool]:
    """A wish for a sample with these words in its reason."""
    return lambda shape: words in (shape["reason"] or "")


def pass_time(collector: PerfEventsCollector, clock: Clock, seconds: float) -> None:
    """Let time pass in which perf counts, and is read as often as not to seem silent."""
    end = clock.ahead + seconds
    while clock.ahead < end:
        clock.ahead += 5
        until(collector, counted)


def test_what_is_there_is_counted_and_the_rest_says_why_not(collector: PerfEventsCollector) -> None:
    shape = until(collector, counted)
    assert shape["available"] is True
    assert {event: shape["events"][event]["state"] for event in SOFTWARE} == dict.fromkeys(SOFTWARE, "ok")
    for event in HARDWARE:
        assert shape["events"][event] == {"value": None, "state": "not_supported", "running_percent": None}
    why = "this virtual machine has no performance counters: its host passes none on"
    assert shape["reason"] == why
    assert shape["_missing"]["perf_events.cycles"] == why
    assert shape["_missing"]["perf_events.ipc"] == why
    assert all(value is None for value in shape["derived"].values())


def test_before_perf_has_answered_nothing_is_known_and_nothing_is_nought(collector: PerfEventsCollector) -> None:
    shape = until(collector, lambda _: True)
    assert shape["available"] is False
    assert shape["reason"] == "perf is being asked what it can count"
    assert {event["value"] for event in shape["events"].values()} == {None}
    assert {event["state"] for event in shape["events"].values()} == {"not_counted"}


def test_one_that_dies_is_started_again_each_time_after_twice_as_long(
    fake: FakePerf, clock: Clock, collector: PerfEventsCollector
) -> None:
    fake.does(die_after=1)
    for seconds in (1, 2, 4):
        why = f"perf ended with status 3: perf: the fake gave up; it is started again after {seconds} s"
        shape = until(collector, saying(why))
        assert shape["_missing"]["perf_events.page-faults"] == shape["reason"]
        before = len(fake.starts)
        until(collector, lambda _: True)
        assert len(fake.starts) == before
        clock.ahead += seconds
    fake.does()
    until(collector, counted)


def test_never_longer_than_a_minute_and_a_healthy_minute_forgives_all(
    fake: FakePerf, clock: Clock, collector: PerfEventsCollector
) -> None:
    fake.does(die_after=1)
    for seconds in (1, 2, 4, 8, 16, 32, 60, 60):
        until(collector, saying(f"again after {seconds} s"))
        clock.ahead += seconds
    fake.does()
    until(collector, counted)
    pass_time(collector, clock, 60)
    kill(collector)
    shape = until(collector, lambda shape: not shape["available"])
    assert shape["reason"] == "perf ended with signal 9; it is started again after 1 s"


def test_one_that_stalls_is_replaced(clock: Clock, collector: PerfEventsCollector) -> None:
    until(collector, counted)
    first = kill(collector, signal.SIGSTOP)
    shape = until(collector, lambda shape: "perf has finished no interval" in str(shape.get("_missing")))
    # not those of the sample before
    assert {said["value"] for said in shape["events"].values()} == {None}
    assert {said["state"] for said in shape["events"].values()} == {"not_counted", "not_supported"}
    clock.ahead += 10
    shape = until(collector, lambda shape: not shape["available"])
    assert shape["reason"].startswith("perf was silent for 10 s")
    assert not os.path.lexists(f"/proc/{first}")
    clock.ahead += 2
    until(collector, counted)


def test_one_that_hangs_from_the_start_holds_up_nobody(fake: FakePerf, collector: PerfEventsCollector) -> None:
    fake.does(hang=True)
    until(collector, lambda shape: shape["reason"] == "perf is being asked what it can count")
    until(collector, lambda _: len(fake.starts) > 1)
    # closing ends the asking, too: a process left behind fails the session
    collector.close()
    fake.does()
    until(collector, counted)


def test_noise_is_no_number_and_no_end(fake: FakePerf, clock: Clock, collector: PerfEventsCollector) -> None:
    fake.does(garbage=True)
    shape = until(collector, lambda shape: "perf has only just started" in str(shape.get("_missing")))
    assert not counted(shape)
    clock.ahead += 10
    until(collector, saying("perf was silent"))
    fake.does()
    clock.ahead += 2
    until(collector, counted)


def test_one_that_complains_without_end_counts_on(fake: FakePerf, collector: PerfEventsCollector) -> None:
    fake.does(complain=True)
    for _ in range(4):
        until(collector, counted)


def test_deleted_it_counts_on_while_it_runs_and_again_when_it_is_back(
    fake: FakePerf, clock: Clock, collector: PerfEventsCollector
) -> None:
    until(collector, counted)
    fake.binary.unlink()
    pass_time(collector, clock, 12)
    kill(collector)
    until(collector, lambda shape: not shape["available"])
    clock.ahead += 1
    shape = until(collector, saying("installed"))
    assert "the perf tool is not installed; mend it with: " in shape["reason"]
    assert shape["reason"].endswith("apt install linux-perf")
    assert {event["state"] for event in shape["events"].values()} == {"not_counted"}
    fake.install()
    until(collector, counted)


def test_denied_it_names_the_setting_and_counts_once_that_is_mended(
    fake: FakePerf, tree: Tree, clock: Clock, collector: PerfEventsCollector
) -> None:
    until(collector, counted)
    fake.does(deny=True)
    kill(collector)
    until(collector, lambda shape: not shape["available"])
    clock.ahead += 1
    shape = until(collector, saying("paranoid"))
    assert (
        "perf may not count: perf_event_paranoid is 2, and whole processors need 0 or less, or CAP_PERFMON"
        in shape["reason"]
    )
    assert shape["reason"].endswith("sysctl kernel.perf_event_paranoid=0")
    assert {event["state"] for event in shape["events"].values()} == {"no_permission"}
    assert shape["_missing"]["perf_events.ipc"].startswith("perf may not count: ")
    # it is asked again each minute, and meanwhile says the same
    asked = len(fake.starts)
    clock.ahead += 60
    while len(fake.starts) < asked + 2:
        assert until(collector, lambda _: True)["reason"] == shape["reason"]
    fake.does()
    tree.write("proc/sys/kernel/perf_event_paranoid", "0")
    assert until(collector, counted)["events"]["page-faults"]["state"] == "ok"


def test_a_newer_perf_takes_over_while_the_old_one_counts(
    fake: FakePerf, clock: Clock, collector: PerfEventsCollector
) -> None:
    fake.does(unknown=["page-faults"])
    shape = until(collector, counted)
    assert shape["_missing"]["perf_events.page-faults"] == "this perf does not know the event, a newer one may"
    fake.does()
    fake.binary.unlink()
    fake.install()
    clock.ahead += 10
    until(collector, lambda shape: counted(shape) and shape["events"]["page-faults"]["value"] is not None)


def test_a_processor_that_comes_online_is_counted(
    fake: FakePerf, tree: Tree, clock: Clock, collector: PerfEventsCollector
) -> None:
    until(collector, counted)
    tree.write("sys/devices/system/cpu/online", "0-7")
    clock.ahead += 10
    until(collector, lambda _: len(fake.long_runs) == 2)
    until(collector, counted)


@pytest.mark.parametrize("broken", [False, True], ids=["no perf", "a wrapper without its perf"])
def test_without_a_perf_it_is_looked_for_but_not_run_at_each_tick(
    fake: FakePerf, collector: PerfEventsCollector, broken: bool
) -> None:
    if broken:
        fake.does(broken=True)
    else:
        fake.binary.unlink()
    shape = until(collector, saying("mend it"))
    wanted = "does not run: WARNING: perf not found for kernel 6.8.0-45" if broken else "the perf tool is not installed"
    assert wanted in shape["reason"]
    asked = len(fake.starts)
    for _ in range(5):
        until(collector, lambda _: True)
    assert len(fake.starts) == asked == int(broken)
