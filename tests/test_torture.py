"""The frame around `make torture`: its table, what counts as failed, the subjects it knows."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from tests.torture.__main__ import parse
from tests.torture.lanes import Lanes, names, stages
from tests.torture.outcome import Outcome, Wish, summary, table
from tests.torture.place import own_place, sweep
from tests.torture.report import renewed, written
from tests.torture.rights import lacks
from tests.torture.servers import chosen, version_of
from tests.torture.side import side_by_side
from tests.torture.truth import Measured, verdict
from tests.whole.program import at_home

_HELD = Outcome("Killed", "PerfWatch", 1200, holds=True, note="0.1 s missing")
_FAILED = Outcome("Killed", "perf", 2, holds=False, lost="a|b\nsample")
_UNTRIED = Outcome.not_tried("No room", "a full disk", "it needs CAP_SYS_ADMIN: run it as root")


def test_each_subject_has_a_table_and_every_row_its_verdict() -> None:
    """In the order of the first rows; a text from a log cannot break the table."""
    assert list(table([_HELD, _UNTRIED, _FAILED])) == [
        "## Killed\n",
        "| what was tried | times | lost | holds | note |",
        "| --- | ---: | --- | --- | --- |",
        "| PerfWatch | 1,200 | nothing | yes | 0.1 s missing |",
        r"| perf | 2 | a\|b sample | **no** |  |",
        "",
        "## No room\n",
        "| what was tried | times | lost | holds | note |",
        "| --- | ---: | --- | --- | --- |",
        "| a full disk | 0 |  | not tried | it needs CAP_SYS_ADMIN: run it as root |",
        "",
    ]


def test_what_was_not_tried_neither_passes_nor_fails() -> None:
    """It is counted for itself."""
    assert summary([_HELD, _FAILED, _UNTRIED]) == "1 passed, 1 failed, 1 not tried"
    assert summary([_HELD]) == "1 passed, 0 failed"
    assert [one.failed for one in (_HELD, _FAILED, _UNTRIED)] == [False, True, False]


def test_a_run_of_one_subject_renews_its_table_alone() -> None:
    """And the count of the rows; whoever reads sees of which date and revision it is."""
    whole = written(["- 2026-01-01, revision one", "- a machine"], [_HELD, _FAILED, _UNTRIED], 30)
    assert "- 3 rows: 1 hold, 1 do not hold, 1 not tried\n- took 30 minutes\n" in whole
    mended = Outcome("Killed", "perf", 3, holds=True)
    after = renewed(whole, ["- 2026-02-02, revision two"], [_HELD, mended])
    assert "- 3 rows: 2 hold, 1 not tried\n" in after
    assert "## Killed\n\nOf 2026-02-02, revision two.\n\n| what" in after
    assert "| perf | 3 | nothing | yes |  |" in after
    assert whole[whole.index("## No room") :] == after[after.index("## No room") :]
    assert after[: after.index("- 3 rows")] == whole[: whole.index("- 3 rows")]
    assert "## Drowned\n\nOf today.\n" in renewed(whole, ["- today"], [Outcome("Drowned", "all", 1, holds=True)])


def test_an_unknown_subject_is_refused_with_those_there_are(capsys: pytest.CaptureFixture[str]) -> None:
    """Before anything is tried."""
    with pytest.raises(SystemExit) as ended:
        parse(["killing", "drowning"])
    assert ended.value.code == 2
    said = capsys.readouterr().err
    assert "there is no subject 'drowning'" in said
    assert all(name in said for name in names())


def test_quick_subjects_come_first_and_the_load_last() -> None:
    """All that are there are tried once."""
    assert names()[0] == "truth"
    assert names()[-1] == "load"
    assert {"full", "killing"} < set(names())
    assert len(set(names())) == len(names())


def test_what_measures_stands_alone_and_the_rest_is_side_by_side() -> None:
    """Every subject is in one lane of one stage, also one that no lane names."""
    first, middle, last = stages([*names(), "new"])
    assert (first, last) == ([["truth"]], [["load"]])
    assert len(middle) > 1
    assert sorted(name for lane in middle for name in lane) == sorted({*names(), "new"} - {"truth", "load"})
    assert list(stages(["long"])) == [[["long"]]]


def test_a_subject_that_breaks_is_a_row_that_does_not_hold() -> None:
    """Whatever it died of: nothing passes for having been tried."""
    [(name, outcome)] = Lanes(Wish(short=True, seed=1)).run([["no_such_subject"]])
    assert (name, outcome.failed) == ("no_such_subject", True)
    assert "status 1" in outcome.note


def test_a_place_ends_with_all_that_runs_in_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also one that a killed run left behind; one whose subject lives is left alone."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    with own_place() as place:
        inside = subprocess.Popen(["sleep", "1000"], cwd=place)
        assert sweep() == []
        assert inside.poll() is None
    assert inside.wait(10) == -9
    assert not place.exists()
    place.mkdir()
    (place / "owner").touch()
    left = subprocess.Popen(["sleep", "1000"], cwd=place)
    assert sweep() == [place]
    assert left.wait(10) == -9
    assert not place.exists()


def test_an_interrupt_ends_what_runs_side_by_side(tmp_path: Path) -> None:
    """It does not wait for jobs whose processes would go on for long."""

    def job() -> int:
        return subprocess.run(
            [sys.executable, "-c", "import time; time.sleep(1000)"], cwd=tmp_path, check=False
        ).returncode

    results = side_by_side(tmp_path, [lambda: 1, job, job, job], most=4)
    assert next(results) == 1
    results.close()
    assert at_home(tmp_path) == []


def test_what_is_missing_is_named() -> None:
    """A program as well as a right."""
    assert lacks("sh") == ""
    assert lacks("sh", "no-such-program") == "the program no-such-program is not installed"


def _server(place: Path, says: str, linked: str) -> Path:
    """An installation whose server tells a version and names a library."""
    programs = place / "bin"
    programs.mkdir(parents=True)
    (programs / "pg_ctl").touch()
    (programs / "postgres").write_text(f"#!/bin/sh\n# {linked}\necho 'postgres (PostgreSQL) {says}'\n")
    (programs / "postgres").chmod(0o755)
    return place


def test_of_two_servers_of_a_version_the_first_with_tls_is_tried(tmp_path: Path) -> None:
    """What is not there or does not run is none."""
    plain, first = _server(tmp_path / "plain", "18.6", ""), _server(tmp_path / "first", "18.4", "libssl.so.3")
    second, other = _server(tmp_path / "second", "18.5", "libssl.so.3"), _server(tmp_path / "other", "15.1", "")
    broken = _server(tmp_path / "broken", "", "libssl.so.3")
    found = chosen([plain, broken, tmp_path / "nowhere", first, second, other])
    assert list(found.items()) == [(15, other / "bin"), (18, first / "bin")]
    assert version_of(found[18]) == "18.4"
    assert chosen([plain]) == {18: plain / "bin"}


@pytest.mark.parametrize(
    ("short", "measured", "said"),
    [
        (False, Measured(3.95, 4.0, 9, 3.95), "yes"),
        (True, Measured(3.2, 4.0, 9, 3.2), "yes"),
        # the kernel's ticks missed most of it, and PerfWatch tells what they counted
        (True, Measured(0.7, 4.0, 9, 0.7), "not judged"),
        (False, Measured(0.7, 4.0, 9, 0.7), "**no**"),
        (True, Measured(0.7, 4.0, 9, 4.0), "**no**"),
        # bytes are counted one by one: others can add to them only
        (True, Measured(150.0, 100.0, 2), "not judged"),
        (True, Measured(50.0, 100.0, 2), "**no**"),
    ],
)
def test_beside_others_a_short_run_judges_what_is_ours_alone(short: bool, measured: Measured, said: str) -> None:
    """What is off is measured again, and may be off by a quarter."""
    one = verdict(Wish(short, 1), "bytes", "dd", lambda: measured)
    assert (one.verdict, one.times) == (said, 1 if said == "yes" else 3)
