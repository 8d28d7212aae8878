"""The style sheet, with the theme's colours put in."""

from __future__ import annotations

import re
from importlib import resources

from PySide6.QtGui import QColor, QIcon, QPixmap

from perfwatch_gui.theme import Theme

_TOKEN = re.compile(r"@([a-z]+)")
_STRIPE = 0.35
_SELECTED = 0.28


def mixed(one: QColor, other: QColor, share: float) -> QColor:
    """`share` of `other` (0 to 1) in `one`, as an opaque colour."""
    parts = [
        round(a + (b - a) * share)
        for a, b in zip((one.red(), one.green(), one.blue()), (other.red(), other.green(), other.blue()), strict=True)
    ]
    return QColor(*parts)


def style_sheet(theme: Theme) -> str:
    """`resources/style.qss` in the theme's colours; an unknown word after @ raises KeyError."""
    template = resources.files("resources").joinpath("style.qss").read_text(encoding="utf-8")
    # from the first rule on, since the comment on top speaks of @ too
    rules = template.partition("*/")[2]
    derived = {
        "stripe": mixed(theme.colour("card"), theme.colour("background"), _STRIPE),
        "selected": mixed(theme.colour("card"), theme.colour("blue"), _SELECTED),
    }
    return _TOKEN.sub(lambda token: (derived.get(token[1]) or theme.colour(token[1])).name(), rules)


def icon() -> QIcon:
    """PerfWatch's own icon, drawn from its SVG."""
    pixmap = QPixmap()
    pixmap.loadFromData(resources.files("resources").joinpath("icons/perfwatch.svg").read_bytes(), "SVG")
    return QIcon(pixmap)
