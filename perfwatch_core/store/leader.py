"""The collector's side of one collector for each machine: the lock it holds, and what it gives to its followers."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable
from pathlib import Path

import psycopg

from perfwatch_core.sample import Sample
from perfwatch_core.store.batch import clean_json, microseconds, moment
from perfwatch_core.store.link import Link
from perfwatch_core.store.machine import Machine

# Followers announce themselves more often than this (`follower.ANNOUNCE_SECONDS`).
FOLLOWED_SECONDS = 60.0
_BOOT = Path("/proc/sys/kernel/random/boot_id")


def watch_channel(machine_id: int) -> str:
    """Where followers say that they are there."""
    return f"perfwatch_watch_{machine_id}"


def live_channel(machine_id: int) -> str:
    """Where the collector says that there is a new sample."""
    return f"perfwatch_live_{machine_id}"


class Lock:
    """The right to collect for a machine: a session's advisory lock, which goes with the connection.

    `name` is to be the connection's application_name: it tells this process's own dead sessions, and those
    of an earlier boot of this machine, from living rivals. A server learns late that a machine lost power
    (tcp(7): after two hours), and until then it keeps the lock.
    """

    def __init__(self, machine: Machine) -> None:
        number = int(machine.key[:16], 16)
        self._key = number - (1 << 64) if number >= 1 << 63 else number
        self._boot = boot()
        self.name = f"perfwatch {self._boot} {secrets.token_hex(8)}"

    def take(self, link: Link) -> bool:
        """Try to get the lock, without waiting; taking it twice on one connection is fine."""
        if self._try(link):
            return True
        return self._end_ghosts(link) and self._try(link)

    def _try(self, link: Link) -> bool:
        row = link.execute(
            "SELECT EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid() AND granted"
            " AND objsubid = 1 AND classid = %(high)s::bigint::oid AND objid = %(low)s::bigint::oid)"
            " OR pg_try_advisory_lock(%(key)s)",
            self._parts,
        ).fetchone()
        return bool(row and row[0])

    @property
    def _parts(self) -> dict[str, int]:
        # how pg_locks shows the key of a bigint advisory lock (PostgreSQL manual, 53.13)
        return {"key": self._key, "high": (self._key >> 32) & 0xFFFFFFFF, "low": self._key & 0xFFFFFFFF}

    def _end_ghosts(self, link: Link) -> bool:
        """End sessions that hold the lock for a process that cannot live any more; True where there was one."""
        holders = link.execute(
            "SELECT pid, application_name FROM pg_locks JOIN pg_stat_activity USING (pid)"
            " WHERE locktype = 'advisory' AND granted AND objsubid = 1"
            " AND classid = %(high)s::bigint::oid AND objid = %(low)s::bigint::oid AND pid <> pg_backend_pid()",
            self._parts,
        ).fetchall()
        ended = False
        for pid, name in holders:
            program, _, rest = str(name).partition(" ")
            if program == "perfwatch" and (name == self.name or not rest.startswith(self._boot)):
                link.execute("SELECT pg_terminate_backend(%s, 1000)", (pid,))
                ended = True
        return ended


def boot() -> str:
    """Eight hex digits that name this boot of the machine (random(4), boot_id)."""
    try:
        return _BOOT.read_text()[:8]
    except OSError:
        return "unknown0"


class Sender:
    """Gives samples to followers, as long as any announced itself within the last minute."""

    def __init__(self, link: Link, machine_id: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._link = link
        self._machine_id = machine_id
        self._clock = clock
        self._followed_until = 0.0
        self._newest: Sample | None = None
        self._sent: Sample | None = None
        link.add_notify_handler(self._heard)
        link.execute(f"LISTEN {watch_channel(machine_id)}")

    @property
    def followed(self) -> bool:
        """Whether somebody follows."""
        return self._clock() < self._followed_until

    def take(self, sample: Sample) -> None:
        """Remember the newest sample."""
        self._newest = sample

    def tick(self) -> None:
        """Send the newest sample, if somebody follows and it was not sent yet."""
        sample = self._newest
        if sample is None or sample is self._sent or not self.followed:
            return
        self._sent = sample
        # one statement is one transaction; for an unlogged table its commit waits for no disk
        self._link.execute(
            'WITH put AS (INSERT INTO live_sample (machine_id, number, at, "interval", data)'
            " VALUES (%s, %s, %s, %s, %s) ON CONFLICT (machine_id) DO UPDATE SET number = excluded.number,"
            ' at = excluded.at, "interval" = excluded."interval", data = excluded.data RETURNING number)'
            " SELECT pg_notify(%s, number::text) FROM put",
            (
                self._machine_id,
                sample.number,
                moment(microseconds(sample.time)),
                sample.interval,
                packed(sample),
                live_channel(self._machine_id),
            ),
        )

    def _heard(self, note: psycopg.Notify) -> None:
        if note.channel == watch_channel(self._machine_id):
            self._followed_until = self._clock() + FOLLOWED_SECONDS


def packed(sample: Sample) -> str:
    """All of a sample but its time as JSON: the shapes of its types, and why the rest is missing."""
    faults = {type_: [fault.reason, fault.here, fault.remedy] for type_, fault in sample.faults.items()}
    missing = {str(series): reason for series, reason in sample.missing.items()}
    return clean_json({"data": sample.by_type(), "missing": missing, "faults": faults}).decode()
