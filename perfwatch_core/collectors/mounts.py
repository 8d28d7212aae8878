"""Which file systems that hold somebody's data are mounted, from `/proc/self/mountinfo` (proc_pid_mountinfo(5))."""

from __future__ import annotations

import os
import re
import select
from typing import NamedTuple

from perfwatch_core.collectors.machine import Machine

LIST = "proc/self/mountinfo"
# Without a block device and yet somebody's data. Everything else that is `nodev` lives in memory.
_REMOTE = frozenset(
    {"nfs", "nfs4", "cifs", "smb3", "ceph", "9p", "virtiofs", "zfs", "glusterfs", "afs", "lustre", "bcachefs"}
)
_BY_DAEMONS = frozenset({"9p", "virtiofs"})
# Images that are full by nature, and windows onto what is counted elsewhere.
_NO_SPACE = frozenset(
    {
        "squashfs", "iso9660", "erofs", "cramfs", "udf", "fuse.squashfuse", "fuse.snapfuse",
        "fuse.portal", "fuse.gvfsd-fuse", "fuse.lxcfs",
    }
)  # fmt: skip
_OCTAL = re.compile(r"\\([0-7]{3})")


class Mount(NamedTuple):
    """One mounted file system."""

    point: str
    device: str
    fstype: str


class _Line(NamedTuple):
    """What one line of the list says; `number` is the device's major:minor."""

    number: str
    root: str
    mount: Mount


class Mounts:
    """The list of mounts, looked through again only when the kernel says that it changed."""

    def __init__(self, machine: Machine) -> None:
        self._machine = machine
        self._fd: int | None = None
        self._poll = select.poll()
        self._known: list[Mount] = []
        self._text = b""

    def now(self) -> list[Mount]:
        """Each file system once; raises OSError where the list cannot be read."""
        if self._machine.captured:
            text = self._machine.read(LIST)
        elif self._fd is None or self._poll.poll(0):
            # poll(2) gives POLLERR and POLLPRI once for each change (proc_pid_mounts(5))
            text = self._read()
        else:
            return self._known
        if text != self._text:
            self._text = text
            # a path is whatever bytes it was given
            self._known = parsed(os.fsdecode(text), nodev_types(self._machine))
        return self._known

    def close(self) -> None:
        """Let go of the list; asking again opens it again."""
        if self._fd is not None:
            self._poll.unregister(self._fd)
            os.close(self._fd)
            self._fd = None

    def _read(self) -> bytes:
        if self._fd is None:
            self._fd = os.open(self._machine.root / LIST, os.O_RDONLY | os.O_CLOEXEC)
            self._poll.register(self._fd, select.POLLERR | select.POLLPRI)
        chunks = []
        os.lseek(self._fd, 0, os.SEEK_SET)
        while chunk := os.read(self._fd, 65536):
            chunks.append(chunk)
        return b"".join(chunks)


def parsed(text: str, nodev: frozenset[str]) -> list[Mount]:
    """What holds data, each file system once, in the order of the list.

    Of several mounts at one point the last hides the others. A file system that is mounted at several points (bind
    mounts, subvolumes) counts where its root is, and there at the shortest path.
    """
    # only at newlines: a name may hold any other character at which Python would split lines
    by_point = {line.mount.point: line for line in map(_line, text.split("\n")[:-1]) if line}
    found: dict[str, _Line] = {}
    for line in by_point.values():
        if not _holds_data(line, nodev):
            continue
        # btrfs gives each subvolume a number of its own: the name of the device tells them as one
        key = line.mount.device if line.mount.device.startswith("/") else line.number
        if key not in found or _rank(line) < _rank(found[key]):
            found[key] = line
    return [line.mount for line in found.values()]


def answers_from_user_space(mount: Mount) -> bool:
    """Whether a daemon, or a host behind a virtual machine, answers for it in its own time."""
    return mount.fstype.startswith("fuse") or mount.fstype in _BY_DAEMONS


def nodev_types(machine: Machine) -> frozenset[str]:
    """The kinds of file system that need no block device, from `/proc/filesystems` (proc_filesystems(5))."""
    text = machine.glance("proc/filesystems", whole=True) or ""
    return frozenset(line.partition("\t")[2] for line in text.splitlines() if line.startswith("nodev\t"))


def _line(text: str) -> _Line | None:
    """`id parent major:minor root point options [optional…] - type device options`; None for anything else."""
    head, separator, tail = text.partition(" - ")
    fields, kinds = head.split(" "), tail.split(" ")
    if not separator or len(fields) < 5 or len(kinds) < 2:
        return None
    return _Line(fields[2], fields[3], Mount(_plain(fields[4]), _plain(kinds[1]), kinds[0]))


def _rank(line: _Line) -> tuple[bool, int]:
    return line.root != "/", len(line.mount.point)


def _holds_data(line: _Line, nodev: frozenset[str]) -> bool:
    mount = line.mount
    if mount.fstype in _NO_SPACE:
        return False
    if mount.fstype == "overlay":
        # a container's own root is all the disk it has; others only repeat the disk below them
        return mount.point == "/"
    if mount.fstype in _REMOTE or mount.fstype.startswith("fuse"):
        return True
    # 0 is the major number of what has no device; only btrfs numbers so what lies on one
    return mount.fstype not in nodev and (not line.number.startswith("0:") or mount.device.startswith("/"))


def _plain(text: str) -> str:
    """A path without the octal escapes the kernel writes for space, tab, newline, backslash and `#`."""
    return _OCTAL.sub(lambda escape: chr(int(escape[1], 8)), text)
