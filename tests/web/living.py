"""A logged-in tab that shows a published sample, for tests of the live pages."""

from __future__ import annotations

import time
from collections.abc import Mapping

from perfwatch_core.metric import Value
from tests.net.rig import PASSWORD, Rig
from tests.web.conftest import Open
from tests.web.tab import Tab

NUMBERS: Mapping[str, Value] = {
    "cpu.usage_percent": 42.5,
    "cpu.user": 30,
    "cpu.per_core[0]": 80,
    "cpu.per_core[1]": 5,
    "memory.usage_percent": 61.2,
    "memory.used_bytes": 10 * 2**30,
    "memory.total_bytes": 16 * 2**30,
    "network.bytes_recv_per_sec": 4_520_000,
    "network.bytes_sent_per_sec": 1000,
}


def publish(rig: Rig, more: Mapping[str, Value] | None = None, ago: float = 0.0) -> None:
    """Let a sample be taken, so many seconds ago."""
    rig.publish({**NUMBERS, **(more or {})}, time.time() - ago)


def entered(open_tab: Open, rig: Rig, address: str = "") -> Tab:
    """A tab that is logged in and shows numbers."""
    publish(rig)
    tab = open_tab(rig.url, address)
    tab.log_in(PASSWORD)
    tab.has_dashboard()
    return tab
