"""A thousand viewers of one server: how late samples reach them, and what that costs; then fifty who do not read."""

from __future__ import annotations

import base64
import contextlib
import json
import os
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.bench.figure import Column, Figure
from tests.bench.periods import period
from tests.bench.processes import cost
from tests.bench.watchers import Delivery

VIEWERS = int(period(1000, 60))
STALLED = 50
SECONDS = period(20.0, 5.0)
_SUBJECT = f"{VIEWERS} viewers at one sample a second, in a process of their own, with compression"
_PASSWORD = "a password for benchmarks"


@dataclass(frozen=True, slots=True)
class Phase:
    """What one phase cost the server's process, milliseconds of CPU for a sample and bytes, and how viewers fared."""

    cpu_ms: float
    pss: int
    delivery: Delivery


def figures() -> Iterator[Figure]:
    """With one viewer, with all of them, and with some that do not read."""
    with tempfile.TemporaryDirectory(prefix="perfwatch-bench-") as directory, serving(Path(directory)) as (pid, url):
        token = logged_in(url)
        port = int(url.rstrip("/").rpartition(":")[2])
        alone, many, stalled = (
            measured(pid, port, token, *wish) for wish in ((1, 0), (VIEWERS, 0), (VIEWERS, STALLED))
        )
    read = float(many.delivery.viewers - many.delivery.closed)
    what = "readers that got every sample to the end"
    yield Figure(_SUBJECT, what, read, "", VIEWERS, at_least=True, program="PerfWatch", column=Column.VIEWERS)
    yield from _told("", alone, many)
    yield from _told(f", {STALLED} stalled", alone, stalled)


def _told(what: str, alone: Phase, many: Phase) -> Iterator[Figure]:
    found = many.delivery
    note = f"{found.samples} samples to {found.viewers} readers, {found.bytes_per_sample:.0f} bytes each"
    extra, each = many.cpu_ms - alone.cpu_ms, (many.pss - alone.pss) / (VIEWERS - 1) / 1000
    yield Figure(_SUBJECT, f"delivery after the sample, p99{what}", found.p99 * 1000, "ms", 150.0, note=note)
    yield Figure(_SUBJECT, f"delivery after the sample, median{what}", found.median * 1000, "ms")
    yield Figure(
        _SUBJECT, f"CPU of the server for a sample{what}", extra, "ms", 20.0, note="beyond that for one viewer"
    )
    yield Figure(_SUBJECT, f"memory of the server for a viewer{what}", each, "kB", 60.0, note="PSS")
    yield Figure(_SUBJECT, f"sampling late, at most{what}", found.late_ms, "ms", 20.0)
    yield Figure(_SUBJECT, f"samples that a reader missed{what}", found.missed, "", 0.0)
    yield Figure(_SUBJECT, f"readers cut off{what}", found.closed, "", 0.0)


@contextlib.contextmanager
def serving(data: Path) -> Iterator[tuple[int, str]]:
    """`perfwatch --serve` with a private database; its process and the page's address."""
    words = ("--serve", "--interval", "1", "--port", "0", "--data-dir", str(data))
    environ = {**os.environ, "ADMIN_PASSWORD": _PASSWORD}
    process = subprocess.Popen(
        (sys.executable, "-m", "perfwatch_gui", *words),
        cwd=data,
        env=environ,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    try:
        assert process.stdout is not None
        said = next(line for line in process.stdout if "the page is at" in line)
        yield process.pid, said.split()[-1]
    finally:
        process.terminate()
        process.wait(15)


def logged_in(url: str) -> str:
    """A token, as soon as the database is there."""
    basic = base64.b64encode(f"admin:{_PASSWORD}".encode()).decode()
    request = urllib.request.Request(f"{url}api/auth/login", method="POST", headers={"Authorization": f"Basic {basic}"})
    while True:
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                return str(json.load(answer)["access_token"])
        except urllib.error.HTTPError as error:
            if error.code != 503:
                raise
            time.sleep(0.5)


def measured(pid: int, port: int, token: str, viewers: int, stalled: int) -> Phase:
    """Let so many watch, some without reading."""
    words = (str(port), token, str(viewers), str(stalled), str(SECONDS))
    with subprocess.Popen(
        (sys.executable, "-m", "tests.bench.watchers", *words), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as watchers:
        assert watchers.stdout is not None
        assert watchers.stdin is not None
        assert watchers.stdout.readline() == "watching\n"
        before = cost({pid}, with_memory=False)
        delivery = Delivery(**json.loads(watchers.stdout.readline()))
        after = cost({pid})
        watchers.stdin.close()
        watchers.wait(30)
    return Phase((after.cpu - before.cpu) / SECONDS * 1000, after.pss, delivery)
