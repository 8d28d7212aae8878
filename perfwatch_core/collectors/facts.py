"""What a machine is, as psutil finds it: names and sizes that stay while it runs.

psutil costs 10 ms and 1 MB, so it is loaded when somebody asks. What is read at each tick is read from kept
files instead (`collectors/machine`), for a quarter of what psutil takes, and from captured machines as well.
"""

from __future__ import annotations

import platform
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Facts:
    """`cores` None where the kernel does not tell them from `processors`; memory and swap in bytes; `booted` UTC s."""

    hostname: str
    system: str
    kernel: str
    architecture: str
    processors: int
    cores: int | None
    memory_bytes: int
    swap_bytes: int
    booted: float

    @property
    def sentence(self) -> str:
        """All that a person compares when two machines measure differently."""
        cores = f" on {self.cores} core{'s' if self.cores > 1 else ''}" if self.cores else ""
        processors = f"{self.processors} processor{'s' if self.processors > 1 else ''}"
        memory = f"{self.memory_bytes / 2**30:.1f} GiB of memory"
        return f"{self.system}, Linux {self.kernel}, {self.architecture}, {processors}{cores}, {memory}"


def facts() -> Facts:
    """The facts of this machine."""
    import psutil

    try:
        system = platform.freedesktop_os_release()["PRETTY_NAME"]
    except OSError:
        # os-release(5) is missing, as in a container made from nothing
        system = platform.system()
    return Facts(
        hostname=platform.node(),
        system=system,
        kernel=platform.release(),
        architecture=platform.machine(),
        processors=psutil.cpu_count() or 1,
        cores=psutil.cpu_count(logical=False),
        memory_bytes=psutil.virtual_memory().total,
        swap_bytes=psutil.swap_memory().total,
        booted=psutil.boot_time(),
    )
