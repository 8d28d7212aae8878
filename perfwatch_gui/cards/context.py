"""What every card, page and table is given."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from perfwatch_core.history import History
from perfwatch_core.metric import Catalogue
from perfwatch_gui.charts.cursor import Cursor
from perfwatch_gui.charts.timeview import TimeView
from perfwatch_gui.past.archive import Archive
from perfwatch_gui.preferences import Preferences
from perfwatch_gui.theme import Theme


@dataclass(frozen=True, slots=True)
class Context:
    """The parts of the window that its pages share; one of each.

    `history` holds the newest samples, `archive` all that was stored; `times` is what the pages of cards show;
    `clock` gives UTC seconds.
    """

    catalogue: Catalogue
    history: History
    theme: Theme
    cursor: Cursor
    preferences: Preferences
    archive: Archive
    times: TimeView
    clock: Callable[[], float] = time.time
