"""No sample is lost or doubled between the tick that took it and the table, whatever ends when."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from perfwatch_core.sample import Sample
from perfwatch_core.store.batch import Batch
from perfwatch_core.store.link import Halt, Link
from perfwatch_core.store.writer import COMMIT_SAMPLES, COMMIT_SECONDS, Journal, Writer, insert
from tests.core.store.residents import Clock
from tests.core.store.samples import BEGIN, USAGE, numbered, sample
from tests.core.store.test_spool import ROOT, full_disk


@pytest.fixture
def link(ready: dict[str, str]) -> Iterator[Link]:
    """A connection to a database with all tables."""
    with Link.open(ready, Halt()) as connection:
        yield connection


def stored(link: Link) -> list[float]:
    """The core 1 value, which is the sample's number, of all samples in the database, by time."""
    rows = link.execute(
        "SELECT metric_data -> 'per_core' ->> 1 FROM metrics_snapshot WHERE metric_type = 'cpu' ORDER BY timestamp"
    ).fetchall()
    return [float(row[0]) for row in rows]


def test_a_commit_every_25_seconds(link: Link, tmp_path: Path) -> None:
    """Not one for each sample; and no sample waits longer."""
    clock = Clock()
    writer = Writer(Journal(tmp_path, "m"), clock)
    commits = 0
    for one in numbered(60):
        writer.add(one)
        writer.tick()
        commits += writer.commit(link, 1)
        clock.now += 5
        assert writer.due is None or writer.due <= clock.now + COMMIT_SECONDS
    assert commits == 10
    writer.close()


def test_at_a_short_interval_a_batch_is_cut_at_its_size(link: Link, tmp_path: Path) -> None:
    """Half a second between samples or a burst: a batch does not grow without limit."""
    writer = Writer(Journal(tmp_path, "m"), Clock())
    for one in numbered(COMMIT_SAMPLES, step=0.5):
        writer.add(one)
    assert writer.commit(link, 1)
    assert stored(link) == list(range(1, COMMIT_SAMPLES + 1))
    writer.close()


def test_an_hour_without_the_database_loses_nothing(link: Link, tmp_path: Path) -> None:
    """720 samples wait in the spool and come in order, those of afterwards behind them."""
    clock = Clock()
    writer = Writer(Journal(tmp_path, "m"), clock)
    for one in numbered(720):
        writer.add(one)
        writer.tick()
        writer.shelve()
        clock.now += 5
    assert writer.queued == 720
    for one in numbered(5, first=721):
        writer.add(one)
    writer.cut()
    while writer.queued:
        assert writer.commit(link, 1)
    assert stored(link) == list(range(1, 726))
    order = link.execute("SELECT started FROM metrics_batch ORDER BY ctid").fetchall()
    assert order == sorted(order)
    assert writer.notices() == ()
    writer.close()
    assert [path.suffix for path in tmp_path.rglob("*") if path.is_file()] == [".lock"]


def test_a_commit_that_nobody_confirmed_is_not_doubled(link: Link, tmp_path: Path) -> None:
    """The server committed and died before it said so: the batch comes again and changes nothing."""
    journal = Journal(tmp_path, "m")
    writer = Writer(journal, Clock())
    for one in numbered(6):
        writer.add(one)
    writer.cut()
    assert writer.commit(link, 1)
    before = link.execute("SELECT * FROM metrics_batch").fetchall()
    (row,) = link.execute(
        "SELECT source, first_number, sample_count, started, ended, samples::text FROM metrics_batch"
    ).fetchall()
    again = Batch(row[0], row[1], row[2], 0, 0, row[5].encode())
    journal.spool.put(again)
    assert writer.commit(link, 1)
    assert link.execute("SELECT * FROM metrics_batch").fetchall() == before
    writer.close()


def test_kill_minus_nine_loses_nothing(link: Link, tmp_path: Path) -> None:
    """Samples in the open batch, in a cut one and in the spool are all there for the next process."""
    program = (
        "import os, signal, sys; from pathlib import Path; from perfwatch_core.store.writer import *\n"
        "from tests.core.store.samples import numbered\n"
        "writer = Writer(Journal(Path(sys.argv[1]), 'm'))\n"
        "for one in numbered(6): writer.add(one)\n"
        "writer.cut(); writer.shelve()\n"
        "for one in numbered(6, first=7): writer.add(one)\n"
        "writer.cut()\n"
        "for one in numbered(3, first=13): writer.add(one)\n"
        "os.kill(os.getpid(), signal.SIGKILL)"
    )
    dead = subprocess.run([sys.executable, "-c", program, str(tmp_path)], cwd=ROOT, check=False)
    assert dead.returncode == -9
    writer = Writer(Journal(tmp_path, "m"))
    assert writer.queued == 15
    assert writer.commit(link, 1)
    assert stored(link) == list(range(1, 16))
    writer.close()


