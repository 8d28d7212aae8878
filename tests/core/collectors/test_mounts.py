"""Which mounts hold data, and each of them once."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from perfwatch_core.collectors.machine import Machine
from perfwatch_core.collectors.mounts import LIST, Mount, Mounts, parsed

NODEV = frozenset({"proc", "tmpfs", "overlay", "nfs4", "fuse", "autofs", "zfs"})


def line(point: str, fstype: str = "ext4", device: str = "/dev/sda1", root: str = "/", number: str = "8:1") -> str:
    """A line of mountinfo with an optional field, as shared mounts have."""
    return f"30 1 {number} {root} {point} rw,relatime shared:1 - {fstype} {device} rw\n"


def points(text: str) -> list[str]:
    """Where what counts is mounted."""
    return [mount.point for mount in parsed(text, NODEV)]


def test_a_bind_mount_is_not_counted_again() -> None:
    text = line("/srv/bound", root="/data") + line("/mnt") + line("/mnt/again")
    assert points(text) == ["/mnt"]
    # however short its path is
    assert points(line("/b", root="/data") + line("/a/longer/path")) == ["/a/longer/path"]


def test_subvolumes_of_one_device_are_one_file_system() -> None:
    text = line("/home", "btrfs", root="/@home", number="0:31") + line("/", "btrfs", root="/@", number="0:30")
    assert points(text) == ["/"]


def test_what_lives_in_memory_is_left_out() -> None:
    assert points(line("/proc", "proc", "proc", number="0:4") + line("/tmp", "tmpfs", "tmpfs", number="0:5")) == []


def test_remote_and_fuse_file_systems_count() -> None:
    text = line("/a", "nfs4", "filer:/a", number="0:40") + line("/b", "fuse.sshfs", "x@y:", number="0:41")
    assert points(text + line("/c", "zfs", "tank", number="0:42") + line("/d", "fuseblk", "/dev/sdz1")) == [
        "/a", "/b", "/c", "/d",
    ]  # fmt: skip


def test_images_and_windows_are_left_out() -> None:
    text = line("/snap/x/1", "squashfs", "/dev/loop1") + line("/run/gvfs", "fuse.gvfsd-fuse", "gvfsd-fuse")
    assert points(text) == []


def test_a_container_counts_its_own_root_only() -> None:
    text = line("/", "overlay", "overlay", number="0:50") + line("/var/x/merged", "overlay", "overlay", number="0:51")
    assert points(text) == ["/"]


def test_the_last_mount_at_a_point_hides_those_before() -> None:
    text = line("/mnt", device="/dev/sda1") + line("/mnt", "xfs", "/dev/sdb1", number="8:17")
    assert parsed(text, NODEV) == [Mount("/mnt", "/dev/sdb1", "xfs")]
    assert points(line("/mnt") + line("/mnt", "tmpfs", "tmpfs", number="0:9")) == []


def test_what_is_no_line_is_passed_over() -> None:
    assert points("nonsense\n\n1 2 3 - \n" + line("/")) == ["/"]


@given(st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1).map(lambda name: f"/{name}"))
def test_any_name_comes_through_the_kernels_escapes(point: str) -> None:
    # mangle_path() in fs/seq_file.c, called with these
    escaped = "".join(f"\\{ord(one):03o}" if one in " \t\n\\#" else one for one in point)
    assert points(line(escaped)) == [point]


def test_the_live_list_is_read_again_when_it_changes() -> None:
    machine = Machine()
    with closing(Mounts(machine)) as mounts:
        first = mounts.now()
        assert mounts.now() is first
        assert "/" in [mount.point for mount in first]


def test_a_captured_list_is_read_again_when_it_changes(tmp_path: Path) -> None:
    (tmp_path / LIST).parent.mkdir(parents=True)
    (tmp_path / LIST).write_text(line("/"))
    machine = Machine(tmp_path)
    with closing(Mounts(machine)) as mounts, closing(machine):
        first = mounts.now()
        assert mounts.now() is first
        (tmp_path / LIST).write_text(line("/") + line("/home", device="/dev/sdb1"))
        assert [mount.point for mount in mounts.now()] == ["/", "/home"]


def test_without_the_kinds_of_file_systems_what_lives_in_memory_is_still_left_out() -> None:
    text = line("/run", "tmpfs", "tmpfs", number="0:5") + line("/") + line("/b", "btrfs", "/dev/sdb", number="0:31")
    assert [mount.point for mount in parsed(text, frozenset())] == ["/", "/b"]
