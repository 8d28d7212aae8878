"""What is said on standard error and at which level, and what the help of a command says of its flags."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import pytest

from perfwatch_core.__main__ import BETWEEN_READINGS
from perfwatch_core.command_line import build_parser, set_up_logging
from perfwatch_core.sources import load


@pytest.fixture
def of_psycopg() -> Iterator[logging.Logger]:
    """Its logger, which is as before after the test."""
    logger = logging.getLogger("psycopg")
    level = logger.level
    yield logger
    logger.setLevel(level)


@pytest.mark.parametrize(("chosen", "told"), [("warning", False), ("info", False), ("debug", True)])
def test_what_cannot_be_rolled_back_is_told_only_for_debugging(
    of_psycopg: logging.Logger, chosen: str, told: bool
) -> None:
    set_up_logging(load({"log_level": chosen}))
    assert of_psycopg.isEnabledFor(logging.WARNING) is told


def test_the_help_of_once_says_its_own_default_interval() -> None:
    helps = {words: parser.format_help() for words, parser in build_parser().every()}
    assert f"the two readings (default: {BETWEEN_READINGS:g})" in helps[("once",)]
    assert "between two samples (default: 5)" in build_parser().format_help()
