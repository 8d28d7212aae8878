"""Reading an hour and a day back by command, a process each: sysstat's `sar -f` beside `perfwatch export`."""

from __future__ import annotations

import os
import shutil
import struct
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

from tests.bench.database import database
from tests.bench.figure import Column, Figure
from tests.bench.peers import sadc
from tests.simulated_store import Store

SUBJECT = "Reading one series back by a command, a sample each 5 s"
_START = datetime(2026, 2, 1, tzinfo=UTC)
_STEP = 5
_SPANS = ((Column.HOUR, timedelta(hours=1)), (Column.DAY, timedelta(days=1)))
_ROUNDS = 5
_RECORDED = 4
# The head of a record, as sysstat 12 writes it: hundredths of uptime, seconds since 1970, then the clock (sa.h).
_TIMES = struct.Struct("<QQ")
_CLOCK_AT = 21


def figures() -> Iterator[Figure]:
    """Ours, then sar's where it is installed."""
    with database() as (data_dir, link, machine_id):
        Store(link, machine_id).fill(_START, 1)
        for column, span in _SPANS:
            words = ("--from", _START.isoformat(), "--to", (_START + span).isoformat(), "--series", "cpu.usage_percent")
            command = [sys.executable, "-m", "perfwatch_core", "export", "--data-dir", str(data_dir), *words]
            yield from _told("PerfWatch, its command export", command, column, span)
    if shutil.which("sar"):
        with tempfile.TemporaryDirectory(prefix="perfwatch-bench-") as place:
            for column, span in _SPANS:
                file = recorded(Path(place), span)
                yield from _told("sadc", ["sar", "-u", "-f", str(file)], column, span)


def _told(program: str, command: Sequence[str], column: Column, span: timedelta) -> Iterator[Figure]:
    """The best of some rounds: others use this machine, too."""
    taken, lines = [], 0
    for _ in range(_ROUNDS):
        began = time.monotonic()
        answer = subprocess.run(command, env={**os.environ, "LC_ALL": "C"}, check=True, capture_output=True, text=True)
        taken.append((time.monotonic() - began) * 1000)
        lines = answer.stdout.count("\n")
    note = f"{lines:,} lines; best of {_ROUNDS}, its start included"
    what = f"{program}: {span / timedelta(hours=1):.0f} h"
    yield Figure(SUBJECT, what, min(taken), "ms", note=note, program=program, column=column)


def recorded(place: Path, span: timedelta) -> Path:
    """A file of sadc's for a whole span: what it records in some seconds, with the times of a sample each 5 s."""
    short, long = place / "sadc.bin", place / f"{span.total_seconds():.0f}.bin"
    if not short.exists():
        *words, name = sadc(place, 1).command
        subprocess.run([*words, str(_RECORDED), name], check=True)
    data = short.read_bytes()
    heads = _heads(data, int(short.stat().st_mtime))
    size = heads[1] - heads[0]
    uptime, now = _TIMES.unpack_from(data, heads[0])
    with long.open("wb") as file:
        file.write(data[: heads[0]])
        for number in range(span // timedelta(seconds=_STEP)):
            head = heads[number % (len(heads) - 1)]
            record = bytearray(data[head : head + size])
            seconds = now + _STEP * number
            _TIMES.pack_into(record, 0, uptime + 100 * _STEP * number, seconds)
            clock = time.gmtime(seconds)
            record[_CLOCK_AT : _CLOCK_AT + 3] = bytes((clock.tm_hour, clock.tm_min, clock.tm_sec))
            file.write(record)
    return long


def _heads(data: bytes, last: int) -> list[int]:
    """Where the records begin, found by the times that they hold; they are all of a size."""
    found = [
        place - 8
        for place in range(8, len(data) - 8, 4)
        if last - 30 <= struct.unpack_from("<Q", data, place)[0] <= last and data[place + 12] == 1
    ]
    assert len(found) > 2, "sadc's file is of a kind that this does not know"
    assert len({after - one for one, after in pairwise(found)}) == 1
    return found
