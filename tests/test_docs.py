"""The documents say what the code does: generated parts are fresh, links lead somewhere, commands exist."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from perfwatch_core.command_line import build_parser
from tests.documents import ROOT, generated, settings_table, with_part

DOCUMENTS = [*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").glob("**/*.md"))]


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


def _commands(path: Path) -> list[str]:
    """The `perfwatch …` lines of a document's shell blocks, and those set as code in its text."""
    text = path.read_text()
    blocks = "\n".join(re.findall(r"```sh\n(.*?)```", text, re.DOTALL))
    return re.findall(r"^perfwatch[^\n#|>]*", blocks, re.MULTILINE) + re.findall(r"`(perfwatch [^`…\[|]*)`", text)


def test_the_commands_the_readme_names_exist() -> None:
    commands = _commands(ROOT / "README.md")
    assert commands
    for command in commands:
        # one that does not exist ends the program
        build_parser().parse_args(shlex.split(command)[1:])


def test_make_has_what_the_readme_names() -> None:
    targets = set(re.findall(r"^(\w+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    named = set(re.findall(r"`make (\w+)", (ROOT / "README.md").read_text()))
    named |= set(re.findall(r"^make (\w+)", (ROOT / "README.md").read_text(), re.MULTILINE))
    assert {"run", "test"} <= named <= targets
