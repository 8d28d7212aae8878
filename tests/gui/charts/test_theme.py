"""Colours: as designed, with contrast that the standard asks for, and changing with the desktop."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPalette
from PySide6.QtWidgets import QApplication

from perfwatch_gui.theme import (
    DARK,
    LIGHT,
    LINE_CONTRAST,
    SERIES,
    TEXT_CONTRAST,
    Scheme,
    Theme,
    contrast,
    darkened,
    mixed,
    tabular,
)


@pytest.mark.parametrize(
    ("one", "other", "ratio"),
    [("#000000", "#ffffff", 21), ("#777777", "#ffffff", 4.48), ("#ff0000", "#ffffff", 4), ("#123456", "#123456", 1)],
)
def test_contrast_is_the_standards(one: str, other: str, ratio: float) -> None:
    assert contrast(one, other) == contrast(other, one) == pytest.approx(ratio, abs=0.01)


def test_the_dark_colours_are_as_designed() -> None:
    assert dict(DARK.colours) == {
        "background": "#0f172a", "card": "#1e293b", "border": "#334155", "text": "#f8fafc", "quiet": "#94a3b8",
        "blue": "#3b82f6", "green": "#22c55e", "amber": "#f59e0b", "red": "#ef4444", "purple": "#a855f7",
        "cyan": "#06b6d4", "orange": "#f97316", "pink": "#ec4899",
    }  # fmt: skip
    assert LIGHT.colours.keys() == DARK.colours.keys()


@pytest.mark.parametrize("scheme", [DARK, LIGHT], ids=lambda scheme: scheme.name)
@pytest.mark.parametrize("ground", ["background", "card"])
def test_text_and_lines_can_be_read(scheme: Scheme, ground: str) -> None:
    for token in ("text", "quiet"):
        assert contrast(scheme.colours[token], scheme.colours[ground]) >= TEXT_CONTRAST, token
    for token in SERIES:
        assert contrast(scheme.colours[token], scheme.colours[ground]) >= LINE_CONTRAST, token


@given(st.integers(0, 0xFFFFFF), st.sampled_from([3.0, 4.5, 7.0]))
def test_darkening_reaches_its_contrast_and_goes_no_further_than_needed(rgb: int, ratio: float) -> None:
    colour = f"#{rgb:06x}"
    darker = darkened(colour, "#ffffff", ratio)
    reached = contrast(darker, "#ffffff")
    assert reached >= ratio
    assert darker == colour or reached < ratio * 1.12


def test_choosing_tells_once_and_only_if_something_changes() -> None:
    theme = Theme("dark")
    heard: list[str] = []
    theme.changed.connect(lambda: heard.append(theme.name))
    theme.choose("dark")
    theme.choose("light")
    theme.choose("light")
    assert heard == ["light"]
    assert theme.colour("card") == QColor(LIGHT.colours["card"])
    with pytest.raises(ValueError, match="'plaid' is no theme; it is one of dark, light, system"):
        theme.choose("plaid")
    assert theme.choice == "light"


def test_system_follows_the_desktop_while_it_runs(qapp: QApplication) -> None:
    followed, fixed = Theme("system"), Theme("dark")
    seen: list[str] = []
    for scheme in (Qt.ColorScheme.Light, Qt.ColorScheme.Dark, Qt.ColorScheme.Light, Qt.ColorScheme.Unknown):
        # what Qt emits when the desktop's portal or platform theme reports a change
        qapp.styleHints().colorSchemeChanged.emit(scheme)
        seen.append(followed.name)
        assert fixed.name == "dark"
    assert seen == ["light", "dark", "light", "dark"]
    followed.choose("light")
    qapp.styleHints().colorSchemeChanged.emit(Qt.ColorScheme.Dark)
    assert followed.name == "light"
    followed.choose("system")
    assert followed.name == "dark"


def test_the_palette_has_the_schemes_colours() -> None:
    palette = Theme("light").palette()
    role = QPalette.ColorRole
    assert palette.color(role.Window).name() == LIGHT.colours["background"]
    assert palette.color(role.Base).name() == LIGHT.colours["card"]
    assert palette.color(role.Text).name() == LIGHT.colours["text"]
    assert palette.color(QPalette.ColorGroup.Disabled, role.Text).name() == LIGHT.colours["quiet"]


def test_mixing_is_opaque_and_ends_where_it_should() -> None:
    one, other = QColor("#000000"), QColor("#ff8040")
    assert [mixed(one, other, share).name() for share in (0.0, 0.5, 1.0)] == ["#000000", "#804020", "#ff8040"]
    assert mixed(one, other, 0.3).alpha() == 255


def test_figures_are_equally_wide(qapp: QApplication) -> None:
    metrics = QFontMetricsF(tabular(qapp.font(), 0.8))
    assert len({metrics.horizontalAdvance(figure * 5) for figure in "0123456789"}) == 1
    assert tabular(qapp.font(), 0.5).pointSizeF() == pytest.approx(qapp.font().pointSizeF() / 2)
