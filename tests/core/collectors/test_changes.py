"""What comes, goes, begins anew or runs backwards while PerfWatch looks is a gap and never a spike."""

from __future__ import annotations

from perfwatch_core.collectors import cpu, disk, memory, network
from perfwatch_core.rates import FIRST, RESET
from tests.core.collectors.conftest import SECONDS, Stage
from tests.machines.files import Files, kept
from tests.machines.server import compose

_HEAD = "Inter-| Receive | Transmit\n face |bytes | bytes\n"


def interfaces(**received: int) -> Files:
    """A laptop whose interfaces have received so many bytes, and sent half of them."""
    rows = "".join(f"{name}: {count} 0 0 0 0 0 0 0 {count // 2} 0 0 0 0 0 0 0\n" for name, count in received.items())
    return {**kept("laptop")[0], "proc/net/dev": _HEAD + rows}


def disks(**sectors: int) -> Files:
    """A laptop whose disks have read so many sectors."""
    rows = [f"8 0 {name} 10 0 {count} 10 10 0 {count} 10 0 10 10" for name, count in sectors.items()]
    sizes = {f"sys/block/{name}/size": "1000\n" for name in sectors}
    return {**kept("laptop")[0], "proc/diskstats": "\n".join(rows) + "\n", **sizes}


def processors(*lines: str) -> Files:
    """A laptop with this /proc/stat."""
    return {**kept("laptop")[0], "proc/stat": "\n".join([*lines, "intr 1 0", "ctxt 1"]) + "\n"}


def test_an_interface_that_comes_has_no_rate_yet_and_spoils_no_sum(stage: Stage) -> None:
    stage.show(interfaces(eth0=1000))
    sample = stage.show(interfaces(eth0=2000, usb0=900_000))
    assert sample.values[network.RECEIVED.of("eth0")] == 1000 / SECONDS
    assert sample.missing[network.RECEIVED.of("usb0")] == FIRST
    assert sample.values[network.RECEIVED.of()] == 1000 / SECONDS
    sample = stage.show(interfaces(eth0=2000, usb0=901_000))
    assert sample.values[network.RECEIVED.of("usb0")] == sample.values[network.RECEIVED.of()] == 1000 / SECONDS


def test_an_interface_that_goes_leaves_the_others(stage: Stage) -> None:
    stage.show(interfaces(eth0=1000, usb0=5000))
    sample = stage.show(interfaces(eth0=2000))
    assert network.RECEIVED.of("usb0") not in sample.values
    assert sample.values[network.RECEIVED.of()] == 1000 / SECONDS


def test_an_interface_that_begins_anew_is_a_gap(stage: Stage) -> None:
    stage.show(interfaces(eth0=10**9, eth1=10))
    sample = stage.show(interfaces(eth0=50, eth1=20))
    assert sample.missing[network.RECEIVED.of("eth0")] == RESET
    assert sample.missing[network.RECEIVED.of()] == RESET
    assert sample.values[network.RECEIVED.of("eth1")] == 10 / SECONDS


def test_a_counter_that_passes_32_bits_is_a_gap(stage: Stage) -> None:
    stage.show(interfaces(eth0=2**32 - 10))
    sample = stage.show(interfaces(eth0=10))
    assert sample.missing[network.RECEIVED.of("eth0")] == RESET


def test_without_an_interface_the_sums_say_why(stage: Stage) -> None:
    sample = stage.show(interfaces(lo=5))
    assert "no network interface" in sample.missing[network.RECEIVED.of()]
    assert network.RECEIVED.of("lo") not in sample.values


def test_a_disk_that_comes_and_one_that_goes(stage: Stage) -> None:
    stage.show(disks(sda=1000, sdb=7))
    sample = stage.show(disks(sda=1010, sdc=10**9))
    assert sample.values[disk.READ.of()] == sample.values[disk.READ.of("sda")] == 10 * 512 / SECONDS
    assert disk.READ.of("sdb") not in sample.values
    assert sample.missing[disk.READ.of("sdc")] == FIRST
    assert sample.values[disk.READ_TOTAL.of("sdc")] == 512 * 10**9


def test_a_medium_that_is_put_in_counts_after_a_while(stage: Stage) -> None:
    files = {**disks(sda=1, sr0=1), "sys/block/sr0/size": "0\n"}
    assert disk.READ_TOTAL.of("sr0") not in stage.show(files).values
    stage.now += 60
    assert disk.READ_TOTAL.of("sr0") in stage.show(disks(sda=1, sr0=1)).values


def test_latency_of_nothing_is_not_zero(stage: Stage) -> None:
    stage.show(disks(sda=1000))
    sample = stage.show(disks(sda=1000))
    assert disk.READ_LATENCY.of("sda") in sample.missing
    assert sample.values[disk.UTIL.of("sda")] == 0


