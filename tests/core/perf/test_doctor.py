"""What `perfwatch doctor` says about counters: what is missing, and the one command that mends it."""

import os

import pytest

from perfwatch_core import doctor
from perfwatch_core.collector import collect_safely
from perfwatch_core.collectors.perf.session import Session, Wish
from perfwatch_core.collectors.perf_events import PerfEventsCollector
from perfwatch_core.metric import Catalogue

from .conftest import FakePerf, Tree, sample_of

SUDO = "" if os.geteuid() == 0 else "sudo "
PARANOID = "perf may not count: perf_event_paranoid is {}, and whole processors need 0 or less, or CAP_PERFMON"
KVM = "QEMU", "Standard PC (Q35 + ICH9, 2009)"


def vendor(tree: Tree, maker: str, product: str = "") -> None:
    """Have the firmware name who made the machine."""
    tree.write("sys/class/dmi/id/sys_vendor", maker)
    tree.write("sys/class/dmi/id/product_name", product)


def said(tree: Tree, wish: Wish | None = None) -> str:
    """The doctor's report on the counters of a machine; the long-lived perf need not have counted."""
    collector = PerfEventsCollector(tree.machine, wish or Wish(), Session(tree.machine))
    collector.prepare(20)
    sample = sample_of(collect_safely(collector))
    catalogue = Catalogue(collector.metrics)
    findings = list(doctor.examine(sample, catalogue, {"perf_events": collector.shortfalls()}))
    collector.close()
    return doctor.report(findings)


def test_no_binary(fake: FakePerf, tree: Tree) -> None:
    fake.binary.unlink()
    assert said(tree).splitlines() == [
        "no      perf_events  the perf tool is not installed",
        f"                     mend it with: {SUDO}apt install linux-perf",
    ]


@pytest.mark.parametrize(
    ("release", "command"),
    [
        ("ID=debian", "apt install linux-perf"),
        ("ID=linuxmint\nID_LIKE=ubuntu", "apt install linux-tools-common linux-tools-generic linux-tools-$(uname -r)"),
        ('ID="rocky"\nID_LIKE="rhel centos fedora"', "dnf install perf"),
        ("ID=arch", "pacman -S perf"),
        ('ID="opensuse-tumbleweed"\nID_LIKE="opensuse suse"', "zypper install perf"),
        ("ID=alpine", "apk add perf"),
    ],
)
def test_no_binary_on_other_distributions(fake: FakePerf, tree: Tree, release: str, command: str) -> None:
    fake.binary.unlink()
    tree.write("etc/os-release", release)
    assert said(tree).endswith(f"mend it with: {SUDO}{command}")


def test_no_binary_where_no_command_is_known(fake: FakePerf, tree: Tree) -> None:
    fake.binary.unlink()
    tree.forget("etc/os-release")
    assert said(tree) == "no      perf_events  the perf tool is not installed"


def test_paranoid_level(fake: FakePerf, tree: Tree) -> None:
    fake.does(deny=True)
    tree.write("proc/sys/kernel/perf_event_paranoid", "4")
    assert said(tree).splitlines() == [
        f"no      perf_events  {PARANOID.format(4)}",
        f"                     mend it with: {SUDO}sysctl kernel.perf_event_paranoid=0",
    ]


def test_denied_in_a_container_although_the_level_allows_it(fake: FakePerf, tree: Tree) -> None:
    fake.does(deny=True)
    tree.write("proc/sys/kernel/perf_event_paranoid", "-1")
    assert "perf is denied although perf_event_paranoid is -1" in said(tree)
    assert "--cap-add PERFMON" in said(tree)


def test_a_kernel_without_performance_events(fake: FakePerf, tree: Tree) -> None:
    fake.does(deny=True)
    tree.forget("proc/sys/kernel/perf_event_paranoid")
    assert "the kernel has no performance events" in said(tree)


@pytest.mark.parametrize(
    ("firmware", "says", "command"),
    [
        (KVM, "its host can pass them on", "virt-xml VM --edit --features pmu=on"),
        (("VMware, Inc.", "VMware20,1"), "its host can pass them on", "govc vm.change -vm VM -vpmc-enabled=true"),
        (("Microsoft Corporation", "Virtual Machine"), "its host can", 'Set-VMProcessor VM -Perfmon @("pmu")'),
        (("innotek GmbH", "VirtualBox"), "VirtualBox passes none on", ""),
        (("Amazon EC2", "t3.micro"), "only some instance sizes have them", ""),
        (("Unheard of", ""), "its host passes none on", ""),
    ],
    ids=lambda value: value[0] if isinstance(value, tuple) else None,
)
@pytest.mark.usefixtures("fake")
def test_no_counters_in_this_virtual_machine(tree: Tree, firmware: tuple[str, str], says: str, command: str) -> None:
    vendor(tree, *firmware)
    first, partly, *rest = said(tree).splitlines()[:3]
    assert first.startswith("ok ")
    why = "cycles, instructions, branches and 20 more: this virtual machine has no performance counters: "
    assert partly.startswith(f"partly  perf_events  {why}{says}")
    assert (f"mend it with: {command}" in rest[0]) if command else not any("mend" in line for line in rest)


@pytest.mark.usefixtures("fake")
def test_no_counters_on_a_real_machine(tree: Tree) -> None:
    tree.write("proc/cpuinfo", "processor\t: 0\nflags\t\t: fpu vme")
    assert "the kernel has no driver for this processor's performance counters" in said(tree)


def test_an_event_that_is_not_on_this_processor(fake: FakePerf, tree: Tree) -> None:
    fake.does("amd.csv")
    lines = said(tree).splitlines()
    assert lines[1] == (
        "partly  perf_events  LLC-loads, LLC-load-misses: this processor has no such counter; no command mends that"
    )
    assert lines[2].startswith("partly  perf_events  llc_miss_percent, llc_mpki: needs LLC-load-misses: this processor")


def test_an_event_that_this_perf_does_not_know(fake: FakePerf, tree: Tree) -> None:
    fake.does("amd.csv", unknown=["iTLB-loads"])
    assert "iTLB-loads: this perf does not know the event, a newer one may" in said(tree)


def test_processors_that_are_not_there(fake: FakePerf, tree: Tree) -> None:
    why = "PERF_EVENTS_CPU_CORES is '0,6' but processor 6 is not online (online: 0-3)"
    assert said(tree, Wish("0,6")).splitlines() == [
        f"no      perf_events  {why}",
        "                     mend it with: export PERF_EVENTS_CPU_CORES=0-3",
    ]
    tree.write("sys/devices/system/cpu/cpu6/online", "0")
    assert f"mend it with: echo 1 | {SUDO}tee /sys/devices/system/cpu/cpu6/online" in said(tree, Wish("0,6"))
    assert fake.long_runs == []


def test_it_still_counts_what_it_may_where_one_event_is_denied(fake: FakePerf, tree: Tree) -> None:
    fake.does("amd.csv", deny_events=["cycles"])
    report = said(tree)
    assert "ok      perf_events" in report
    assert "cycles: perf may not count this event" in report
    assert f"{PARANOID.format(2)}\n{'':21}mend" in report
