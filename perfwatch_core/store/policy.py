"""The retention policy: what it says, what it may say, and what is stored under it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from perfwatch_core.store.link import Link
from perfwatch_core.store.past import bounds, size_bytes
from perfwatch_core.store.retention import STEPS

LEAST_SIZE = 64_000_000
_FIELDS = "retention_days, archive_enabled, downsample_after_days, downsample_interval, size_limit_bytes"


class BadPolicy(ValueError):
    """What was asked for is no policy; the words say what is accepted."""


@dataclass(frozen=True, slots=True)
class Policy:
    """How long samples are kept, and how finely; the columns of table `archive_policy`.

    Full resolution for `downsample_after_days`, then means of `downsample_interval` (1m, 5m or 1h) until
    `retention_days`; days go earlier where more than `size_limit_bytes` are stored. Nothing of it happens
    where `archive_enabled` is false.
    """

    retention_days: int
    archive_enabled: bool
    downsample_after_days: int
    downsample_interval: str
    size_limit_bytes: int | None
    last_archive_run: datetime | None


@dataclass(frozen=True, slots=True)
class Retention:
    """The policy, and what is stored: bytes of all machines' history, this one's oldest and newest moment (UTC)."""

    policy: Policy
    size_bytes: int
    oldest: datetime | None
    newest: datetime | None


def retention(link: Link, machine_id: int) -> Retention:
    """The policy and what is stored under it now."""
    span = bounds(link, machine_id)
    return Retention(read(link), size_bytes(link), span.oldest if span else None, span.newest if span else None)


def read(link: Link) -> Policy:
    """The policy; the migration made its row."""
    row = link.execute(f"SELECT {_FIELDS}, last_archive_run FROM archive_policy").fetchone()
    assert row is not None
    return Policy(*row)


def update(link: Link, changes: Mapping[str, Any]) -> None:
    """Change the fields that `checked` accepted."""
    if changes:
        link.execute(f"UPDATE archive_policy SET {', '.join(f'{name} = %({name})s' for name in changes)}", changes)


def checked(changes: Mapping[str, Any]) -> dict[str, Any]:
    """The changes as they may be stored; BadPolicy names the field, the value and what is accepted."""
    for name, value in changes.items():
        accepted = _ACCEPTED.get(name)
        if accepted is None:
            raise BadPolicy(f"{name!r} is no field of the retention policy; there are {', '.join(_ACCEPTED)}")
        if not _accepts(name, value):
            raise BadPolicy(f"{name} cannot be {value!r}; {accepted}")
    return dict(changes)


_ACCEPTED = {
    "retention_days": "give whole days from 1 to 3650",
    "archive_enabled": "give true or false",
    "downsample_after_days": "give whole days from 0 to 3650",
    "downsample_interval": f"give one of {', '.join(STEPS)}",
    "size_limit_bytes": f"give a whole number of bytes, {LEAST_SIZE} or more, or null for no limit",
}


def _accepts(name: str, value: Any) -> bool:
    whole = isinstance(value, int) and not isinstance(value, bool)
    match name:
        case "retention_days":
            return whole and 1 <= value <= 3650
        case "downsample_after_days":
            return whole and 0 <= value <= 3650
        case "archive_enabled":
            return isinstance(value, bool)
        case "downsample_interval":
            return isinstance(value, str) and value in STEPS
        case _:
            return value is None or (whole and LEAST_SIZE <= value < 2**63)