def test_a_device_is_never_more_than_busy(stage: Stage) -> None:
    row = "8 0 sda 1 0 1 1 1 0 1 1 0 {busy} 1\n"
    stage.show({**disks(sda=1), "proc/diskstats": row.format(busy=0)})
    # the device's clock and ours need not agree to the last millisecond
    sample = stage.show({**disks(sda=1), "proc/diskstats": row.format(busy=int(SECONDS * 1000) + 7)})
    assert sample.values[disk.UTIL.of("sda")] == 100


def test_a_processor_that_goes_offline_keeps_its_place(stage: Stage) -> None:
    row = "{} {} 0 0 {} 0 0 0 0 0 0"
    stage.show(processors(*(row.format(name, 100, 100) for name in ("cpu ", "cpu0", "cpu1", "cpu2"))))
    lines = [row.format(name, 150, 150) for name in ("cpu ", "cpu0", "cpu2")]
    sample = stage.show(processors(*lines))
    assert sample.wire(cpu.CpuCollector.metrics)["cpu"]["per_core"] == [50, None, 50]
    lines.insert(2, row.format("cpu1", 900, 100))
    sample = stage.show(processors(*lines))
    assert sample.missing[cpu.CORE.of("1")] == FIRST


def test_a_guess_of_iowait_that_runs_backwards_stays_where_it_was(stage: Stage) -> None:
    stage.show(processors("cpu  100 0 0 1000 50 0 0 0 0 0"))
    sample = stage.show(processors("cpu  190 0 0 1010 45 0 0 0 0 0"))
    assert sample.values[cpu.IOWAIT.of()] == 0
    assert sample.values[cpu.USER.of()] == 90
    assert sample.values[cpu.USAGE.of()] == 90
    sample = stage.show(processors("cpu  240 0 0 1050 60 0 0 0 0 0"))
    assert sample.values[cpu.IOWAIT.of()] == 10


def test_guests_are_not_counted_twice(stage: Stage) -> None:
    # all of user time is a guest's
    stage.show(processors("cpu  100 0 0 100 0 0 0 0 100 0"))
    sample = stage.show(processors("cpu  150 0 0 150 0 0 0 0 150 0"))
    assert sample.values[cpu.USER.of()] == sample.values[cpu.IDLE.of()] == sample.values[cpu.USAGE.of()] == 50


def test_processor_times_that_begin_anew_are_a_gap(stage: Stage) -> None:
    stage.show(processors("cpu  900 0 0 9000 50 0 0 0 0 0"))
    sample = stage.show(processors("cpu  90 0 0 900 5 0 0 0 0 0"))
    assert sample.missing[cpu.USAGE.of()] == RESET
    sample = stage.show(processors("cpu  95 0 0 905 5 0 0 0 0 0"))
    assert sample.values[cpu.USAGE.of()] == 50


def test_swap_that_is_switched_on_and_off(stage: Stage) -> None:
    laptop = kept("laptop")[0]
    without = {**laptop, "proc/meminfo": laptop["proc/meminfo"].replace("8388604", "0").replace("7864316", "0")}
    assert "swap" in stage.show(without).missing[memory.SWAP_PERCENT.of()]
    assert stage.show(laptop).values[memory.SWAP_PERCENT.of()] == 6.25


def test_sockets_are_counted_anew_when_their_number_changes_and_now_and_then(stage: Stage) -> None:
    laptop = kept("laptop")[0]
    rows = laptop["proc/net/tcp"].splitlines(keepends=True)
    # one that was open is closed by the other side: as many sockets as before
    closing = {**laptop, "proc/net/tcp": "".join(rows).replace(" 01 ", " 08 ", 1)}
    fewer = {**laptop, "proc/net/tcp": "".join(rows[:-2])}
    fewer["proc/net/sockstat"] = laptop["proc/net/sockstat"].replace("inuse 5", "inuse 4")

    def counts(files: Files) -> tuple[object, object]:
        values = stage.show(files).values
        return values[network.TCP_ESTABLISHED.of()], values[network.TCP_CLOSE_WAIT.of()]

    assert counts(laptop) == (3, 1)
    assert counts(closing) == (3, 1)
    assert counts(closing) == (2, 2)
    assert counts(fewer) == (3, 0)


def test_mounts_come_and_go(stage: Stage) -> None:
    files = compose.moment(late=False)
    points = {series.instance for series in stage.show(files).values if series.metric.field == "total_bytes"}
    assert points == {"", "/", "/srv/data", "/mnt/nfs share"}
    fewer = "\n".join(line for line in files["proc/self/mountinfo"].splitlines() if "nfs" not in line)
    sample = stage.show({**files, "proc/self/mountinfo": fewer})
    points = {series.instance for series in sample.values if series.metric.field == "total_bytes"}
    assert points == {"", "/", "/srv/data"}
