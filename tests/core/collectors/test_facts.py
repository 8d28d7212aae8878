"""The facts of a machine are those that other programs tell."""

from __future__ import annotations

import platform
import subprocess
import time
from dataclasses import replace
from pathlib import Path

import psutil
import pytest

from perfwatch_core.collectors.facts import facts


def said(*command: str) -> str:
    """The output of a command."""
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


def test_they_are_those_of_the_systems_own_commands() -> None:
    found = facts()
    assert f"{found.hostname} {found.kernel} {found.architecture}" == said("uname", "-nrm")
    assert found.processors == int(said("getconf", "_NPROCESSORS_ONLN"))
    assert found.cores is None or 1 <= found.cores <= found.processors
    memory, swap = (line.split()[1] for line in said("free", "-b").splitlines()[1:3])
    assert (found.memory_bytes, found.swap_bytes) == (int(memory), int(swap))
    uptime = float(Path("/proc/uptime").read_text().split()[0])
    assert found.booted is not None
    assert found.booted == pytest.approx(time.time() - uptime, abs=60)


def test_a_system_without_a_name_has_its_kernels(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing() -> dict[str, str]:
        raise OSError

    monkeypatch.setattr(platform, "freedesktop_os_release", missing)
    assert facts().system == "Linux"


def test_they_are_one_line_for_a_person() -> None:
    one = replace(
        facts(), system="Debian 12", kernel="6.1", architecture="x86_64", processors=8, cores=4, memory_bytes=17 << 30
    )
    assert one.sentence == "Debian 12, Linux 6.1, x86_64, 8 processors on 4 cores, 17.0 GiB of memory"
    assert ", 1 processor on 1 core, " in replace(one, processors=1, cores=1).sentence
    assert ", 8 processors, " in replace(one, cores=None).sentence


def test_what_the_kernel_does_not_tell_is_none(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for file in ("stat", "meminfo", "cpuinfo", "vmstat"):
        (tmp_path / file).write_bytes(b"")
    monkeypatch.setattr(psutil, "PROCFS_PATH", str(tmp_path))
    found = facts()
    assert (found.memory_bytes, found.swap_bytes, found.booted) == (None, None, None)
    assert found.processors == int(said("getconf", "_NPROCESSORS_ONLN"))
    assert found.sentence.endswith(", an unknown amount of memory")
