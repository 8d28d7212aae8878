"""What is said on standard error, and at which level."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import pytest

from perfwatch_core.command_line import set_up_logging
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
