"""File systems behind a daemon are asked in a process of its own, which is ended where the answer does not come."""

from __future__ import annotations

import os
import threading
from contextlib import closing
from pathlib import Path

import pytest

from perfwatch_core.collectors.apart import Apart
from perfwatch_core.collectors.machine import Machine
from perfwatch_core.collectors.mounts import LIST, Mount, answers_from_user_space
from perfwatch_core.collectors.partitions import USED, Partitions
from tests.core.store.waiting import until


def test_it_says_what_the_kernel_says_to_us(tmp_path: Path) -> None:
    odd = tmp_path / "-f\n'\"\udcff"
    odd.mkdir()
    for point in ("/proc", str(odd)):
        ours, told = os.statvfs(point), Apart().statvfs(point)
        assert (told.f_frsize, told.f_blocks) == (ours.f_frsize, ours.f_blocks)


def test_what_stat_complains_of_is_the_reason(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="No such file or directory"):
        Apart().statvfs(str(tmp_path / "nothing"))


def test_without_the_program_it_asks_itself(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert Apart().statvfs("/proc").f_frsize == os.statvfs("/proc").f_frsize


def test_one_that_hangs_is_ended(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    deaf = tmp_path / "stat"
    deaf.write_text(f"#!/bin/sh\ntouch {tmp_path}/here\nexec sleep 1000\n")
    deaf.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    apart = Apart()
    failed: list[str] = []

    def ask() -> None:
        try:
            apart.statvfs("/")
        except OSError as error:
            failed.append(str(error))

    thread = threading.Thread(target=ask)
    thread.start()
    until((tmp_path / "here").exists)

    def ended() -> bool:
        apart.close()
        return not thread.is_alive()

    until(ended)
    assert "no answer" in failed[0]


@pytest.mark.parametrize("fstype", ["fuse.sshfs", "fuseblk", "virtiofs", "9p"])
def test_what_a_daemon_answers_for(fstype: str) -> None:
    assert answers_from_user_space(Mount("/mnt", "x", fstype))
    assert not answers_from_user_space(Mount("/", "/dev/sda1", "ext4"))


def test_the_others_are_asked_without_a_process(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: set[str] = set()
    monkeypatch.setattr(Apart, "statvfs", lambda _self, point: asked.add(point))
    with closing(Partitions(Machine())) as partitions:
        known = {point for metric, point, raw in partitions.collect() if metric is USED and isinstance(raw, int)}
    assert known
    assert not known & asked


def test_a_mount_is_asked_by_its_path_and_told_by_its_name(tmp_path: Path) -> None:
    listed = (
        b"1 1 8:1 / /a\\012b\\134n rw - ext4 /dev/sda1 rw\n1 1 8:2 / /\xff rw - ext4 =cmd rw\n1 1 8:3 / /cut rw - ext"
    )
    (tmp_path / LIST).parent.mkdir(parents=True)
    (tmp_path / LIST).write_bytes(listed)
    asked: list[bytes] = []

    def ask(point: str) -> os.statvfs_result:
        asked.append(os.fsencode(point))
        return os.statvfs("/proc/..")

    with closing(Partitions(Machine(tmp_path), ask)) as partitions:
        told = {point for metric, point, _ in partitions.collect() if metric is USED}
    assert asked == [b"/a\nb\\n", b"/\xff"]
    assert told == {r"/a\nb\n", r"/\xff"}