def test_only_one_process_holds_a_journal(tmp_path: Path) -> None:
    """For each database; another database's journal is another matter."""
    journal = Journal(tmp_path, "m-one")
    with pytest.raises(BlockingIOError):
        Journal(tmp_path, "m-one")
    Journal(tmp_path, "m-two").close()
    journal.close()
    Journal(tmp_path, "m-one").close()


@pytest.mark.expects_log("PostgreSQL refused 1 samples for good")
def test_what_postgresql_never_takes_holds_up_nothing(link: Link, tmp_path: Path) -> None:
    """A batch that is no JSON is reported and left behind, those around it are stored."""
    journal = Journal(tmp_path, "m")
    writer = Writer(journal, Clock())
    writer.add(sample(1))
    writer.cut()
    writer.shelve()
    journal.spool.put(Batch(9, 9, 1, 0, 0, b"{not json"))
    writer.add(sample(2))
    writer.cut()
    while writer.queued:
        writer.commit(link, 1)
    assert stored(link) == [1, 2]
    assert "refused 1 samples" in writer.notices()[0]
    writer.close()


@pytest.mark.expects_log("samples were dropped: the journal reached its")
def test_a_full_spool_says_so(tmp_path: Path) -> None:
    """In a sentence for the window, with the number of samples."""
    clock = Clock()
    writer = Writer(Journal(tmp_path, "m", limit=4096), clock)
    for one in numbered(300):
        writer.add(one)
        writer.tick()
        writer.shelve()
        clock.now += 5
    (notice,) = writer.notices()
    lost = 300 - writer.queued
    assert lost > 0
    assert f"The journal is full: {lost} samples were dropped" in notice
    writer.close()


def test_a_full_disk_loses_nothing_and_says_so(link: Link, tmp_path: Path) -> None:
    """Neither fresh file nor spool takes anything: memory does, until there is room or a database."""
    writer = Writer(Journal(tmp_path, "m"), Clock())
    with full_disk(0):
        for one in numbered(8):
            writer.add(one)
        writer.cut()
        writer.shelve()
        assert writer.queued == 8
        said = " ".join(writer.notices())
        assert "The disk takes no samples" in said
        assert writer.commit(link, 1)
    assert stored(link) == list(range(1, 9))
    writer.add(sample(9))
    assert writer.notices() == ()
    writer.cut()
    assert writer.commit(link, 1)
    writer.close()


def test_a_fresh_file_stays_while_its_samples_are_in_memory_only(tmp_path: Path) -> None:
    """The disk is full and tmpfs is not: the tmpfs file is what outlives a kill."""
    writer = Writer(Journal(tmp_path, "m"), Clock())
    for one in numbered(8):
        writer.add(one)
    writer.cut()
    with full_disk(0):
        writer.shelve()
    assert len(list(Path(os.environ["XDG_RUNTIME_DIR"]).rglob("*.fresh"))) == 1
    writer.close()
    heir = Writer(Journal(tmp_path, "m"))
    assert heir.queued >= 8
    heir.close()


def test_discarded_samples_are_gone(tmp_path: Path) -> None:
    """The collector has stored the same moments."""
    writer = Writer(Journal(tmp_path, "m"))
    for one in numbered(3):
        writer.add(one)
    writer.discard()
    assert writer.queued == 0
    writer.close()
    heir = Writer(Journal(tmp_path, "m"))
    assert heir.queued == 0
    heir.close()


def test_insert_takes_many_batches_at_once(link: Link) -> None:
    """One statement, one commit; none at all for none."""
    insert(link, 1, [])
    insert(link, 1, [Batch(1, number, 1, number, number, b"{}") for number in range(100)])
    with pytest.raises(psycopg.DataError):
        insert(link, 1, [Batch(2, 1, 1, 0, 0, b"no")])
    assert link.execute("SELECT count(*) FROM metrics_batch").fetchone() == (100,)


def test_a_moment_is_exact_to_the_microsecond(link: Link, tmp_path: Path) -> None:
    """From the sampler's clock through file, JSON and SQL."""
    writer = Writer(Journal(tmp_path, "m"))
    times = [BEGIN + 0.000001, BEGIN + 1.999999, BEGIN + 2.123457]
    for number, time in enumerate(times):
        writer.add(Sample(number, time, 1.0, {USAGE.of(): 1.0}))
    writer.cut()
    writer.commit(link, 1)
    rows = link.execute("SELECT timestamp FROM metrics_snapshot ORDER BY 1").fetchall()
    assert [round(row[0].timestamp(), 6) for row in rows] == times
    writer.close()
