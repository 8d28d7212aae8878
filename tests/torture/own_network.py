"""A network and mounts that only this process and those it starts see (namespaces(7)), and what goes on in them."""

from __future__ import annotations

import ctypes
import os
import subprocess
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.torture.rights import NETWORK, lacks, no_mount

_NEW_MOUNTS, _NEW_NETWORK = 0x00020000, 0x40000000  # CLONE_NEWNS, CLONE_NEWNET, linux/sched.h


def no_own_network() -> str:
    """Why there can be none here, '' if there can: a container may refuse it whatever rights one has."""
    if reason := lacks(NETWORK, "ip", "unshare") or no_mount():
        return reason
    trial = "mount -t sysfs sysfs /sys && ip link set lo up && ip link add pwa type veth peer name pwb"
    said = subprocess.run(
        ["unshare", "--net", "--mount", "sh", "-c", trial], capture_output=True, text=True, check=False
    )
    return f"no network of its own can be had here: {said.stderr.strip()}" if said.returncode else ""


@contextmanager
def own_network() -> Iterator[None]:
    """Loopback is all there is at first; the network of before afterwards. OSError where the kernel refuses it.

    For the thread that asks and those it starts; mounts stay its own until its end.
    """
    libc = ctypes.CDLL(None, use_errno=True)
    with open("/proc/self/ns/net", "rb") as before:
        if libc.unshare(_NEW_MOUNTS | _NEW_NETWORK):
            raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
        try:
            # nothing that is mounted from now on is seen outside; sysfs shows the network of whoever mounted it
            for words in (["--make-rprivate", "/"], ["-t", "sysfs", "sysfs", "/sys"]):
                subprocess.run(["mount", *words], check=True)
            ip("link", "set", "lo", "up")
            yield
        finally:
            libc.setns(before.fileno(), _NEW_NETWORK)


def ip(*words: str | bytes) -> bool:
    """Tell the program of that name; whether it did so."""
    return subprocess.run(["ip", *words], capture_output=True, check=False).returncode == 0


def ip_batch(lines: Iterable[str]) -> None:
    """Many at once."""
    subprocess.run(["ip", "-batch", "-"], input="".join(f"{line}\n" for line in lines), text=True, check=True)


def sent_by(interface: str) -> int:
    """Bytes since it came up, as the kernel counts them."""
    return int(Path(f"/sys/class/net/{interface}/statistics/tx_bytes").read_text())
