"""Why perf cannot count something, in a sentence a person can act on, with the one command that mends it."""

from __future__ import annotations

from dataclasses import dataclass

from perfwatch_core.collectors.machine import Machine
from perfwatch_core.collectors.perf.run import Answer

PARANOID = "proc/sys/kernel/perf_event_paranoid"
NOT_ON_PROCESSOR = "this processor has no such counter, or this perf does not know it"
NOT_ALLOWED = "perf may not count this event"
NOT_COUNTED = "the counter was never scheduled in this interval"

# The package that holds perf, by ID or ID_LIKE of os-release(5).
_INSTALL = {
    "debian": "sudo apt install linux-perf",
    "ubuntu": "sudo apt install linux-tools-common linux-tools-generic linux-tools-$(uname -r)",
    "fedora": "sudo dnf install perf",
    "rhel": "sudo dnf install perf",
    "arch": "sudo pacman -S perf",
    "suse": "sudo zypper install perf",
    "opensuse": "sudo zypper install perf",
    "alpine": "sudo apk add perf",
    "gentoo": "sudo emerge dev-util/perf",
    "void": "sudo xbps-install perf",
}
_ALLOW = "sudo sysctl kernel.perf_event_paranoid=0"
# What hypervisors call themselves in /sys/class/dmi/id, and how each is told to pass the counters on.
_VIRTUAL_PMU = {
    "vmware": "the host must tick 'Virtualize CPU performance counters' for it (vpmc.enable)",
    "microsoft": "the host must give it one with Set-VMProcessor -Perfmon",
    "innotek": "VirtualBox cannot give it one",
    "qemu": "the host must give it one, in libvirt <pmu state='on'/>",
    "kvm": "the host must give it one, in libvirt <pmu state='on'/>",
    "amazon": "only some instance sizes and .metal have one",
}


@dataclass(frozen=True, slots=True)
class Shortfall:
    """Something that cannot be counted: `remedy` is one command, empty where none helps.

    `denied` tells a missing permission from a missing thing.
    """

    reason: str
    remedy: str = ""
    denied: bool = False

    @property
    def sentence(self) -> str:
        """Reason and remedy in one line."""
        return f"{self.reason}; mend it with: {self.remedy}" if self.remedy else self.reason


def no_binary(machine: Machine) -> Shortfall:
    """There is no perf on the PATH."""
    return Shortfall("the perf tool is not installed", _install(machine))


def unusable(machine: Machine, binary: str, answer: Answer) -> Shortfall:
    """There is a perf but it does not run, such as Ubuntu's wrapper without the perf of this kernel."""
    return Shortfall(f"{binary} does not run: {answer.why}", _install(machine))


def not_online(machine: Machine, cpus: str) -> Shortfall | None:
    """A processor of PERF_EVENTS_CPU_CORES that is not there, None where all are."""
    online = machine.glance("sys/devices/system/cpu/online")
    if cpus == "all" or not online:
        return None
    lacking = sorted(cpu_numbers(cpus) - cpu_numbers(online))
    if not lacking:
        return None
    named = ",".join(map(str, lacking[:8]))
    return Shortfall(
        f"PERF_EVENTS_CPU_CORES is {cpus!r} but processor {named} is not online (online: {online})",
        f"export PERF_EVENTS_CPU_CORES={online}",
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
        f"perf_event_paranoid is {level:.0f}, counting whole processors needs 0 or less, or CAP_PERFMON",
        _ALLOW,
        denied=True,
    )


def no_pmu(machine: Machine) -> Shortfall:
    """No hardware event is supported at all."""
    if not _virtual(machine):
        return Shortfall("the kernel has no driver for this processor's performance counters")
    maker = f"{machine.glance('sys/class/dmi/id/sys_vendor')} {machine.glance('sys/class/dmi/id/product_name')}"
    for name, advice in _VIRTUAL_PMU.items():
        if name in maker.lower():
            return Shortfall(f"this virtual machine has no performance counters: {advice}")
    return Shortfall("this virtual machine has no performance counters: its host passes none on")


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
    release = dict(line.partition("=")[::2] for line in (machine.glance("etc/os-release") or "").splitlines())
    names = f"{release.get('ID', '')} {release.get('ID_LIKE', '')}".replace('"', "").split()
    return next((_INSTALL[name] for name in names if name in _INSTALL), "")
