"""Days of samples in accelerated time through store, window and server of one process; tells what it holds."""

from __future__ import annotations

import gc
import json
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from PySide6.QtWidgets import QApplication

from perfwatch_core.collectors import CATALOGUE
from perfwatch_core.engine import Engine
from perfwatch_core.sample import Sample
from perfwatch_core.settings import Settings
from perfwatch_core.store.link import Link
from perfwatch_core.store.past import size_bytes
from perfwatch_core.store.service import StoreService
from perfwatch_core.store.state import Role
from perfwatch_gui.app import Look, make_window
from perfwatch_gui.preferences import Preferences
from perfwatch_gui.theme import Theme
from perfwatch_net.background import Background
from tests.gui.machine import ComposedMachine
from tests.gui.soak import rss
from tests.torture.readers import Readers

INTERVAL = 5.0
HOUR = 720
_FRAME_EVERY = 12
# So many samples may be on their way; a server drops what comes faster than its loop takes four.
_ON_THE_WAY = 3
# With more samples than these not in the database yet, each next one waits for some seconds (real time).
_BEHIND, _PAUSE = 60, 0.1
_PASSWORD = "a long password"
_POLICY = "UPDATE archive_policy SET retention_days = %s"


class Month(Engine):
    """An engine whose time is given in, and whose samples come from outside; all the rest is as always."""

    def __init__(self, settings: Settings, start: float) -> None:
        super().__init__(settings, lambda *_: ())
        self.now = start
        offset = start - time.monotonic()
        self.store = StoreService(
            settings,
            self.catalogue,
            lambda: INTERVAL,
            self._take_role,
            lambda _: None,
            self.bus.publish,
            lambda: self.now - offset,
            lambda: self.now,
        )

    def start(self) -> None:
        """Begin to store; nothing is sampled here."""
        self.bus.join(self._latest)
        self.bus.join(self.store.inbox)
        self.store.start()

    def take(self, sample: Sample) -> None:
        """Pass a sample on, and wait until the store has nearly kept up and what became due is done."""
        self.now = sample.time
        self.bus.publish(sample)
        while len(self.store.inbox) > _ON_THE_WAY or self.store.tidying:
            time.sleep(0.0002)
        if self.store.queued() > _BEHIND:
            # else hours of this time would go by in a commit that waits for a busy disk, and pile up
            time.sleep(_PAUSE)


def samples(count: int, start: float) -> Iterator[Sample]:
    """The same hour again and again."""
    hour = ComposedMachine(CATALOGUE, INTERVAL).samples(HOUR)
    for number in range(count):
        yield replace(hour[number % HOUR], number=number + 1, time=start + number * INTERVAL)


def held(engine: Month) -> dict[str, int]:
    """What could grow: bytes of memory, descriptors, threads, bytes and batches in the database."""
    gc.collect()
    return {
        "rss": rss(),
        "descriptors": len(list(Path("/proc/self/fd").iterdir())),
        "threads": threading.active_count(),
        "database": engine.store.run(size_bytes).result(60),
        "batches": engine.store.run(_batches).result(60),
        "days": engine.store.run(_days).result(60),
    }


def _vacuum(link: Link) -> None:
    """What autovacuum does each minute of real time, in which most of a day passes here."""
    link.execute("VACUUM metrics_batch, history_recent, history_week")


def _batches(link: Link) -> int:
    return int(link.execute("SELECT count(*) FROM metrics_batch").fetchall()[0][0])


def _days(link: Link) -> int:
    found = link.execute("SELECT count(*) FROM pg_inherits WHERE inhparent = 'history'::regclass").fetchall()
    return int(found[0][0])


def _collecting(data: Path, start: float, keep: int) -> Month:
    """An engine that has its database and keeps so many days in it."""
    engine = Month(Settings(data_dir=data, port=0, admin_password=_PASSWORD), start)
    engine.start()
    while engine.state().role is not Role.COLLECTING:
        time.sleep(0.05)
    engine.store.run(lambda link: link.execute(_POLICY, (keep,))).result(60)
    return engine


def main(data: Path, hours: int, keep: int, every: int) -> dict[str, object]:
    """So many hours, of which so many days are kept, looked at every so many hours."""
    start = (time.time() // 86400 - hours / 24) * 86400.0
    engine = _collecting(data, start, keep)
    application = QApplication(["perfwatch", "-platform", "offscreen", "-style", "fusion"])
    server = Background(engine, lambda _: None)
    readers = Readers(server.start().result(30).rstrip("/"))
    theme = Theme("dark")
    looks: list[dict[str, int]] = []
    with tempfile.TemporaryDirectory() as directory:
        look = Look(application, theme)
        window = make_window(engine, Preferences(Path(directory) / "window.ini"), theme, lambda: engine.now)
        window.resize(1000, 700)
        window.open()
        window.show()
        began = time.monotonic()
        for sample in samples(hours * HOUR, start):
            engine.take(sample)
            readers.wait_for(sample.number - _ON_THE_WAY)
            if sample.number % _FRAME_EVERY == 0:
                application.processEvents()
            if sample.number % HOUR == 0:
                engine.store.run(_vacuum).result(60)
            if sample.number % (every * HOUR) == 0:
                looks.append(held(engine))
        readers.wait_for(sample.number)
        took = time.monotonic() - began
        window.close()
        look.deleteLater()
    ended = server.stop(10)
    readers.join(10)
    problems = engine.stop()
    return {
        "looks": looks,
        "took": took,
        "read": readers.read,
        "problems": [*problems, *([] if ended else ["the server hangs"])],
    }


if __name__ == "__main__":
    print(json.dumps(main(Path(sys.argv[1]), *map(int, sys.argv[2:]))))
