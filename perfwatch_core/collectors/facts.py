"""What a machine is, as psutil finds it: names and sizes that stay while it runs.

psutil costs 10 ms and 1 MB, so it is loaded when somebody asks. What is read at each tick is read from kept
files instead (`collectors/machine`), for a quarter of what psutil takes, and from captured machines as well.
"""

from __future__ import annotations

import platform
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

Number = TypeVar("Number", int, float)


@dataclass(frozen=True, slots=True)
class Facts:
    """Memory and swap in bytes, `booted` in UTC seconds; None is what the kernel does not tell, `cores` included."""

    hostname: str
    system: str
    kernel: str
    architecture: str
    processors: int
    cores: int | None
    memory_bytes: int | None
    swap_bytes: int | None
    booted: float | None

    @property
    def sentence(self) -> str:
        """All that a person compares when two machines measure differently."""
        cores = f" on {self.cores} core{'s' if self.cores > 1 else ''}" if self.cores else ""
        processors = f"{self.processors} processor{'s' if self.processors > 1 else ''}"
        size = "an unknown amount" if self.memory_bytes is None else f"{self.memory_bytes / 2**30:.1f} GiB"
        return f"{self.system}, Linux {self.kernel}, {self.architecture}, {processors}{cores}, {size} of memory"


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
        processors=_told(psutil.cpu_count) or 1,
        cores=_told(lambda: psutil.cpu_count(logical=False)),
        memory_bytes=_told(lambda: psutil.virtual_memory().total),
        swap_bytes=_told(lambda: psutil.swap_memory().total),
        booted=_told(psutil.boot_time),
    )


def _told(ask: Callable[[], Number | None]) -> Number | None:
    """What psutil finds, None where it does not understand the kernel's file, for which it has no error of its own."""
    try:
        return ask()
    # psutil lets out whatever its parsing raises, and a fact that is not known is no trouble
    except Exception:
        return None
