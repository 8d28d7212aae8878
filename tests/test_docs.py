"""The documents say what the code does: generated parts are fresh, links lead somewhere, commands exist."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from perfwatch_core.command_line import build_parser
from perfwatch_core.history_arguments import joined_times
from tests.documents import ROOT, generated, settings_table, with_part
from tests.shown import DOCUMENTS, blocks, commands
from tests.whole.program import environment


def test_the_generated_parts_are_fresh() -> None:
    stale = [path.name for path, shall in generated() if not path.exists() or path.read_text() != shall]
    assert stale == [], "write them anew with: make docs"


def test_every_setting_is_in_the_table() -> None:
    assert "`SAMPLING_INTERVAL_SECONDS` | `--interval`" in settings_table()


def test_a_document_without_the_part_is_refused() -> None:
    with pytest.raises(ValueError, match="no part 'settings'"):
        with_part("nothing here", "settings", "")


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_links_lead_somewhere(path: Path) -> None:
    targets = re.findall(r"\]\(([^)#\s]+)[^)]*\)|(?:src|srcset)=\"([^\"]+)\"", path.read_text())
    local = [one for pair in targets for one in pair if one and "://" not in one]
    assert [one for one in local if not (path.parent / one).exists()] == []


def test_the_architecture_is_short_and_names_every_room() -> None:
    text = (ROOT / "ARCHITECTURE.md").read_text()
    rooms = {path.stem for path in (ROOT / "perfwatch_core").iterdir() if path.name[0] not in "_."} | {"__main__"}
    assert len(text.splitlines()) <= 150
    assert [room for room in sorted(rooms) if not re.search(rf"\b{room}\b", text)] == []


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_the_commands_that_are_named_exist(path: Path) -> None:
    parser = build_parser()
    for command in commands(path):
        words = joined_times(shlex.split(command, comments=True)[1:])
        # one that is only named lacks what it has to be given; a help ends well
        if tuple(words) not in dict(parser.every()) and "--help" not in words:
            # one that does not exist ends the program
            parser.parse_args(words)


def test_the_readme_names_every_command() -> None:
    named = {command.split()[1] for command in commands(ROOT / "README.md") if len(command.split()) > 1}
    assert {name for name in build_parser().under if not name.startswith("uninstall")} <= named


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_every_shell_block_is_one(path: Path) -> None:
    for block in blocks(path):
        answer = subprocess.run(["bash", "-n"], input=block, capture_output=True, text=True, check=False)
        assert (answer.returncode, answer.stderr) == (0, "")


def test_uninstalling_as_the_document_says_leaves_no_trace(tmp_path: Path) -> None:
    program = tmp_path / "bin/perfwatch"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\nexec {sys.executable} -m perfwatch_gui "$@"\n')
    program.chmod(0o755)
    home = tmp_path / "home"
    home.mkdir()
    environ = environment({"HOME": str(home), "PATH": f"{program.parent}:/usr/bin:/bin", "XDG_RUNTIME_DIR": str(home)})
    del environ["XDG_DATA_HOME"]
    block = re.findall(r"<!-- run -->\n```sh\n(.*?)```", (ROOT / "docs/uninstall.md").read_text(), re.DOTALL)
    installing = "perfwatch install-desktop; perfwatch install-service; mkdir -p ~/.config/perfwatch ~/perfwatch"
    for script in (f"{installing}; echo kept > ~/.local/share/perfwatch/kept", *block):
        subprocess.run(["bash", "-ec", script], env=environ, cwd=home, check=True, capture_output=True)
    assert len(block) == 1
    assert [path for path in home.rglob("*") if not path.is_dir()] == []
    assert "perfwatch" not in {path.name for path in home.rglob("*")}


def test_make_has_what_the_readme_names() -> None:
    targets = set(re.findall(r"^(\w+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    named = set(re.findall(r"`make (\w+)", (ROOT / "README.md").read_text()))
    named |= set(re.findall(r"^make (\w+)", (ROOT / "README.md").read_text(), re.MULTILINE))
    assert {"run", "test"} <= named <= targets
