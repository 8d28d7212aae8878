"""Keeps the database within its policy: what is older than `retention_days` goes, a little at a time.

Rolling up and packing (`archive_policy.downsample_after_days`) come on top of this.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any

from perfwatch_core.store.link import Link
from perfwatch_core.store.state import Role

log = logging.getLogger(__name__)

HOUR = 3600.0
# The first round waits until a start is over and done.
FIRST_SECONDS = 300.0
# One transaction's worth: some megabytes of WAL and no long lock.
CHUNK = 500
# Dead rows that are worth a vacuum: a tenth of the table, but not a handful.
DEAD_PART, DEAD_ROWS = 10, 2000

_OLD = """
DELETE FROM metrics_batch WHERE (source, first_number) IN (
    SELECT source, first_number FROM metrics_batch
    WHERE machine_id = %(machine)s AND started < now() - make_interval(days => %(days)s)
    AND ended < now() - make_interval(days => %(days)s)
    ORDER BY started LIMIT %(chunk)s)
"""


class Keeper:
    """Has the policy applied once an hour, by the process that collects."""

    def __init__(
        self,
        run: Callable[[Callable[[Link], int]], Future[int]],
        clock: Callable[[], float] = time.monotonic,
        every: float = HOUR,
    ) -> None:
        self._run = run
        self._clock = clock
        self._every = every
        self._next = clock() + FIRST_SECONDS
        self._running: Future[int] | None = None

    def tick(self, role: Role) -> None:
        """Begin a round when it is due; costs nothing otherwise."""
        if role is not Role.COLLECTING or self._clock() < self._next:
            return
        if self._running is None or self._running.done():
            self._next = self._clock() + self._every
            self._running = self._run(keep)
            self._running.add_done_callback(_report)


def keep(link: Link) -> int:
    """Apply the policy now; the number of batches that went."""
    policy = link.execute("SELECT retention_days FROM archive_policy WHERE archive_enabled").fetchone()
    if policy is None:
        return 0
    gone = 0
    # machines that are no more have nobody else to clean up after them
    for (machine,) in link.execute("SELECT id FROM machines").fetchall():
        task = {"machine": machine, "days": policy[0], "chunk": CHUNK}
        while count := link.execute(_OLD, task).rowcount:
            gone += count
    link.execute("UPDATE archive_policy SET last_archive_run = now()")
    dead = link.execute(
        "SELECT n_dead_tup > %s AND n_dead_tup * %s > n_live_tup FROM pg_stat_user_tables"
        " WHERE relid = 'metrics_batch'::regclass",
        (DEAD_ROWS, DEAD_PART),
    ).fetchone()
    if dead and dead[0]:
        link.execute("VACUUM metrics_batch")
    return gone


def _report(round_: Future[Any]) -> None:
    if round_.cancelled():
        return
    if error := round_.exception():
        log.warning("old samples could not be removed: %s", error)
    elif round_.result():
        log.info("%d batches were older than the policy keeps", round_.result())
