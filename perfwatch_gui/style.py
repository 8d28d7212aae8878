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


def style_sheet(theme: Theme) -> str:
    """`resources/style.qss` in the theme's colours, with the folder of the icons and the theme's name put in; an unknown word after @ raises KeyError."""
    template = resources.files("resources").joinpath("style.qss").read_text(encoding="utf-8")
    # from the first rule on, since the comment on top speaks of @ too
    rules = template.partition("*/")[2]
    places = {"icons": Path(str(resources.files("resources").joinpath("icons"))).as_posix(), "name": theme.name}
    derived = {
        "stripe": mixed(theme.colour("card"), theme.colour("background"), _STRIPE),
        "selected": mixed(theme.colour("card"), theme.colour("blue"), _SELECTED),
    }

    def word(token: re.Match[str]) -> str:
        return places.get(token[1]) or (derived.get(token[1]) or theme.colour(token[1])).name()

    return _TOKEN.sub(word, rules)


def icon() -> QIcon:
    """PerfWatch's own icon, drawn from its SVG."""
    pixmap = QPixmap()
    pixmap.loadFromData(resources.files("resources").joinpath("icons/perfwatch.svg").read_bytes(), b"SVG")
    return QIcon(pixmap)
