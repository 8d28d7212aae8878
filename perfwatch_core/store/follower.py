"""The follower's side: announces itself, receives what the collector sends, and makes samples of it again."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

import psycopg

from perfwatch_core.metric import Catalogue, Series, UnknownSeries, Value
from perfwatch_core.sample import Fault, Sample, values_of
from perfwatch_core.store.batch import microseconds
from perfwatch_core.store.leader import live_channel, watch_channel
from perfwatch_core.store.link import Link

# Often enough that one lost announcement does not end the stream (`leader.FOLLOWED_SECONDS`).
ANNOUNCE_SECONDS = 20.0


class Receiver:
    """Receives the collector's samples over one connection; `waiting`: there is one to be fetched."""

    def __init__(
        self, link: Link, machine_id: int, catalogue: Catalogue, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._link = link
        self._machine_id = machine_id
        self._catalogue = catalogue
        self._clock = clock
        self._announced: float | None = None
        self.waiting = False
        self._last: datetime | None = None
        link.add_notify_handler(self._heard)
        link.execute(f"LISTEN {live_channel(machine_id)}")

    def tick(self) -> Sample | None:
        """Announce ourselves when it is time; the newest sample where there is one that was not given yet."""
        now = self._clock()
        if self._announced is None or now - self._announced >= ANNOUNCE_SECONDS:
            # that it is there is all a follower has to say, and worth no disk flush
            self._link.execute(
                "SELECT set_config('synchronous_commit', 'off', true), pg_notify(%s, '')",
                (watch_channel(self._machine_id),),
            )
            self._announced = now
        if not self.waiting:
            return None
        self.waiting = False
        row = self._link.execute(
            'SELECT number, at, "interval", data FROM live_sample WHERE machine_id = %s', (self._machine_id,)
        ).fetchone()
        if row is None or row[1] == self._last:
            return None
        self._last = row[1]
        return received(self._catalogue, *row)

    def close(self) -> None:
        """Listen no longer; the connection stays."""
        self._link.remove_notify_handler(self._heard)
        self._link.execute(f"UNLISTEN {live_channel(self._machine_id)}")

    def _heard(self, note: psycopg.Notify) -> None:
        if note.channel == live_channel(self._machine_id):
            self.waiting = True


def received(
    catalogue: Catalogue, number: int, at: datetime, interval: float | None, packed: Mapping[str, Any]
) -> Sample:
    """The sample that the collector sent; what this program's catalogue does not know is left out."""
    values: dict[Series, Value] = {}
    for type_, shape in packed["data"].items():
        values.update(values_of(catalogue.of_type(type_), shape))
    missing: dict[Series, str] = {}
    for address, reason in packed["missing"].items():
        try:
            missing[catalogue.series(address)] = reason
        except UnknownSeries:
            continue
    faults = {type_: Fault(*fault) for type_, fault in packed["faults"].items()}
    return Sample(number, microseconds(at) / 1_000_000, interval, values, missing, faults)
