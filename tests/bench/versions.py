"""Which versions of the peers are installed, as their own packages or programs say."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator

_PACKAGES = (
    "sysstat",
    "collectd-core",
    "prometheus-node-exporter",
    "glances",
    "pcp",
    "netdata",
    "gnome-system-monitor",
    "plasma-systemmonitor",
)


def versions() -> Iterator[str]:
    """`name version` of each Debian package that is there; none where dpkg is not."""
    if not shutil.which("dpkg-query"):
        return
    words = ["dpkg-query", "--show", "--showformat", "${Package} ${Version} ${db:Status-Status}\n", *_PACKAGES]
    answer = subprocess.run(words, capture_output=True, text=True, check=False)
    for line in answer.stdout.splitlines():
        name, version, state = [*line.split(" "), ""][:3]
        if state == "installed":
            yield f"{name} {version}"
