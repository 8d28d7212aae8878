"""Kill -9, in processes of their own: nothing that was sampled is lost, and another one takes over."""

from __future__ import annotations

import os
import shutil
import signal
from pathlib import Path

from perfwatch_core.store.cluster_place import Place, process_in
from perfwatch_core.store.fresh import left_over
from perfwatch_core.store.machine import this_machine
from tests.core.store.waiting import until
from tests.whole.kept import database, lost, samples
from tests.whole.program import Running, gone

GONE_SECONDS = 15.0


def serving(said: Path, data: Path) -> Running:
    """`perfwatch --serve` with short intervals."""
    return Running(said, "--serve", "--interval", "0.5", "--port", "0", "--data-dir", str(data))


def fresh_bytes() -> int:
    """The size of the files in which samples wait for a commit."""
    return sum(path.stat().st_size for path in Path(os.environ["XDG_RUNTIME_DIR"]).rglob("*.fresh"))


def found_open(copy: Path) -> list[int]:
    """The moments (UTC µs) of the samples that wait for a commit."""
    shutil.copytree(Path(os.environ["XDG_RUNTIME_DIR"]) / "perfwatch", copy)
    cuts = left_over([copy], this_machine().key)
    found = [batch.started for cut in cuts for batch in cut.batches]
    ends = [batch.ended for cut in cuts for batch in cut.batches]
    for cut in cuts:
        cut.arrived()
    return [*found, *ends]


def test_nothing_is_lost_when_it_is_killed(tmp_path: Path, data: Path) -> None:
    """Its open samples come with the next one, which starts the database anew."""
    with serving(tmp_path / "first", data) as first:
        assert first.says("collecting"), first.said
        begun = fresh_bytes()
        until(lambda: fresh_bytes() > begun > 0, 60)
        first.stop(signal.SIGKILL)
    waiting = found_open(tmp_path / "copy")
    assert waiting
    # nobody is left to use the server: the watchdog ends it
    assert gone(data, GONE_SECONDS)
    with serving(tmp_path / "second", data) as second:
        assert second.says("collecting"), second.said
        second.stop()
    with database(data) as params:
        kept = samples(params)
    assert set(waiting) <= {one.at for one in kept}
    assert lost(kept) == []
    assert len({one.source for one in kept}) == 2
    assert gone(data, GONE_SECONDS)


def test_two_at_once_on_a_new_machine_and_the_collector_is_killed(tmp_path: Path, fresh: Path) -> None:
    """Both make the cluster and the tables without harm; the follower takes over, and nothing is there twice."""
    with serving(tmp_path / "one", fresh) as one, serving(tmp_path / "other", fresh) as other:
        both = (one, other)
        until(lambda: any("collecting" in each.said for each in both), 90)
        until(lambda: any("following" in each.said for each in both), 90)
        first, second = both if "collecting" in one.said else (other, one)
        assert "collecting" not in second.said
        first.stop(signal.SIGKILL)
        assert second.says("collecting"), second.said
        second.stop()
        assert second.said.endswith("stopped\n")
    with database(fresh) as params:
        kept = samples(params)
    assert lost(kept) == []
    assert len({each.at for each in kept}) == len(kept)
    # never both at a time: one's samples end before the other's begin
    assert [each.source for each in kept] == sorted((each.source for each in kept), key=[k.source for k in kept].index)
    assert gone(fresh, GONE_SECONDS)


def test_a_killed_database_comes_back_and_nothing_is_lost(tmp_path: Path, data: Path) -> None:
    """PostgreSQL is killed with -9 under a running PerfWatch, which starts it again."""
    with serving(tmp_path / "said", data) as program:
        assert program.says("collecting"), program.said
        place = Place(data / "postgresql")
        server = process_in(place.server, place.data)
        assert server
        os.kill(server, signal.SIGKILL)
        until(lambda: process_in(place.server, place.data) not in (None, server), 60)
        begun = fresh_bytes()
        until(lambda: fresh_bytes() != begun, 60)
        assert program.stop() == 0, program.said
    # if it had no time to connect again, its journal has the samples
    with serving(tmp_path / "again", data) as again:
        assert again.says("collecting"), again.said
        again.stop()
    with database(data) as params:
        kept = samples(params)
    assert len(kept) > 2
    assert lost(kept) == []
    assert gone(data, GONE_SECONDS)
