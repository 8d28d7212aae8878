"""The program's threads have the priority that its user may have, and what it starts has the usual one."""

from __future__ import annotations

import os
import signal
from collections.abc import Sequence
from pathlib import Path

import psutil
import pytest

from perfwatch_core import session
from perfwatch_core.priority import standing
from perfwatch_core.store.cluster_place import Place, process_in
from tests.core.store.waiting import until
from tests.whole.program import Running, gone

ORDINARY, ROUND_ROBIN = 0, 2


def threads(pid: int, which: int | str = "*") -> list[tuple[int, int]]:
    """Nice value and policy of each thread, or of one (proc_pid_stat(5), fields 19 and 41; sched(7))."""
    stats = [path.read_text().rpartition(") ")[2].split() for path in Path(f"/proc/{pid}/task").glob(f"{which}/stat")]
    return [(int(fields[16]), int(fields[38])) for fields in stats]


@pytest.mark.parametrize(
    ("words", "runs"), [(("--serve", "--port", "0"), "collecting"), ((), "the window is open")], ids=["serve", "window"]
)
def test_it_has_a_session_of_its_own(tmp_path: Path, words: Sequence[str], runs: str) -> None:
    """And what was started hears Ctrl+C for it, and ends with its status."""
    more = {"QT_QPA_PLATFORM": "offscreen", "PERFWATCH_LOG_LEVEL": "info"}
    data = tmp_path / "data"
    running = Running(tmp_path / "said", *words, "--data-dir", str(data), environ=more, new_session=False)
    with running:
        assert running.says(runs), running.said
        outside = running.process.pid
        family = [outside, *(child.pid for child in psutil.Process(outside).children())]
        assert len(family) == (2 if session.counts() else 1)
        assert (os.getsid(family[-1]) == family[-1]) is session.counts()
        assert running.stop(signal.SIGINT) == 0
    assert gone(data, 20)


def test_threads_are_raised_and_the_server_is_not(tmp_path: Path) -> None:
    """As far as whoever runs this may raise them: as root all, as an ordinary user none."""
    had, usual = standing(), os.getpriority(os.PRIO_PROCESS, 0)
    data = tmp_path / "data"
    words = ("--serve", "--port", "0", "--interval", "0.5", "--data-dir", str(data))
    with Running(tmp_path / "said", *words) as running:
        assert running.says("collecting"), running.said
        place = Place(data / "postgresql")
        until(lambda: process_in(place.server, place.data) is not None)
        server = process_in(place.server, place.data)
        assert server is not None
        assert threads(server) == [(usual, ORDINARY)]
        mine = threads(running.process.pid)
        assert [policy for _, policy in mine].count(ROUND_ROBIN) == (1 if had.real_time else 0)
        # those that the sampler starts are not raised: a mount that hangs, perf that is asked what it can do
        assert {nice for nice, policy in mine if policy == ORDINARY} <= {had.nice, usual}
        assert threads(running.process.pid, running.process.pid) == [(had.nice, ORDINARY)]
        running.stop()
    assert gone(data, 20)
