"""The frame around `make torture`: its table, what counts as failed, the subjects it knows."""

from __future__ import annotations

import pytest

from tests.torture.__main__ import names, parse
from tests.torture.outcome import Outcome, summary, table
from tests.torture.rights import lacks

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
    assert {"full", "killing"} < set(names())
    assert len(set(names())) == len(names())


def test_what_is_missing_is_named() -> None:
    """A program as well as a right."""
    assert lacks("sh") == ""
    assert lacks("sh", "no-such-program") == "the program no-such-program is not installed"
