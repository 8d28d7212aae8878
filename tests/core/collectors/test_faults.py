"""A file that is missing or cut off gives a fault or a reason for its own type, and for no other."""

from __future__ import annotations

import pytest

from perfwatch_core.collectors import cpu, disk, memory, memory_bandwidth, network, partitions, pressure
from perfwatch_core.metric import Metric
from tests.core.collectors.conftest import KINDS, Stage
from tests.machines.files import Files, kept

# Without these a type knows nothing.
_FILES = {"proc/stat": "cpu", "proc/meminfo": "memory", "proc/vmstat": "memory_bandwidth"}
# Without these it knows the rest.
_PARTS = {
    "proc/loadavg": cpu.LOAD, "proc/net/dev": network.RECEIVED, "proc/diskstats": disk.READ,
    "proc/self/mountinfo": partitions.USED, "proc/pressure/io": pressure.IO_SOME,
}  # fmt: skip


def laptop(**changed: str) -> Files:
    """The laptop with some files otherwise; `__` in a name stands for a slash."""
    return {**kept("laptop")[0], **{name.replace("__", "/"): text for name, text in changed.items()}}


@pytest.mark.parametrize(("path", "type_"), _FILES.items())
def test_a_missing_file_is_a_fault_of_its_type_alone(stage: Stage, path: str, type_: str) -> None:
    files = kept("laptop")[0]
    stage.show(files)
    del files[path]
    sample = stage.show(files)
    assert set(sample.faults) == {type_}
    assert f"{path} cannot be read: No such file" in sample.faults[type_].reason
    assert {series.metric.type for series in sample.values} == {
        "cpu", "memory", "network", "disk", "memory_bandwidth", "pressure",
    } - {type_}  # fmt: skip


@pytest.mark.parametrize(("path", "metric"), _PARTS.items())
def test_a_missing_part_leaves_the_rest_of_its_type(stage: Stage, path: str, metric: Metric) -> None:
    files = kept("laptop")[0]
    stage.show(files)
    whole = stage.show(files)
    del files[path]
    sample = stage.show(files)
    assert not sample.faults
    assert path.rpartition("/")[2] in sample.missing[metric.of()]
    assert not any(series.metric is metric for series in sample.values)
    told = {series.metric for series in whole.values if series.metric.type == metric.type}
    assert told & {series.metric for series in sample.values}


@pytest.mark.parametrize("path", ["proc/stat", "proc/meminfo"])
def test_an_empty_file_is_a_fault_that_names_it(stage: Stage, path: str) -> None:
    sample = stage.show({**kept("laptop")[0], path: ""})
    assert path in sample.faults[_FILES[path]].reason
    assert len(sample.faults) == 1


@pytest.mark.parametrize("path", [*_FILES, *_PARTS])
@pytest.mark.parametrize("part", [0.1, 0.33, 0.5, 0.77, 0.95])
def test_a_file_that_is_cut_off_touches_its_type_alone(stage: Stage, path: str, part: float) -> None:
    files = kept("laptop")[0]
    files[path] = files[path][: int(len(files[path]) * part)]
    stage.show(kept("laptop")[0])
    sample = stage.show(files)
    assert set(sample.faults) <= {_FILES.get(path, "")}
    types = {series.metric.type for series in sample.values}
    assert len(types) >= len(KINDS) - (path in _FILES)


def test_without_counts_of_disks_their_space_is_known(stage: Stage) -> None:
    files = kept("laptop")[0]
    del files["proc/diskstats"]
    sample = stage.show(files)
    assert "disk" not in sample.faults
    assert "diskstats" in sample.missing[disk.READ.of()]
    assert sample.values[partitions.USED.of("/")]


def test_a_machine_without_disks_says_so(stage: Stage) -> None:
    sample = stage.show(laptop(proc__diskstats="   7       0 loop0 1 0 1 1 1 0 1 1 0 1 1\n"))
    assert "no disk" in sample.missing[disk.WRITES.of()]


def test_a_sensor_that_is_plugged_in_is_found_after_a_while(stage: Stage) -> None:
    more = laptop(sys__class__hwmon__hwmon7__name="usbtemp", sys__class__hwmon__hwmon7__temp1_input="21500")
    stage.show(laptop())
    stage.now += 60
    sample = stage.show(more)
    assert sample.values[cpu.TEMPERATURE.of("usbtemp")] == 21.5


def test_a_type_that_failed_comes_back(stage: Stage) -> None:
    stage.show(laptop(proc__stat="broken"))
    stage.show(laptop())
    assert cpu.SWITCHES.of() in stage.show(laptop()).values


def test_an_old_kernel_without_available_memory_says_so(stage: Stage) -> None:
    text = kept("laptop")[0]["proc/meminfo"]
    sample = stage.show(laptop(proc__meminfo="\n".join(line for line in text.splitlines() if "Available" not in line)))
    assert sample.values[memory.TOTAL.of()]
    for metric in (memory.AVAILABLE, memory.USED, memory.USAGE):
        assert "kernel" in sample.missing[metric.of()]


def test_a_kernel_that_does_not_count_swap_traffic_says_so(stage: Stage) -> None:
    text = kept("laptop")[0]["proc/vmstat"]
    sample = stage.show(laptop(proc__vmstat="\n".join(line for line in text.splitlines() if "pswp" not in line)))
    assert "kernel" in sample.missing[memory_bandwidth.SWAP_IN.of()]
    assert "kernel" in sample.missing[memory_bandwidth.SWAP_IO.of()]


def test_a_kernel_without_pressure_is_no_failure(stage: Stage) -> None:
    files = {path: text for path, text in kept("laptop")[0].items() if "pressure" not in path}
    fault = stage.show(files).faults["pressure"]
    assert not fault.here
    assert "psi=1" in fault.reason


def test_a_kernel_without_ipv6_counts_the_rest(stage: Stage) -> None:
    files = {path: text for path, text in kept("laptop")[0].items() if not path.endswith("6")}
    sample = stage.show(files)
    assert sample.values[network.TCP_ESTABLISHED.of()] == 2
    assert sample.values[network.UDP.of()] == 4


def test_sockets_that_are_not_listed_leave_the_interfaces(stage: Stage) -> None:
    files = {path: text for path, text in kept("laptop")[0].items() if "net/tcp" not in path and "sockstat" not in path}
    sample = stage.show(files)
    assert "network" not in sample.faults
    assert "does not list" in sample.missing[network.TCP_LISTEN.of()]
    assert "does not count" in sample.missing[network.UDP.of()]
    assert sample.values[network.RECEIVED_TOTAL.of("wlp2s0")]


def test_without_sensors_and_clocks_there_is_a_reason(stage: Stage) -> None:
    files = {path: text for path, text in kept("laptop")[0].items() if "hwmon" not in path and "cpufreq" not in path}
    sample = stage.show(files)
    assert "sensor" in sample.missing[cpu.TEMPERATURE.of()]
    assert "clock" in sample.missing[cpu.FREQUENCY.of()]


def test_thermal_zones_serve_where_there_are_no_chips(stage: Stage) -> None:
    files = {path: text for path, text in kept("laptop")[0].items() if "hwmon" not in path}
    files["sys/class/thermal/thermal_zone0/type"] = "x86_pkg_temp\n"
    files["sys/class/thermal/thermal_zone0/temp"] = "51000\n"
    files["sys/class/thermal/cooling_device0/type"] = "Fan\n"
    sample = stage.show(files)
    assert sample.values[cpu.TEMPERATURE.of("x86_pkg_temp 0")] == 51
