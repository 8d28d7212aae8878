"""`perfwatch export` and `perfwatch compare`, from their words to their output."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from urllib.parse import quote

import pytest

from perfwatch_core.history_commands import add_commands, joined_times, run_compare, run_export
from perfwatch_core.settings import Settings
from perfwatch_core.sources import load
from perfwatch_core.store.batch import moment
from perfwatch_core.store.link import Link
from perfwatch_core.store.machine import this_machine
from tests.core.history.test_packing import stored
from tests.core.store.samples import BEGIN, CATALOGUE
from tests.simulated_store import Store, machine_number

START = moment(round(BEGIN * 1e6))


@pytest.fixture
def kept(link: Link, database: Mapping[str, str]) -> Settings:
    """Settings that name a database with two hours of this machine's samples."""
    machine = this_machine()
    stored(link, machine_number(link, machine.key, machine.name), 1, 240)
    asked = "&".join(f"{key}={quote(value, safe='')}" for key, value in database.items() if key != "dbname")
    return load({"database_url": f"postgresql:///{database['dbname']}?{asked}"})


def wished(*words: str) -> argparse.Namespace:
    """The command line parsed as the program does."""
    parser = argparse.ArgumentParser()
    add_commands(parser.add_subparsers(dest="command"), argparse.ArgumentParser(add_help=False))
    return parser.parse_args(joined_times(words))


def test_export_writes_the_file(kept: Settings, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """With the header and a row for each sample."""
    path = tmp_path / "cpu.csv"
    span = ("--from", START.isoformat(), "--to", (START + timedelta(days=1)).isoformat())
    assert run_export(kept, CATALOGUE, wished("export", *span, "--type", "cpu", "-o", str(path))) == 0
    assert len(path.read_text().splitlines()) == 241
    assert "240 rows" in capsys.readouterr().err
    assert run_export(kept, CATALOGUE, wished("export", *span, "-o", str(tmp_path / "none" / "x"))) == 1
    assert "cannot be written" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("--from", "soon"), "is no time"),
        (("--from", "now", "--to", "-1h"), "earlier moment first"),
        (("--from", "-1h", "--type", "cup"), "no metric type"),
        (("--from", "-1h"), "nothing was stored"),
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
    assert lines[0].split()[0] == "series"
    assert any(line.startswith("cpu.usage_percent ") for line in lines)
    assert not any(line.startswith("memory.total_bytes") for line in lines)
    assert run_compare(kept, CATALOGUE, wished("compare", "--a", f"{hours[0]}..{hours[1]}", "--b", "-2h..-90m")) == 2
    assert "equal length" in capsys.readouterr().err
