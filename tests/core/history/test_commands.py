"""`perfwatch export` and `perfwatch compare`, from their words to their output."""

from __future__ import annotations

import argparse
import io
import sys
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from perfwatch_core.__main__ import main
from perfwatch_core.command_line import build_parser
from perfwatch_core.export import Wish, export
from perfwatch_core.history_arguments import joined_times
from perfwatch_core.history_commands import run_compare, run_export
from perfwatch_core.settings import Settings
from perfwatch_core.sources import load
from perfwatch_core.spans import Span
from perfwatch_core.store.batch import moment
from perfwatch_core.store.link import Link
from perfwatch_core.store.machine import this_machine
from tests.core.history.test_packing import stored
from tests.core.store.samples import BEGIN, CATALOGUE
from tests.simulated_store import Store, machine_number

START = moment(round(BEGIN * 1e6))


@pytest.fixture
def kept(link: Link, ready: Mapping[str, str]) -> Settings:
    """Settings that name a database with two hours of this machine's samples."""
    machine = this_machine()
    stored(link, machine_number(link, machine.key, machine.name), 1, 240)
    return load({"database_url": address(ready)})


def address(ready: Mapping[str, str]) -> str:
    """The URL of a database."""
    asked = "&".join(f"{key}={quote(value, safe='')}" for key, value in ready.items() if key != "dbname")
    return f"postgresql:///{ready['dbname']}?{asked}"


def wished(*words: str) -> argparse.Namespace:
    """The command line parsed as the program does."""
    return build_parser().parse_args(joined_times(words))


def test_export_writes_the_file(kept: Settings, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """With the header and a row for each sample."""
    path = tmp_path / "cpu.csv"
    span = ("--from", START.isoformat(), "--to", (START + timedelta(days=1)).isoformat())
    assert run_export(kept, CATALOGUE, wished("export", *span, "--type", "cpu", "-o", str(path))) == 0
    assert len(path.read_text().splitlines()) == 241
    assert "240 rows" in capsys.readouterr().err
    assert run_export(kept, CATALOGUE, wished("export", *span, "-o", str(tmp_path / "none" / "x"))) == 1
    assert "cannot be written" in capsys.readouterr().err


class Closed(io.RawIOBase):
    """A pipe whose reader went away after some bytes."""

    def __init__(self, count: int) -> None:
        self._left = count

    def writable(self) -> bool:
        """As a pipe's end."""
        return True

    def write(self, data: Any) -> int:
        """Take what fits, then fail as pipe(7) does."""
        self._left -= len(data)
        if self._left < 0:
            raise BrokenPipeError
        return len(data)


def test_an_export_ends_quietly_when_its_reader_does(link: Link, kept: Settings) -> None:
    """As with `| head`; the connection is left without a transaction."""
    row = link.execute("SELECT id FROM machines").fetchone()
    assert row is not None
    wish = Wish(Span(START, START + timedelta(days=1)))
    with pytest.raises(BrokenPipeError):
        export(link, row[0], CATALOGUE, wish, io.BufferedWriter(Closed(9000), 100))
    assert link.info.transaction_status.name == "IDLE"
    assert kept.database_url


def test_progress_is_shown_on_a_terminal(
    kept: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """And nowhere else."""
    span = ("--from", START.isoformat(), "--to", (START + timedelta(hours=2)).isoformat())
    wish = wished("export", *span, "-o", str(tmp_path / "all.jsonl"), "--format", "jsonl")
    assert run_export(kept, CATALOGUE, wish) == 0
    assert "#" not in capsys.readouterr().err
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    assert run_export(kept, CATALOGUE, wish) == 0
    heard = capsys.readouterr().err
    assert heard.startswith("\r[")
    assert f"\r[{'#' * 30}] 100%\n" in heard


def test_the_commands_are_the_programs(kept: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    """From its command line to its status."""
    database = ["--database-url", kept.database_url]
    words = ["--from", START.isoformat(), "--to", (START + timedelta(hours=3)).isoformat(), "--interval", "1h"]
    assert main(["export", *words, "--type", "memory", "--series", "memory.total*", *database]) == 0
    assert [line.rpartition(",")[2] for line in capsys.readouterr().out.splitlines()][1:] == [str(float(1 << 34))] * 3
    assert main(["compare", "--a", "-2h..-1h", "--b", "-1h..now", *database]) == 2
    assert "there is history from" in capsys.readouterr().err


def test_without_history_there_is_one_sentence(
    link: Link, ready: Mapping[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    """That says how to get some."""
    assert link.execute("SELECT count(*) FROM machines").fetchone() == (0,)
    for words in (["export", "--from", "-1h"], ["compare", "--a", "-2h..-1h", "--b", "-1h..now"]):
        assert main([*words, "--database-url", address(ready)]) == 1
        assert "collect some with: perfwatch --serve" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("--from", "soon"), "is no time"),
        (("--from", "now", "--to", "-1h"), "earlier moment first"),
        (("--from", "-1h", "--type", "cup"), "no metric type"),
        (("--from", "-1h"), "there is history from"),
        (("--from", "-1h", "--interval", "2s"), "no interval; there are raw"),
        (("--from", "-1h", "--format", "xls"), "no format; there are csv"),
    ],
)
def test_a_wrong_export_is_one_sentence(
    kept: Settings, capsys: pytest.CaptureFixture[str], words: tuple[str, ...], sentence: str
) -> None:
    """And ends with 2."""
    assert run_export(kept, CATALOGUE, wished("export", *words)) == 2
    heard = capsys.readouterr().err
    assert sentence in heard
    assert heard.count("\n") == 1


def test_compare_prints_what_changed(kept: Settings, link: Link, capsys: pytest.CaptureFixture[str]) -> None:
    """Night against day: load stands in the table, what stayed as it was does not."""
    machine = this_machine()
    day = START + timedelta(days=7)
    Store(link, machine_number(link, machine.key, machine.name), interval=15.0, distinct=1).fill(day, 1)
    hours = [(day + timedelta(hours=hour)).isoformat() for hour in (4, 5, 16, 17)]
    wish = wished("compare", "--a", f"{hours[0]}..{hours[1]}", "--b", f"{hours[2]}..{hours[3]}")
    assert run_compare(kept, CATALOGUE, wish) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[:1] for line in lines[:4]] == [["a:"], ["b:"], [], ["series"]]
    assert any(line.startswith("cpu.usage_percent ") for line in lines)
    assert not any(line.startswith("memory.total_bytes") for line in lines)
    assert run_compare(kept, CATALOGUE, wished("compare", "--a", f"{hours[0]}..{hours[1]}", "--b", "-2h..-90m")) == 2
    assert "equal length" in capsys.readouterr().err
