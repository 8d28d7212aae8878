"""File systems under a running PerfWatch: on loop devices, at paths made to do harm, and some that never answer."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from perfwatch_core.collectors.words import name as shown
from tests.net.hostile import NAMES
from tests.torture.kernel_live import Live, few
from tests.torture.outcome import Outcome, Wish
from tests.torture.rights import lacks

# Room for an ext4 without a journal.
_SIZE = 1 << 20
# How often it asks how full they are, and a sample's time more (partitions.py).
_ASKED = 15.0


def loops(subject: str, wish: Wish, live: Live, place: Path) -> Outcome:
    """File systems on loop devices come and go, each at a path with another name."""
    what = "file systems on loop devices come and go at hostile paths"
    if reason := lacks("mkfs.ext4", "losetup"):
        return Outcome.not_tried(subject, what, reason)
    if not Path("/dev/loop-control").exists():
        return Outcome.not_tried(subject, what, "this kernel has no loop devices")
    wrong = live.begin()
    names = [*(name for name in NAMES if "/" not in name and "\0" not in name and len(name) < 99), "\udcff\udcfe"]
    names = names[: wish.rounds(len(names), 5)]
    image = place / "image"
    image.write_bytes(bytes(_SIZE))
    subprocess.run(["mkfs.ext4", "-q", "-F", "-O", "^has_journal", str(image)], check=True)
    try:
        with _mounted(image, place / "first", ["one"]):
            pass
    except subprocess.CalledProcessError as error:
        return Outcome.not_tried(subject, what, f"no loop device can be mounted here: {error}")
    rounds = wish.rounds(3, 1)
    for number in range(rounds):
        with _mounted(image, place / f"round{number}", names) as points:
            wanted = {shown(str(point)): os.statvfs(point).f_blocks * os.statvfs(point).f_frsize for point in points}
            live.comes(lambda data, wanted=wanted: _sizes(data, wanted) == wanted, "not all are there", _ASKED)
        live.comes(lambda data, wanted=wanted: not _sizes(data, wanted), "they stay", _ASKED)
    live.so_far()
    return Outcome(subject, what, rounds, not wrong, few(wrong), f"{len(names)} at a time, each with its size")


def _sizes(data: dict[str, Any], wanted: dict[str, int]) -> dict[str, int]:
    there = data["disk"]["partitions"]
    return {point: there[point]["total_bytes"] for point in wanted if point in there}


@contextmanager
def _mounted(image: Path, place: Path, names: list[str]) -> Iterator[list[Path]]:
    place.mkdir()
    points: list[Path] = []
    try:
        for number, name in enumerate(names):
            copy = place.parent / f"image{number}"
            copy.write_bytes(image.read_bytes())
            point = place / f"{number}{name}"
            point.mkdir()
            subprocess.run(["mount", "-o", "loop", copy, point], check=True)
            points.append(point)
        yield points
    finally:
        for point in points:
            subprocess.run(["umount", "--lazy", point], check=True)


@contextmanager
def deaf(point: Path, manner: str) -> Iterator[subprocess.Popen[str]]:
    """A mount that never answers; it is gone with its daemon."""
    point.mkdir(parents=True)
    command = [sys.executable, "-m", "tests.torture.deaf", str(point), manner]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as daemon:
        try:
            assert daemon.stdout is not None
            assert daemon.stdout.readline() == "up\n"
            yield daemon
        finally:
            assert daemon.stdin is not None
            daemon.stdin.close()
            daemon.wait()
            subprocess.run(["umount", "--lazy", point], check=True)


def no_fuse(point: Path) -> str:
    """Why there can be no mount that hangs, '' if there can, which `point` is for to find out."""
    if not Path("/dev/fuse").exists():
        return "this kernel has no file systems in user space: there is no /dev/fuse"
    point.mkdir()
    command = [sys.executable, "-m", "tests.torture.deaf", str(point), "leaves"]
    said = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    if said.returncode:
        return f"no file system in user space can be mounted here: {said.stderr.strip()}"
    subprocess.run(["umount", "--lazy", point], check=True)
    return ""


def hung(subject: str, wish: Wish, live: Live, points: list[Path]) -> Outcome:
    """While they hang, each is named as what it is, and everything else goes on."""
    wrong = live.begin()
    for point in points:
        live.comes(lambda data, point=point: "has not answered for" in _reason(data, point), f"{point} is not named")
    live.passes(wish.rounds(20, 3))
    seen = live.so_far()
    sizes = {one.data["disk"]["partitions"].get("/", {}).get("total_bytes") for one in seen[-3:]}
    if sizes != {os.statvfs("/").f_blocks * os.statvfs("/").f_frsize}:
        wrong.append(f"the root is said to have {sizes} bytes")
    note = f"{len(seen)} samples at their pace, the others' numbers right; «{_reason(seen[-1].data, points[0])}»"
    return Outcome(subject, "mounts whose daemon never answers", len(points), not wrong, few(wrong), note)


def back(subject: str, live: Live, point: Path, daemon: subprocess.Popen[str]) -> Outcome:
    """The daemon of one dies: what is said is no longer that it hangs."""
    wrong = live.begin()
    assert daemon.stdin is not None
    daemon.stdin.close()
    daemon.wait()
    live.comes(lambda data: "does not tell" in _reason(data, point), "it is still said to hang", _ASKED)
    live.passes(2)
    return Outcome(subject, "such a daemon dies", 1, not wrong, few(wrong), _reason(live.seen[-1].data, point))


def _reason(data: dict[str, Any], point: Path) -> str:
    return str(data["disk"].get("_missing", {}).get(f"disk.used_bytes[{point}]", ""))
