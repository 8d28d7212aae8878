"""A number that stays keeps its picture while the window is resized, and gives it up when it changes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from perfwatch_gui.cards.field import Field
from perfwatch_gui.cards.figures import Shown
from perfwatch_gui.cards.legend import LegendEntry
from tests.gui.scene import Scene, scene, turn


@pytest.fixture
def shown(qtbot: QtBot, tmp_path: Path) -> Iterator[Scene]:
    """A live window."""
    with scene(qtbot, tmp_path / "window.ini") as made:
        made.tick(3)
        yield made


def picture(widget: QWidget) -> QImage:
    """What stands there now."""
    return widget.grab().toImage()


def written(shown: Scene, texts: list[str]) -> list[QImage]:
    """What the first number of the CPU card looks like with one text after the other, each painted three times."""
    field, pictures = shown.card("cpu").findChildren(Field)[0], []
    for text in texts:
        field.show_value(Shown(text))
        three = [picture(field) for _ in range(3)]
        assert three[0] == three[1] == three[2], "kept is as painted"
        pictures.append(three[2])
    return pictures


def test_a_kept_number_looks_as_it_was_painted_and_goes_with_its_value(shown: Scene) -> None:
    one, two, again = written(shown, ["12.3 %", "45.6 %", "12.3 %"])
    assert one == again != two


def test_a_kept_number_goes_with_its_colours(shown: Scene) -> None:
    (dark,) = written(shown, ["12.3 %"])
    shown.theme.choose("light")
    turn()
    (light,) = written(shown, ["12.3 %"])
    assert light != dark


def test_a_kept_legend_goes_with_its_switch_and_its_focus(shown: Scene) -> None:
    entry = shown.card("cpu").findChildren(LegendEntry)[1]
    on = [picture(entry) for _ in range(3)]
    entry.click()
    off = [picture(entry) for _ in range(3)]
    entry.click()
    entry.setFocus()
    focused = [picture(entry) for _ in range(3)]
    for three in (on, off, focused):
        assert three[0] == three[1] == three[2]
    assert on[2] != off[2] != focused[2] != on[2]
