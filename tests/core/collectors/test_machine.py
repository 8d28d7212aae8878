"""Files of the kernel are read whole, on descriptors that stay open and mend themselves."""

from __future__ import annotations

import os
import subprocess
from contextlib import closing
from pathlib import Path

import pytest

from perfwatch_core.collectors.machine import CAPTURED_SPACE, Machine


def test_a_file_is_read_whole_however_long_it_is(tmp_path: Path) -> None:
    text = os.urandom(300_000)
    (tmp_path / "long").write_bytes(text)
    with closing(Machine(tmp_path)) as machine:
        assert machine.read("long") == text
        (tmp_path / "long").write_bytes(b"x" * 100_000)
        assert len(machine.glance("long") or "") == 4096
        assert len(machine.glance("long", whole=True) or "") == 100_000


def test_a_list_of_the_kernel_longer_than_a_page_is_read_whole() -> None:
    # the kernel hands it out page by page, and its last line is that of a fixed mapping
    with closing(Machine()) as machine:
        ours = machine.read("proc/self/maps")
    assert len(ours) > 3 * 4096
    assert ours.splitlines()[-1] == Path("/proc/self/maps").read_bytes().splitlines()[-1]


def test_a_file_is_read_anew_each_time(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("one")
    with closing(Machine(tmp_path)) as machine:
        assert machine.read("file") == b"one"
        (tmp_path / "file").write_text("two, longer")
        assert machine.read("file") == b"two, longer"


def test_a_descriptor_that_fails_is_opened_anew(tmp_path: Path) -> None:
    program = subprocess.Popen(["cat"], stdin=subprocess.PIPE)
    (tmp_path / "stat").symlink_to(f"/proc/{program.pid}/stat")
    with closing(Machine(tmp_path)) as machine:
        assert machine.read("stat").startswith(str(program.pid).encode())
        program.communicate()
        with pytest.raises(OSError, match=r"No such (process|file)"):
            machine.read("stat")
        (tmp_path / "stat").unlink()
        (tmp_path / "stat").symlink_to("/proc/self/stat")
        assert machine.read("stat").startswith(str(os.getpid()).encode())


def test_what_came_again_is_read_at_once(tmp_path: Path) -> None:
    program = subprocess.Popen(["cat"], stdin=subprocess.PIPE)
    (tmp_path / "stat").symlink_to(f"/proc/{program.pid}/stat")
    with closing(Machine(tmp_path)) as machine:
        machine.read("stat")
        program.communicate()
        (tmp_path / "stat").unlink()
        (tmp_path / "stat").symlink_to("/proc/self/stat")
        assert machine.read("stat").startswith(str(os.getpid()).encode())


def test_what_is_not_there_is_none(tmp_path: Path) -> None:
    (tmp_path / "words").write_text("no number")
    machine = Machine(tmp_path)
    assert machine.glance("nothing") is None
    assert machine.number("nothing") is None
    assert machine.number("words") is None
    assert machine.names("nothing") == []
    with pytest.raises(FileNotFoundError):
        machine.read("nothing")


def test_space_of_a_captured_machine_is_what_its_file_says(tmp_path: Path) -> None:
    (tmp_path / CAPTURED_SPACE).write_text("/\t" + "\t".join(map(str, os.statvfs("/"))) + "\n")
    machine = Machine(tmp_path)
    assert machine.statvfs("/").f_blocks == os.statvfs("/").f_blocks
    with pytest.raises(FileNotFoundError):
        machine.statvfs("/home")


def test_nothing_stays_open_after_closing() -> None:
    before = _open()
    machine = Machine()
    machine.read("proc/stat")
    machine.read("proc/stat")
    assert len(_open()) == len(before) + 1
    machine.close()
    assert _open() == before


def _open() -> set[str]:
    # the descriptor that lists the others is gone again
    return {entry.name for entry in Path("/proc/self/fd").iterdir() if entry.exists()}
