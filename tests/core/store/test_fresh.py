"""The newest samples outlive the process that took them."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from perfwatch_core.metric import Series, Value
from perfwatch_core.sample import Sample
from perfwatch_core.store.batch import Batch, Column
from perfwatch_core.store.columns import unfold
from perfwatch_core.store.fresh import SUFFIX, Cut, Fresh, fresh_directories, left_over
from tests.core.store.samples import BEGIN, FSTYPE, RECEIVED, TOTAL, numbered
from tests.core.store.test_spool import ROOT, full_disk


def told(cuts: list[Cut]) -> list[Batch]:
    """All batches of these cuts, whose files are deleted."""
    for cut in cuts:
        cut.arrived()
    return [batch for cut in cuts for batch in cut.batches]


def error_of(fresh: Fresh) -> OSError | None:
    """Why the file does not take samples at this moment."""
    return fresh.error


def test_kill_minus_nine_loses_nothing_and_changes_no_name(tmp_path: Path) -> None:
    """What was open and what was cut both come back, under the names they had, so that nothing is stored twice."""
    program = (
        "import os, signal, sys; from pathlib import Path; from perfwatch_core.store.fresh import Fresh\n"
        "from tests.core.store.samples import numbered\n"
        "fresh = Fresh(Path(sys.argv[1]), 'm', 5)\n"
        "for one in numbered(4): fresh.add(one)\n"
        "kept = fresh.cut()\n"
        "for one in numbered(3, first=5): fresh.add(one)\n"
        "os.kill(os.getpid(), signal.SIGKILL)"
    )
    dead = subprocess.run([sys.executable, "-c", program, str(tmp_path)], cwd=ROOT, check=False)
    assert dead.returncode == -9
    found = told(left_over([tmp_path], "m"))
    assert [(one.source, one.first, one.count) for one in found] == [(5, 1, 4), (5, 5, 3)]
    shapes = [shape for one in found for shape in unfold(one.body)]
    assert shapes == [one.by_type() for one in numbered(7)]
    assert list(tmp_path.iterdir()) == []


def test_one_that_comes_among_many_costs_one_column(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Interfaces of containers come and go; the place of each other value is known."""
    made: list[Series] = []
    of = Column.of

    def counted(series: Series) -> Column:
        made.append(series)
        return of(series)

    monkeypatch.setattr(Column, "of", counted)
    fresh = Fresh(tmp_path, "m", 5)
    many: dict[Series, Value] = {RECEIVED.of(f"veth{number}"): number for number in range(50)}
    fresh.add(Sample(1, BEGIN, None, many))
    fresh.add(Sample(2, BEGIN + 5, 5.0, {**many, RECEIVED.of("new"): 1}))
    fresh.add(Sample(3, BEGIN + 10, 5.0, many))
    assert len(made) == 51
    cut = fresh.cut()
    assert cut is not None
    assert [len(shape["network"]["interfaces"]) for one in told([cut]) for shape in unfold(one.body)] == [50, 51, 50]


def test_a_living_process_keeps_its_files(tmp_path: Path) -> None:
    """Two processes of one machine do not take each other's samples."""
    fresh = Fresh(tmp_path, "m", 5)
    for one in numbered(2):
        fresh.add(one)
    assert left_over([tmp_path], "m") == []
    fresh.close()
    assert left_over([tmp_path], "other") == []
    assert [one.count for one in told(left_over([tmp_path], "m"))] == [2]


def test_the_file_lasts_until_its_batches_arrived(tmp_path: Path) -> None:
    """`cut` deletes nothing."""
    fresh = Fresh(tmp_path, "m", 5)
    for one in numbered(2):
        fresh.add(one)
    cut = fresh.cut()
    assert cut is not None
    assert len(list(tmp_path.glob(f"*{SUFFIX}"))) == 1
    cut.arrived()
    assert list(tmp_path.iterdir()) == []
    assert fresh.cut() is None


def test_series_that_come_and_go_keep_their_values(tmp_path: Path) -> None:
    """A new layout in the middle of a file, as when a disk is plugged in."""
    fresh = Fresh(tmp_path, "m", 5)
    values: list[dict[Series, Value]] = [
        {TOTAL.of(): 1},
        {TOTAL.of(): 2, FSTYPE.of("/mnt"): "vfat"},
        {FSTYPE.of("/mnt"): "vfat"},
    ]
    for number, one in enumerate(values):
        fresh.add(Sample(number, BEGIN + number, 1.0, one))
    fresh.close()
    (batch,) = told(left_over([tmp_path], "m"))
    assert unfold(batch.body) == [Sample(1, 0, None, one).by_type() for one in values]


def test_what_no_file_format_takes_is_mended(tmp_path: Path) -> None:
    """Half a surrogate pair in a mount point's name, a number of 70 bits: the file takes them too."""
    fresh = Fresh(tmp_path, "m", 5)
    fresh.add(Sample(1, BEGIN, None, {FSTYPE.of("/\udcff"): "x", TOTAL.of(): 1 << 70}))
    assert fresh.error is None
    fresh.close()
    (batch,) = told(left_over([tmp_path], "m"))
    assert unfold(batch.body)[0]["memory"] == {"total_bytes": float(1 << 70)}


def test_a_full_tmpfs_keeps_samples_in_memory(tmp_path: Path) -> None:
    """They are stored all the same; `error` says that a crash would lose them, until there is room again."""
    fresh = Fresh(tmp_path, "m", 5)
    fresh.add(next(numbered(1)))
    with full_disk((tmp_path / next(os.walk(tmp_path))[2][0]).stat().st_size + 10):
        fresh.add(next(numbered(1, first=2)))
        assert error_of(fresh) is not None
    fresh.add(next(numbered(1, first=3)))
    assert error_of(fresh) is None
    cut = fresh.cut()
    assert cut is not None
    assert [one.count for one in told([cut])] == [3]


def test_the_place_is_ours_alone(tmp_path: Path) -> None:
    """A directory that others may enter, or a link to one, is not used: /dev/shm is open to all."""
    run = tmp_path / "run"
    run.mkdir()
    environ = {"XDG_RUNTIME_DIR": str(run)}
    best = fresh_directories(tmp_path, environ)[0]
    assert best == run / "perfwatch"
    assert best.stat().st_mode & 0o777 == 0o700
    best.chmod(0o755)
    assert run / "perfwatch" not in fresh_directories(tmp_path, environ)
    best.rmdir()
    (run / "perfwatch").symlink_to(tmp_path)
    assert run / "perfwatch" not in fresh_directories(tmp_path, environ)


def test_without_a_tmpfs_the_data_directory_serves(tmp_path: Path) -> None:
    """A runtime directory that is no absolute path is none."""
    assert fresh_directories(tmp_path, {"XDG_RUNTIME_DIR": "run"})[-1] == tmp_path / "journal"
