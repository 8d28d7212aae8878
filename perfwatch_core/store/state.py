"""What the store tells of itself: who collects for this machine, and how the database is."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal


class Role(StrEnum):
    """What this process does for its machine.

    STARTING: it samples, and does not know yet whether another process does. COLLECTING: it samples and
    stores, also while the database is away. FOLLOWING: another process collects and this one shows what it
    gets. ALONE: it samples, and cannot ask the database whether another does.
    """

    STARTING = "starting"
    COLLECTING = "collecting"
    FOLLOWING = "following"
    ALONE = "alone"


@dataclass(frozen=True, slots=True)
class DatabaseState:
    """How the database is: whose it is, whether it answers, one sentence, and its size (None: not known).

    `starting`: it was not asked yet in this process, so that it does not answer is no trouble.
    """

    kind: Literal["private", "external", "off"]
    ok: bool
    text: str
    size_bytes: int | None = None
    starting: bool = False


class StoreProblem(Exception):
    """Why the store cannot do what was asked, as one sentence for a person."""
