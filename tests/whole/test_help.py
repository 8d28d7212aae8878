"""The help: it fits a screen, and every command names its own flags and shows how it is used."""

from __future__ import annotations

import shlex

import pytest

from perfwatch_core.command_line import EVERYWHERE, SAMPLING, SERVER, build_parser
from perfwatch_core.history_arguments import joined_times
from perfwatch_core.settings import declared

COMMANDS = dict(build_parser().every())


def helped(*words: str) -> str:
    """What is printed for `words --help`."""
    return (COMMANDS[words] if words else build_parser()).format_help()


@pytest.mark.parametrize("words", [(), *COMMANDS], ids=" ".join)
def test_it_fits_a_screen(words: tuple[str, ...]) -> None:
    lines = helped(*words).splitlines()
    assert max(map(len, lines)) <= 80
    assert len(lines) <= 40
    assert lines[0].startswith("usage: perfwatch")


def test_the_first_page_names_every_command_and_flag() -> None:
    page = helped()
    assert len(page.splitlines()) >= 24
    assert [words for words in COMMANDS if len(words) == 1 and f"\n    {words[0]} " not in page] == []
    assert [one.flag for one in declared().values() if one.flag and f"  {one.flag}" not in page] == []


def test_every_setting_with_a_flag_has_its_place() -> None:
    assert {name for name, setting in declared().items() if setting.flag} == {*EVERYWHERE, *SAMPLING, *SERVER}


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_every_command_shows_an_example_that_is_accepted(words: tuple[str, ...]) -> None:
    page = helped(*words)
    examples = page.partition("\nexample")[2].splitlines()[1:]
    assert examples
    for example in examples:
        asked = shlex.split(example.partition(" > ")[0])
        assert asked[: len(words) + 1] == ["perfwatch", *words][: len(asked)]
        build_parser().parse_args(joined_times(asked[1:]))


def test_a_command_takes_no_flags_that_mean_nothing_to_it() -> None:
    assert "--port" not in helped("once")
    assert "--interval" in helped("once")
    assert "--data-dir" in helped("db", "status")
