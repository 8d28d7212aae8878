"""A `perfwatch --serve` to torment: where its processes are, what it last sampled, and what its database holds."""

from __future__ import annotations

import json
import re
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from perfwatch_core.settings import Settings
from perfwatch_core.store.cluster_place import Place, process_in
from perfwatch_core.store.command import with_link
from perfwatch_core.store.link import Link
from tests.bench.processes import family
from tests.whole.program import Running, gone

INTERVAL = 0.5
_PATIENCE = 60.0


class Serving(Running):
    """The program, headless on a port of its own, with its data in one directory."""

    def __init__(self, place: Path, data: Path, *words: str, environ: Mapping[str, str] | None = None) -> None:
        self.data = data
        told = ("--serve", "--interval", str(INTERVAL), "--port", "0", "--data-dir", str(data), *words)
        super().__init__(place / "said", *told, environ=environ)

    def begin(self) -> None:
        """Wait until it collects and listens; AssertionError with what it said where it never does."""
        assert self.says("the page is at", _PATIENCE), self.said
        assert self.says("collecting", _PATIENCE), self.said
        assert self.comes_to(lambda: self.ask("/api/db-status").get("ok") is True), self.said

    def ask(self, path: str) -> dict[str, Any]:
        """What it answers at a path as JSON; nothing while it does not answer."""
        found = re.search(r"the page is at (\S+?)/?\s", self.said)
        if found is None:
            return {}
        try:
            with urllib.request.urlopen(found[1] + path, timeout=5) as answer:
                return dict(json.load(answer))
        except (OSError, urllib.error.URLError, ValueError):
            return {}

    def last_sample(self) -> float:
        """UTC seconds of its newest sample or a little before, to the tenth that it tells; 0 without one."""
        # on a busy machine the answer may take long, and the age in it is that of some moment meanwhile
        asked = time.time()
        age = self.ask("/health").get("last_sample_seconds")
        return 0.0 if age is None else asked - float(age)

    def comes_to(self, holds: Callable[[], bool], seconds: float = _PATIENCE) -> bool:
        """Whether something comes to hold before the time is up or the program ends."""
        deadline = time.monotonic() + seconds
        while self.process.poll() is None and time.monotonic() < deadline:
            if holds():
                return True
            time.sleep(0.05)
        return False

    def pids_of(self, program: str) -> list[int]:
        """Its processes of a name, children and the database's included; oldest first."""
        members = family(self.process.pid, self.data)
        server = Place(self.data / "postgresql")
        if pid := process_in(server.server, server.data):
            # a container hides in which directory the processes of another user work
            members |= family(pid)
        return sorted(pid for pid in members if _name(pid) == program)

    def left_alone(self, seconds: float = 20.0) -> bool:
        """Whether nothing of it runs any more, soon after it ended."""
        return gone(self.data, seconds)


def _name(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/comm").read_text().strip()
    except OSError:
        return ""


def batches(data: Path, url: str = "") -> dict[tuple[int, int], tuple[int, float, float]]:
    """What a database holds unpacked: (source, first number) to (count, began, ended), times in UTC seconds.

    It is the private one in `data`, or the one at `url`.
    """
    rows = with_link(Settings(data_dir=data, database_url=url), _batches)
    return {(row[0], row[1]): (row[2], row[3].timestamp(), row[4].timestamp()) for row in rows}


def _batches(link: Link) -> list[Any]:
    return link.execute("SELECT source, first_number, sample_count, started, ended FROM metrics_batch").fetchall()
