"""Why perf cannot count something, in a sentence a person can act on, with the one command that mends it."""

from __future__ import annotations

import os

from perfwatch_core.collector import Shortfall
from perfwatch_core.collectors.machine import Machine
from perfwatch_core.collectors.perf.run import Answer

PARANOID = "proc/sys/kernel/perf_event_paranoid"
ONLINE = "sys/devices/system/cpu/online"
NOT_ON_PROCESSOR = "this processor has no such counter; no command mends that"
NOT_KNOWN = "this perf does not know the event, a newer one may"
NOT_ALLOWED = "perf may not count this event"
NOT_COUNTED = "the counter was never scheduled in this interval"

# The package that holds perf, by ID or ID_LIKE of os-release(5).
_INSTALL = {
    "debian": "apt install linux-perf",
    "ubuntu": "apt install linux-tools-common linux-tools-generic linux-tools-$(uname -r)",
    "fedora": "dnf install perf",
    "rhel": "dnf install perf",
    "arch": "pacman -S perf",
    "suse": "zypper install perf",
    "opensuse": "zypper install perf",
    "alpine": "apk add perf",
    "gentoo": "emerge dev-util/perf",
    "void": "xbps-install perf",
}
_NO_VIRTUAL_PMU = "this virtual machine has no performance counters"
_ON_THE_HOST = ": its host can pass them on, with the machine (here VM) shut down"
# What hypervisors call themselves in /sys/class/dmi/id, and how each is told to pass counters on, or that it cannot.
_VIRTUAL_PMU = {
    "vmware": (_ON_THE_HOST, "govc vm.change -vm VM -vpmc-enabled=true"),
    "microsoft": (_ON_THE_HOST, 'Set-VMProcessor VM -Perfmon @("pmu")'),
    "innotek": (": VirtualBox passes none on", ""),
    "qemu": (_ON_THE_HOST, "virt-xml VM --edit --features pmu=on"),
    "kvm": (_ON_THE_HOST, "virt-xml VM --edit --features pmu=on"),
    "amazon": (": only some instance sizes have them, .metal among these", ""),
}


def no_binary(machine: Machine) -> Shortfall:
    """There is no perf on the PATH."""
    return Shortfall("the perf tool is not installed", _install(machine))


def unusable(machine: Machine, binary: str, answer: Answer) -> Shortfall:
    """There is a perf but it does not run, such as Ubuntu's wrapper without the perf of this kernel."""
    return Shortfall(f"{binary} does not run: {answer.why}", _install(machine))


def not_online(machine: Machine, cpus: str) -> Shortfall | None:
    """A processor of PERF_EVENTS_CPU_CORES that is not there, None where all are."""
    online = machine.glance(ONLINE)
    if cpus == "all" or not online:
        return None
    lacking = sorted(cpu_numbers(cpus) - cpu_numbers(online))
    if not lacking:
        return None
    named = ",".join(map(str, lacking[:8]))
    switch = f"sys/devices/system/cpu/cpu{lacking[0]}/online"
    remedy = f"export PERF_EVENTS_CPU_CORES={online}"
    if machine.glance(switch) is not None:
        remedy = f"echo 1 | {_as_root(f'tee /{switch}')}"
    return Shortfall(
        f"PERF_EVENTS_CPU_CORES is {cpus!r} but processor {named} is not online (online: {online})", remedy
    )


def refused(machine: Machine, answer: Answer) -> Shortfall:
    """Perf runs but counts nothing, mostly for want of permission."""
    if not answer.denied:
        return Shortfall(f"perf cannot count here: {answer.why}")
    level = machine.number(PARANOID)
    if level is None:
        return Shortfall("the kernel has no performance events (no /proc/sys/kernel/perf_event_paranoid)", denied=True)
    if level <= 0:
        return Shortfall(
            f"perf is denied although perf_event_paranoid is {level:.0f}: a container or security module "
            "forbids perf_event_open; give the container --cap-add PERFMON and a seccomp profile that allows it",
            denied=True,
        )
    return Shortfall(
        f"perf may not count: perf_event_paranoid is {level:.0f}, and whole processors need 0 or less, or CAP_PERFMON",
        _as_root("sysctl kernel.perf_event_paranoid=0"),
        denied=True,
    )


def no_pmu(machine: Machine) -> Shortfall:
    """No hardware event is supported at all."""
    if not _virtual(machine):
        return Shortfall("the kernel has no driver for this processor's performance counters")
    maker = f"{machine.glance('sys/class/dmi/id/sys_vendor')} {machine.glance('sys/class/dmi/id/product_name')}"
    for name, (why, remedy) in _VIRTUAL_PMU.items():
        if name in maker.lower():
            return Shortfall(_NO_VIRTUAL_PMU + why, remedy)
    return Shortfall(f"{_NO_VIRTUAL_PMU}: its host passes none on")


def cpu_numbers(text: str) -> set[int]:
    """The processors of a list like 0-3,6; a range is capped at 8192 so that no typing error fills memory."""
    numbers: set[int] = set()
    for part in text.split(","):
        first, _, last = part.strip().partition("-")
        if first.isdecimal() and (last or first).isdecimal():
            numbers.update(range(int(first), min(int(last or first), int(first) + 8192) + 1))
    return numbers


def _virtual(machine: Machine) -> bool:
    for line in (machine.glance("proc/cpuinfo") or "").splitlines():
        if line.startswith("flags"):
            return "hypervisor" in line.split()
    return machine.glance("sys/hypervisor/type") is not None


def _install(machine: Machine) -> str:
    """The command that installs perf, empty where the distribution is not known (os-release(5))."""
    release = dict(line.partition("=")[::2] for line in (machine.glance("etc/os-release") or "").splitlines())
    names = f"{release.get('ID', '')} {release.get('ID_LIKE', '')}".replace('"', "").split()
    return next((_as_root(_INSTALL[name]) for name in names if name in _INSTALL), "")


def _as_root(command: str) -> str:
    """With sudo where that is needed: in a container there often is none."""
    return command if os.geteuid() == 0 else f"sudo {command}"
