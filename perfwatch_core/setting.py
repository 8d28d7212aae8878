"""What is declared of one setting, and what is said of a value that is not accepted."""

from __future__ import annotations

import dataclasses
from typing import Any

from perfwatch_core.accepted import Accepts

PREFIX = "PERFWATCH_"


class BadSetting(ValueError):
    """A setting with a value that is not accepted; the message names setting, value and what is accepted."""


@dataclasses.dataclass(frozen=True, slots=True)
class Setting:
    """What is declared of one setting; `live`: may be changed while running, then kept in the database."""

    env: str
    accepts: Accepts
    help: str
    flag: str | None = None
    live: bool = False

    @property
    def names(self) -> tuple[str, ...]:
        """The environment names, the strongest first."""
        if self.env.startswith(PREFIX):
            return (self.env,)
        return (PREFIX + self.env, self.env)


def parsed(name: str, setting: Setting, text: str, source: str) -> Any:
    """The value of a text found at `source`; BadSetting names setting, value and what is accepted."""
    try:
        return setting.accepts.parse(text)
    except ValueError:
        shown = without_password(text) if name == "database_url" else text
        raise BadSetting(f"{source}: {shown!r} is not accepted; it takes {setting.accepts.words}") from None


def without_password(url: str) -> str:
    """A URL that may go to a log: what stands between ':' and '@' of its authority is hidden."""
    head, at, tail = url.rpartition("@")
    scheme, slashes, user = head.rpartition("//")
    return f"{scheme}{slashes}{user.split(':')[0]}{at}{tail}" if at else url
