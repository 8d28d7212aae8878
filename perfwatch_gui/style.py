"""The style sheet, with the theme's colours put in."""

from __future__ import annotations

import re
from importlib import resources
from pathlib import Path

from PySide6.QtGui import QIcon, QPixmap

from perfwatch_gui.theme import Theme, mixed

_TOKEN = re.compile(r"@([a-z]+)")
_STRIPE = 0.35
_SELECTED = 0.28


def _icons() -> str:
    """The folder of the icons."""
    return Path(str(resources.files("resources").joinpath("icons"))).as_posix()


def style_sheet(theme: Theme) -> str:
    """`resources/style.qss` with the theme's colours and name and the place of the icons put in.

    An unknown word after @ raises KeyError.
    """
    template = resources.files("resources").joinpath("style.qss").read_text(encoding="utf-8")
    # from the first rule on, since the comment on top speaks of @ too
    rules = template.partition("*/")[2]
    places = {"icons": _icons(), "name": theme.name}
    derived = {
        "stripe": mixed(theme.colour("card"), theme.colour("background"), _STRIPE),
        "selected": mixed(theme.colour("card"), theme.colour("blue"), _SELECTED),
    }

    def word(token: re.Match[str]) -> str:
        return places.get(token[1]) or (derived.get(token[1]) or theme.colour(token[1])).name()

    return _TOKEN.sub(word, rules)


def icon() -> QIcon:
    """PerfWatch's own icon, drawn from its SVG."""
    return QIcon(QPixmap(f"{_icons()}/perfwatch.svg"))
