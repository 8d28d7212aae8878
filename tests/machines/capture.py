"""Captures this machine as files, at two moments 5 s apart: `python -m tests.machines.capture NAME`.

Look through what it wrote before it is shared: mount points and interfaces are named as they are.
"""

from __future__ import annotations

import os
import sys
import threading
from pathlib import Path

from tests.machines.files import HERE, Files, packed

_PATTERNS = (
    "proc/stat", "proc/loadavg", "proc/meminfo", "proc/vmstat", "proc/diskstats", "proc/cpuinfo", "proc/filesystems",
    "proc/self/mountinfo", "proc/net/dev", "proc/net/tcp", "proc/net/tcp6", "proc/net/sockstat", "proc/net/sockstat6",
    "proc/pressure/*", "sys/block/*/size", "sys/block/*/slaves/*", "sys/class/net/*/operstate", "sys/class/net/*/flags",
    "sys/class/net/*/speed", "sys/class/hwmon/*/name", "sys/class/hwmon/*/temp*_input", "sys/class/hwmon/*/temp*_label",
    "sys/class/thermal/*/type", "sys/class/thermal/*/temp", "sys/devices/system/cpu/*/cpufreq/scaling_cur_freq",
)  # fmt: skip
_INTERVAL = 5.0


def captured(root: Path = Path("/")) -> Files:
    """What the collectors read, and the space on each mounted file system."""
    files: Files = {}
    for pattern in _PATTERNS:
        for path in sorted(root.glob(pattern)):
            try:
                files[str(path.relative_to(root))] = path.read_text()
            except OSError:
                # a wireless interface has a speed that cannot be read, a disk's slaves are directories
                continue
    space = []
    for line in files["proc/self/mountinfo"].splitlines():
        point = line.split(" ")[4]
        space.append("\t".join([point, *map(str, os.statvfs(point))]))
    files["statvfs"] = "\n".join(space)
    return files


if __name__ == "__main__":
    place = HERE / sys.argv[1]
    place.mkdir(exist_ok=True)
    before = captured()
    threading.Event().wait(_INTERVAL)
    after = captured()
    (place / "t0.txt").write_text(packed(before))
    (place / "t1.txt").write_text(packed({path: text for path, text in after.items() if text != before.get(path)}))
