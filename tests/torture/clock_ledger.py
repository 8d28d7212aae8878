"""What the database holds after clocks were set, against what a browser was sent; gaps, packing, an export of it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

from perfwatch_core.collectors import CATALOGUE
from perfwatch_core.settings import Settings
from perfwatch_core.store.batch import microseconds, moment
from perfwatch_core.store.columns import times
from perfwatch_core.store.command import with_link
from perfwatch_core.store.link import Link
from perfwatch_core.store.packer import pack
from perfwatch_core.store.past import Stored, raw
from perfwatch_core.store.query import points
from tests.torture.watching import FEW, Seen
from tests.whole.program import run

_EVER = datetime(2000, 1, 1, tzinfo=UTC), datetime(2099, 1, 1, tzinfo=UTC)
_AROUND = timedelta(seconds=5)
_BUSY = CATALOGUE.series("cpu.usage_percent")
# By what share of what was counted, and by how many seconds, two may differ that look one after the other.
_SHARE, _SECONDS = 0.1, 1.0


class Held(NamedTuple):
    """A stored sample: time (UTC µs), interval (s), switches of tasks a second."""

    time: int
    interval: float | None
    rate: float | None


class Told(NamedTuple):
    """What a database says: its samples, how many the journals numbered, which steps a chart shows as gaps.

    `taken` are times (UTC µs) by those numbers, as far as their hours were not packed yet; `packed` those of all
    samples after that, as they are read back.
    """

    held: list[Held]
    numbered: int
    taken: list[int]
    gaps: list[bool]
    packed: list[int]


class Ledger:
    """The database of a PerfWatch that has ended: the private one in `data`, or the one at `url`."""

    def __init__(self, data: Path, url: str = "") -> None:
        self._data, self._url = data, url
        self._settings = Settings(data_dir=data, database_url=url)

    def told(self, steps: Sequence[tuple[int, int]]) -> Told:
        """Look at all of it, then pack every hour there is.

        `steps` are pairs of times (UTC µs) with nothing between them.
        """
        return with_link(self._settings, lambda link: _told(link, steps))

    def exported(self, start: str, end: str, environ: Mapping[str, str]) -> list[str]:
        """The times that `perfwatch export` writes for a span."""
        database = {"DATABASE_URL": self._url} if self._url else {}
        words = ["--from", start, "--to", end, "--type", "cpu", "--format", "jsonl", "--data-dir", str(self._data)]
        done = run("export", *words, environ={**database, **environ})
        assert done.returncode == 0, done.stderr
        return [json.loads(line)["timestamp"] for line in done.stdout.splitlines()]


def compared(seen: Sequence[Seen], told: Told) -> Iterator[str]:
    """What of the samples that a browser saw is missing, doubled or in another order; what of their rates is wrong."""
    if len(told.held) != told.numbered:
        yield f"{len(told.held)} samples are stored of {told.numbered} that were taken"
    wanted, held = [one.time for one in seen], {one.time: one for one in told.held}
    if missing := set(wanted) - set(held):
        yield f"{len(missing)} of {len(wanted)} that a browser saw are not stored"
        return
    if [one for one in told.taken if one in set(wanted)] != [one for one in wanted if one in set(told.taken)]:
        yield "they are not numbered as they came"
    mine = [held[one] for one in wanted[1:]]
    took, true = sum(one.interval or 0 for one in mine), seen[-1].at - seen[0].at
    if abs(took - true) > _SECONDS:
        yield f"intervals of {took:.2f} s were stored for {true:.2f} s"
    said = sum((one.rate or 0) * (one.interval or 0) for one in mine)
    counted = seen[-1].switched - seen[0].switched
    # at both ends a look may come late, and a program that starts just then makes some thousands
    if abs(said - counted) > FEW + counted * _SHARE:
        yield f"rates tell of {said:,.0f} switches, the kernel of {counted:,}"


def _told(link: Link, steps: Sequence[tuple[int, int]]) -> Told:
    machine = int(link.execute("SELECT id FROM machines").fetchall()[0][0])
    held = [_sample(one) for one in raw(link, machine, ["cpu"], *_EVER)]
    numbered = link.execute(
        "SELECT sum(last) FROM (SELECT source, max(last) AS last FROM (SELECT source, first_number + sample_count - 1"
        " FROM metrics_batch UNION ALL SELECT run.source, run.last FROM history CROSS JOIN LATERAL"
        " unnest(sources, lasts) AS run (source, last)) AS every (source, last) GROUP BY source) AS each"
    ).fetchall()[0][0]
    rows = link.execute("SELECT started, samples::text FROM metrics_batch ORDER BY source, first_number").fetchall()
    taken = [at for started, body in rows for at in times(started, body)[0]]
    gaps = [_broken(link, machine, *one) for one in steps]
    pack(link, machine, _EVER[1])
    return Told(held, int(numbered), taken, gaps, [_sample(one).time for one in raw(link, machine, ["cpu"], *_EVER)])


def _sample(one: Stored) -> Held:
    rate = one.by_type["cpu"].get("context_switches_per_sec")
    return Held(microseconds(one.moment), one.interval, rate)


def _broken(link: Link, machine: int, before: int, after: int) -> bool:
    found = points(link, machine, _BUSY, moment(before) - _AROUND, moment(after) + _AROUND)
    seconds = after / 1_000_000
    return any(found.time[place] <= seconds < found.time[place] + found.width for place in found.breaks())
