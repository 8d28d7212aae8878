"""Lines that no kernel writes yet, numbers cut short, names made to do harm: each costs what it stands for at most."""

from __future__ import annotations

import os

import pytest

from perfwatch_core.collectors import cpu, disk, memory, memory_bandwidth, network, partitions, pressure
from perfwatch_core.collectors.words import count, counts, decimal, lines, name
from perfwatch_core.metric import Metric
from perfwatch_core.rates import FIRST
from tests.core.collectors.conftest import SECONDS, Stage
from tests.core.collectors.test_changes import interfaces
from tests.machines.files import Files, kept

_LAPTOP = kept("laptop")[0]
_ODD = "New: yes please\n\x00\n:\nx\n-1 -2 -3\nname:\n" + "9" * 30 + "\n"
_OF_TYPE: dict[str, Metric] = {
    "proc/stat": cpu.SWITCHES, "proc/loadavg": cpu.LOAD, "proc/meminfo": memory.USAGE,
    "proc/vmstat": memory_bandwidth.FAULTS, "proc/net/dev": network.RECEIVED, "proc/diskstats": disk.READ_TOTAL,
    "proc/self/mountinfo": partitions.USED, "proc/filesystems": partitions.USED, "proc/pressure/io": pressure.IO_FULL,
    "proc/net/sockstat": network.UDP, "proc/net/tcp": network.TCP_ESTABLISHED,
}  # fmt: skip


def test_a_line_without_its_end_is_none() -> None:
    assert lines(b"one\ntwo\nthr") == [b"one", b"two"]
    assert lines(b"") == []


@pytest.mark.parametrize("word", [b"", b"-1", b"+1", b"1_0", b"1.5", b"0x1", b" 1", b"\x00", b"\xd9\xa1", b"9" * 5000])
def test_what_no_counter_says_is_no_count(word: bytes) -> None:
    assert count(word) is None
    assert counts([b"1", word, b"2"]) is None or not word


def test_counts_reach_64_bits_and_no_further() -> None:
    assert counts([b"0", str(2**64 - 1).encode()]) == [0, 2**64 - 1]
    assert count(str(2**64).encode()) is None
    assert counts([]) is None


def test_a_decimal_is_what_the_kernel_writes() -> None:
    assert decimal(b"0.25") == 0.25
    assert decimal(b"2400") == 2400
    assert [decimal(word) for word in (b"nan", b"1e9", b"-1.0", b"1.", b"")] == [None] * 5


def test_a_name_fits_on_a_line_and_two_remain_two() -> None:
    assert name("/mnt/naïve 👩‍👩‍👧 <b>".encode()) == "/mnt/naïve 👩‍👩‍👧 <b>"
    assert name("a\nb\x1b[31m\u202egnp\x00") == r"a\nb\x1b[31m\u202egnp\x00"
    assert name(b"\xff") == name(b"\xff".decode(errors="surrogateescape")) == r"\xff"
    assert name(b"\xfe") != name(b"\xff")


@pytest.mark.parametrize(("path", "metric"), _OF_TYPE.items())
def test_lines_of_a_kernel_to_come_are_passed_over(stage: Stage, path: str, metric: Metric) -> None:
    more: Files = {**_LAPTOP, path: _LAPTOP[path] + _ODD}
    stage.show(_LAPTOP)
    plain = stage.show(_LAPTOP)
    odd = stage.show(more)
    assert not odd.faults
    known = {series: value for series, value in plain.values.items() if series.metric is metric}
    assert known
    assert known == {series: value for series, value in odd.values.items() if series in known}


def test_a_garbled_line_is_a_gap_of_its_interface_and_no_spike_afterwards(stage: Stage) -> None:
    stage.show(interfaces(eth0=1_000_000, eth1=1000))
    files = interfaces(eth0=1_000_500, eth1=1500)
    files["proc/net/dev"] = files["proc/net/dev"].replace("1000500", "10005x0")
    sample = stage.show(files)
    assert "cannot be understood" in sample.missing[network.RECEIVED.of("eth0")]
    assert sample.values[network.RECEIVED.of("eth1")] == 500 / SECONDS
    sample = stage.show(interfaces(eth0=1_001_000, eth1=2000))
    assert sample.missing[network.RECEIVED.of("eth0")] == FIRST
    assert sample.values[network.RECEIVED.of()] == 500 / SECONDS


def test_a_number_that_was_cut_short_is_no_number(stage: Stage) -> None:
    """Taken for one it would be a fall first, and a spike in the sample after it."""
    text = "nr_free_pages 1\npgfault 123456789\n"
    stage.show({**_LAPTOP, "proc/vmstat": text})
    sample = stage.show({**_LAPTOP, "proc/vmstat": text[:-6]})
    assert "does not count" in sample.missing[memory_bandwidth.FAULTS.of()]
    sample = stage.show({**_LAPTOP, "proc/vmstat": text})
    assert sample.missing[memory_bandwidth.FAULTS.of()] == FIRST


def test_sockets_of_a_list_that_was_cut_off_are_not_counted_short(stage: Stage) -> None:
    sample = stage.show({**_LAPTOP, "proc/net/tcp": _LAPTOP["proc/net/tcp"][:-5]})
    assert "cut off" in sample.missing[network.TCP_ESTABLISHED.of()]
    assert network.UDP.of() in sample.values


def test_a_processor_that_no_machine_has_makes_no_list_of_its_length(stage: Stage) -> None:
    row = "cpu{} 1 2 3 4 5 6 7 8 0 0\n"
    stat = row.format(" ") + "".join(row.format(core) for core in ("0", "4000000000", "x", ""))
    stage.show({**_LAPTOP, "proc/stat": stat})
    sample = stage.show({**_LAPTOP, "proc/stat": stat.replace("4 5", "9 9")})
    assert sample.wire(cpu.CpuCollector.metrics)["cpu"]["per_core"] == [0]
    assert "does not tell" in sample.missing[cpu.SWITCHES.of()]


def test_names_that_are_no_utf_8_stay_apart(stage: Stage) -> None:
    received = dict(zip((b"\xff", b"\xfe", b"e\x1b"), (7, 9, 1), strict=True))
    files = interfaces(**{os.fsdecode(raw): count for raw, count in received.items()})
    sample = stage.show({**files, f"sys/class/net/{os.fsdecode(bytes([255]))}/operstate": "up\n"})
    assert {
        series.instance: value for series, value in sample.values.items() if series.metric is network.RECEIVED_TOTAL
    } == {r"\xff": 7, r"\xfe": 9, r"e\x1b": 1}
    assert sample.values[network.UP.of(r"\xff")] is True


def test_more_available_than_there_is_is_not_less_than_nothing_used(stage: Stage) -> None:
    sample = stage.show({**_LAPTOP, "proc/meminfo": "MemTotal: 100 kB\nMemAvailable: 900 kB\nSwapTotal: 5 kB\n"})
    assert sample.values[memory.USED.of()] == sample.values[memory.USAGE.of()] == 0
    # without what is free, all of it would seem used
    assert memory.SWAP_USED.of() in sample.missing
