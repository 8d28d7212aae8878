"""A packer that is killed at any moment loses nothing and doubles nothing."""

from __future__ import annotations

import json
import random
import select
import signal
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

from perfwatch_core.store.batch import moment
from perfwatch_core.store.link import Link
from perfwatch_core.store.packer import due, pack
from perfwatch_core.store.past import raw
from perfwatch_core.store.query import points
from tests.core.history.test_packing import stored
from tests.core.store.samples import BEGIN, USAGE

ROOT = Path(__file__).parents[3]
KILLS = 15
HOURS = 60
STEP = 20.0


def test_killing_the_packer_loses_and_doubles_nothing(link: Link, machine_id: int, ready: dict[str, str]) -> None:
    """SIGKILL after a random time, again and again; a survivor packs the rest."""
    count = round(HOURS * 3600 / STEP)
    stored(link, machine_id, 1, count, STEP)
    start, end = moment(round(BEGIN * 1e6)), moment(round((BEGIN + (count + 1) * STEP) * 1e6))
    now = end + timedelta(days=3)
    expected = list(raw(link, machine_id, None, start, end))
    assert len(expected) == count
    chance = random.Random(4)
    command = [sys.executable, "-m", "tests.core.history.packs_for_ever", json.dumps(ready), str(machine_id)]
    left, died = [len(due(link, machine_id, now))], 0
    for _ in range(KILLS):
        with subprocess.Popen([*command, now.isoformat()], cwd=ROOT, stdout=subprocess.PIPE) as packer:
            assert packer.stdout is not None
            assert packer.stdout.readline() == b"ready\n"
            # its only other word is that it is done; until then it waits for the moment of its death
            ended = select.select([packer.stdout], [], [], chance.uniform(0.0, 0.15))[0]
            packer.send_signal(signal.SIGKILL)
        died += not ended
        left.append(len(due(link, machine_id, now)))
        assert list(raw(link, machine_id, None, start, end)) == expected
    assert died > KILLS // 3
    assert left[-1] < left[0]
    pack(link, machine_id, now)
    assert not due(link, machine_id, now)
    assert list(raw(link, machine_id, None, start, end)) == expected
    assert sum(points(link, machine_id, USAGE.of(), start, end).count) == count
    assert sum(points(link, machine_id, USAGE.of(), start, start + timedelta(days=90)).count) == count
