"""What this process may do to the machine, and a place apart in which it leaves nothing behind."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from perfwatch_core.collectors.machine import Machine
from perfwatch_core.collectors.perf.ability import probe
from perfwatch_core.collectors.perf.run import Runner

# Bits of the effective set (capabilities(7)).
MOUNT, NETWORK = 21, 12
_NAMES = {MOUNT: "CAP_SYS_ADMIN", NETWORK: "CAP_NET_ADMIN"}
_APART = "PERFWATCH_TORTURE_APART"
# A shell as process 1 collects what dies without a parent; shared memory is emptied with the place.
_FIRST = 'mount -t tmpfs tmpfs /dev/shm; "$@"; exit $?'
_UNSHARE = ["unshare", "--mount", "--pid", "--mount-proc", "--fork", "--kill-child"]


def lacks(*wanted: int | str) -> str:
    """Why something cannot be tried here: a right (a number above) or a program that is not there; '' if all are."""
    status = Path("/proc/self/status").read_text()
    held = int(status.partition("CapEff:")[2].split()[0], 16)
    for one in wanted:
        if isinstance(one, int) and not held >> one & 1:
            return f"it needs {_NAMES[one]}: run it as root"
        if isinstance(one, str) and shutil.which(one) is None:
            return f"the program {one} is not installed"
    return ""


def no_mount() -> str:
    """Why nothing can be mounted here, '' if it can: a container may refuse it (mount(2)) whatever rights one has."""
    if reason := lacks(MOUNT, "mount", "umount"):
        return reason
    with tempfile.TemporaryDirectory() as place:
        said = subprocess.run(["mount", "-t", "tmpfs", "tmpfs", place], capture_output=True, text=True, check=False)
        if said.returncode:
            return f"nothing can be mounted here: {said.stderr.strip() or said.returncode}"
        subprocess.run(["umount", "--lazy", place], check=True)
    return ""


def no_counts() -> str:
    """Why perf counts nothing here, '' if it does."""
    ability = probe(Machine(), Runner())
    return "" if ability.available else f"perf counts nothing here: {ability.shortfalls[0].reason}"


def go_apart() -> None:
    """Begin anew with processes and mounts of its own, all of which end with it, however it ends.

    Without the right to (namespaces(7)) it goes on as it is.
    """
    if os.environ.get(_APART) or lacks(MOUNT, "unshare"):
        return
    if subprocess.run([*_UNSHARE, "true"], capture_output=True, check=False).returncode:
        return
    os.environ[_APART] = "yes"
    os.execvp(_UNSHARE[0], [*_UNSHARE, "sh", "-c", _FIRST, "sh", sys.executable, "-m", "tests.torture", *sys.argv[1:]])
