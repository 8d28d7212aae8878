"""A machine with thousands of things takes no more steps than one with a few: what is of many is told at once."""

from __future__ import annotations

import pytest

from perfwatch_core.collector import Column
from perfwatch_core.collectors import disk, network
from tests.core.collectors.conftest import SECONDS, Stage
from tests.core.collectors.test_changes import disks, interfaces
from tests.machines.files import Files, lay_out


def _names(count: int) -> list[str]:
    return [f"veth{number}" for number in range(count)]


def _ups(names: list[str]) -> Files:
    link = {"operstate": "up\n", "speed": "10000\n"}
    return {f"sys/class/net/{name}/{what}": text for name in names for what, text in link.items()}


def _told(stage: Stage, files: Files, type_: str) -> int:
    """How many things a collector says one after the other."""
    lay_out(files, stage.root)
    stage.machine.close()
    return sum(1 for _ in next(one for one in stage.collectors if one.type == type_).collect())


@pytest.mark.parametrize("type_", [network.NetworkCollector.type, disk.DiskCollector.type])
def test_a_hundred_times_as_many_are_told_in_as_many_steps(stage: Stage, type_: str) -> None:
    counts = []
    for many in (3, 300):
        names = _names(many)
        numbers = dict.fromkeys(names, 7)
        counts.append(_told(stage, {**interfaces(**numbers), **disks(**numbers), **_ups(names)}, type_))
    assert counts[0] == counts[1]


def test_a_metric_of_many_is_asked_for_its_series_once() -> None:
    names = tuple(_names(5))
    assert network.SENT.of_each(names) is network.SENT.of_each(tuple(_names(5)))
    assert network.SENT.of_each(names) == tuple(network.SENT.of(name) for name in names)
    assert Column(network.SENT, names[:2], (1, 2)).series == network.SENT.of_each(names)[:2]


def test_one_garbled_line_among_many_costs_that_one_alone(stage: Stage) -> None:
    names = _names(40)
    files = interfaces(**dict.fromkeys(names, 1000))
    broken = files["proc/net/dev"]
    assert isinstance(broken, str)
    files["proc/net/dev"] = broken.replace("veth7: 1000", "veth7: 1o00")
    stage.show(interfaces(**dict.fromkeys(names, 0)))
    sample = stage.show(files)
    for metric in (network.RECEIVED, network.SENT_TOTAL):
        assert "cannot be understood" in sample.missing[metric.of("veth7")]
        assert metric.of("veth8") in sample.values
    assert sample.values[network.RECEIVED.of()] == 39 * 1000 / SECONDS
    # its rate begins anew when it can be read again
    sample = stage.show(interfaces(**dict.fromkeys(names, 2000)))
    assert network.RECEIVED.of("veth7") in sample.missing
    assert sample.values[network.RECEIVED.of("veth8")] == 1000 / SECONDS
