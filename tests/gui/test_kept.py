"""A number that stays keeps its picture while the window is resized, and gives it up when it changes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtGui import QImage, QPainter, QRegion
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from perfwatch_gui.cards.busiest import Busiest
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
    """What stands there now; its row paints it."""
    row = widget.parentWidget()
    assert row is not None
    return row.grab(widget.geometry()).toImage()


def three_of(widget: QWidget) -> QImage:
    """What stands there, painted three times."""
    three = [picture(widget) for _ in range(3)]
    assert three[0] == three[1] == three[2], "kept is as painted"
    return three[2]


def written(shown: Scene, texts: list[str]) -> list[QImage]:
    """What the first number of the CPU card looks like with one text after the other, each painted three times."""
    field, pictures = shown.card("cpu").findChildren(Field)[0], []
    for text in texts:
        field.show_value(Shown(text))
        pictures.append(three_of(field))
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
    on = three_of(entry)
    entry.click()
    off = three_of(entry)
    entry.click()
    entry.setFocus()
    focused = three_of(entry)
    assert on != off != focused != on


def test_a_kept_row_leaves_no_trace_where_numbers_no_longer_fit(shown: Scene) -> None:
    field = shown.card("cpu").findChildren(Field)[-1]
    row = field.parentWidget()
    assert row is not None
    full, height = row.width(), row.height()
    whole = row.grab().toImage()
    for width in (full // 3, full // 3, full // 3, full, full, full):
        row.resize(width, height)
        now = row.grab().toImage()
    assert now == whole


def test_a_kept_list_of_the_busiest_grows_with_its_room_and_looks_as_painted(shown: Scene) -> None:
    busiest = shown.card("network").findChildren(Busiest)[0]
    width, height = busiest.width(), busiest.height()
    seen = []
    for high in (height, height - 1, 35, height):
        busiest.resize(width, high)
        seen.append(three_of(busiest))
    assert seen[0] == seen[3]
    assert seen[1] == seen[0].copy(0, 0, width, height - 1)
    assert seen[2] != seen[0].copy(0, 0, width, 35), "one line that says how many more there are"


def test_while_a_window_is_resized_its_numbers_are_not_written_anew(
    shown: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    window, painted = shown.window, []
    paint = Field.paint

    def told(field: Field, painter: QPainter, region: QRegion) -> None:
        painted.append(field)
        paint(field, painter, region)

    monkeypatch.setattr(Field, "paint", told)
    counts = []
    for step in range(6):
        painted.clear()
        # in this span no row has to leave a number out
        window.resize(1600 - 2 * step, 900 - step)
        turn()
        counts.append(len(painted))
    assert counts[0] > 0, "the first of these pictures is of another size"
    assert counts[3:] == [0, 0, 0]
