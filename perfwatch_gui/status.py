"""The line at the foot: who collects, how the database is, how old the picture is, what PerfWatch costs."""

from __future__ import annotations

import time
from collections.abc import Callable

from PySide6.QtWidgets import QFrame, QHBoxLayout

from perfwatch_core.metric import Catalogue
from perfwatch_core.store.state import DatabaseState, Role
from perfwatch_core.units import Unit, text
from perfwatch_gui.bridge import State
from perfwatch_gui.cards.field import LoneField
from perfwatch_gui.cards.figures import Shown, Snapshot
from perfwatch_gui.theme import Theme

# A sample may be late by a whole interval on a busy machine before the picture counts as old.
STALE_INTERVALS = 2.5
_STALE_LEAST = 3.0
_ROLES = {
    Role.STARTING: "starting",
    Role.COLLECTING: "collecting",
    Role.FOLLOWING: "following another PerfWatch",
    Role.ALONE: "collecting, not stored",
}
_COLLECTING = "Keeps every sample of this machine in the database."
_ROLE_HELP = {
    Role.STARTING: "Samples already, and asks the database whether another PerfWatch does.",
    Role.COLLECTING: _COLLECTING,
    Role.FOLLOWING: "Another PerfWatch of this machine collects; this one shows what it gets.",
    Role.ALONE: "Samples, and cannot ask the database whether another PerfWatch does.",
}


def age_text(seconds: float) -> str:
    """How long ago, in the largest unit that says it: `2 s ago`, `3 min ago`, `2 h ago`."""
    whole = max(0, int(seconds))
    if whole < 120:
        return f"{whole} s ago"
    return f"{whole // 60} min ago" if whole < 7200 else f"{whole // 3600} h ago"


def is_stale(age: float, interval: float) -> bool:
    """Whether a newest sample of that age, in seconds, means that no more come."""
    return age > max(_STALE_LEAST, STALE_INTERVALS * interval)


def database_text(database: DatabaseState) -> Shown:
    """Two words for the line, the whole sentence on hover."""
    name = "private PostgreSQL" if database.kind == "private" else "PostgreSQL"
    if database.kind == "off":
        return Shown("not stored", False, database.text)
    if not database.ok:
        return Shown(f"{name} {'starting' if database.starting else 'away'}", database.starting, database.text)
    size = "" if database.size_bytes is None else f", {text(database.size_bytes, Unit.DISK_BYTES)}"
    return Shown(f"{name} ok{size}", True, database.text)


class StatusLine(QFrame):
    """Shows the engine's state and the age of the newest sample; `clock` gives UTC seconds."""

    def __init__(self, theme: Theme, catalogue: Catalogue, clock: Callable[[], float] = time.time) -> None:
        super().__init__()
        self.setObjectName("status")
        self._clock = clock
        self._following = False
        self._cpu = catalogue.series("self.cpu_percent")
        self._rss = catalogue.series("self.rss_bytes")
        self.role = LoneField(theme, "", "")
        self.database = LoneField(theme, "·", "")
        self.age = LoneField(theme, "·  last sample", "888 min ago")
        self.cost = LoneField(theme, "PerfWatch", "100.0 % CPU  888 MiB", right=True)
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 3, 16, 4)
        row.setSpacing(4)
        for field, name in ((self.role, "Role"), (self.database, "Database"), (self.age, "Age of the last sample")):
            field.setAccessibleName(name)
            row.addWidget(field)
        row.addStretch(1)
        self.cost.setAccessibleName("What PerfWatch itself costs")
        row.addWidget(self.cost)

    def show_state(self, state: State) -> None:
        """Role and database; sentences that need a person stand on hover of the role."""
        # that a database cannot be asked while it is made is no trouble
        role = Role.STARTING if state.database.starting else state.role
        self._following = role is Role.FOLLOWING
        sentences = "\n".join((_ROLE_HELP[role], *state.notices))
        troubled = bool(state.notices) or role is Role.ALONE
        mark = " (!)" if state.notices else ""
        self.role.show_value(Shown(_ROLES[role] + mark, not troubled, sentences))
        self.database.show_value(database_text(state.database))

    def show_age(self, newest: float | None, interval: float) -> bool:
        """How old a sample of time `newest` (UTC seconds) is; returns whether that is stale."""
        if newest is None:
            return False
        age = self._clock() - newest
        stale = is_stale(age, interval)
        self.age.show_value(Shown(age_text(age), not stale, "No new sample comes." if stale else ""))
        return stale

    def show_cost(self, snapshot: Snapshot) -> None:
        """PerfWatch's own processor time and memory."""
        cpu, rss = snapshot.shown(self._cpu), snapshot.shown(self._rss)
        whose = "the PerfWatch that collects" if self._following else "PerfWatch"
        why = cpu.why or rss.why or f"Processor time and memory of {whose} and the programs it runs"
        self.cost.show_value(Shown(f"{cpu.text} CPU  {rss.text}", cpu.known or rss.known, why))
