"""Colours and figures of the window: dark, light, or as the system has it, changing while it runs."""

from __future__ import annotations

import colorsys
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QColor, QFont, QGuiApplication, QPalette

CHOICES = ("dark", "light", "system")
SERIES = ("blue", "green", "amber", "red", "purple", "cyan", "orange", "pink")
# WCAG 2.2: 4.5:1 for text (1.4.3). Series colours are lines first (3:1, 1.4.11), but are set as text too.
TEXT_CONTRAST = 4.5
LINE_CONTRAST = 3.0

_DARK = {
    "background": "#0f172a", "card": "#1e293b", "border": "#334155", "text": "#f8fafc", "quiet": "#94a3b8",
    "blue": "#3b82f6", "green": "#22c55e", "amber": "#f59e0b", "red": "#ef4444", "purple": "#a855f7",
    "cyan": "#06b6d4", "orange": "#f97316", "pink": "#ec4899",
}  # fmt: skip
_LIGHT_GROUND = {"background": "#f1f5f9", "card": "#ffffff", "border": "#cbd5e1", "text": "#0f172a"}
_STEP = 0.005
# Lines behind curves are quieter than the edge of their card.
_GRID_SHARE = 0.75


def luminance(colour: str) -> float:
    """Relative luminance of `#rrggbb`, 0 to 1 (WCAG 2.2, definition of relative luminance)."""
    linear = [
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
        for part in (int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5))
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    """Contrast ratio of two colours, 1 to 21 (WCAG 2.2, definition of contrast ratio)."""
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def darkened(colour: str, ground: str, ratio: float) -> str:
    """The colour in its own hue, only as much darker as contrast `ratio` on a light ground needs."""
    hue, light, full = colorsys.rgb_to_hls(*(int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)))
    while contrast(colour, ground) < ratio and light > 0:
        light = max(0.0, light - _STEP)
        colour = "#" + "".join(f"{round(part * 255):02x}" for part in colorsys.hls_to_rgb(hue, light, full))
    return colour


@dataclass(frozen=True, slots=True)
class Scheme:
    """The colours of one look, `#rrggbb` by token: ground, text, and the series."""

    name: str
    colours: Mapping[str, str]


DARK = Scheme("dark", MappingProxyType(_DARK))
LIGHT = Scheme(
    "light",
    MappingProxyType(
        _LIGHT_GROUND
        | {token: darkened(_DARK[token], _LIGHT_GROUND["background"], TEXT_CONTRAST) for token in ("quiet", *SERIES)}
    ),
)


def mixed(one: QColor, other: QColor, share: float) -> QColor:
    """`share` of `other` (0 to 1) in `one`, as an opaque colour."""
    return QColor.fromRgbF(
        one.redF() + (other.redF() - one.redF()) * share,
        one.greenF() + (other.greenF() - one.greenF()) * share,
        one.blueF() + (other.blueF() - one.blueF()) * share,
    )


def tabular(font: QFont, factor: float = 1.0, weight: QFont.Weight = QFont.Weight.Normal) -> QFont:
    """`font` times `factor`, with figures that are all equally wide, so that a changing number does not dance."""
    sized = QFont(font)
    sized.setPointSizeF(font.pointSizeF() * factor)
    sized.setWeight(weight)
    sized.setFeature(QFont.Tag("tnum"), 1)
    return sized


class Theme(QObject):
    """The scheme in use; `changed` says that every colour may be another one now.

    `choice` is one of `CHOICES`; `system` follows the desktop's colour scheme, dark where it has none.
    """

    changed = Signal()

    def __init__(self, choice: str = "dark") -> None:
        super().__init__()
        self.choice = ""
        self.scheme = DARK
        self._colours: dict[str, QColor] = {}
        hints = QGuiApplication.styleHints()
        self._desktop = hints.colorScheme()
        hints.colorSchemeChanged.connect(self._follow)
        self.choose(choice)

    @property
    def name(self) -> str:
        """`dark` or `light`, whatever the choice was."""
        return self.scheme.name

    def choose(self, choice: str) -> None:
        """Use another look from now on; ValueError for one that is not in `CHOICES`."""
        if choice not in CHOICES:
            raise ValueError(f"{choice!r} is no theme; it is one of {', '.join(CHOICES)}")
        self.choice = choice
        self._apply()

    def _follow(self, desktop: Qt.ColorScheme) -> None:
        """The desktop has another colour scheme now."""
        self._desktop = desktop
        self._apply()

    def _apply(self) -> None:
        light = self.choice == "light" or (self.choice == "system" and self._desktop is Qt.ColorScheme.Light)
        scheme = LIGHT if light else DARK
        if scheme is not self.scheme or not self._colours:
            self.scheme = scheme
            self._colours = {token: QColor(value) for token, value in scheme.colours.items()}
            self._colours["grid"] = mixed(self._colours["card"], self._colours["border"], _GRID_SHARE)
            self.changed.emit()

    def colour(self, token: str) -> QColor:
        """The colour of a token; KeyError for an unknown one. Copy it before changing it."""
        return self._colours[token]

    def palette(self) -> QPalette:
        """The scheme as Qt's palette, for what the style sheet does not reach."""
        role, palette = QPalette.ColorRole, QPalette()
        for token, roles in {
            "background": (role.Window, role.AlternateBase, role.HighlightedText),
            "card": (role.Base, role.Button, role.ToolTipBase),
            "text": (role.WindowText, role.Text, role.ButtonText, role.ToolTipText, role.BrightText),
            "quiet": (role.PlaceholderText,),
            "border": (role.Mid, role.Midlight, role.Dark),
            "blue": (role.Highlight, role.Link, role.Accent),
        }.items():
            for one in roles:
                palette.setColor(one, self.colour(token))
        for one in (role.WindowText, role.Text, role.ButtonText):
            palette.setColor(QPalette.ColorGroup.Disabled, one, self.colour("quiet"))
        return palette
