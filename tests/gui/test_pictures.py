"""The README's pictures: the same at every run, full of numbers, and there."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication

from perfwatch_gui.theme import DARK, LIGHT
from tests.screenshots import pictures
from tests.screenshots.pictures import SHOTS, NoSuchFont, Shot, rendered

_ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("shot", SHOTS, ids=lambda shot: shot.name)
def test_a_picture_is_the_same_at_every_run(qapp: QApplication, shot: Shot) -> None:
    small = Shot(shot.name, shot.page, shot.theme, (900, 600))
    one, other = rendered(qapp, small), rendered(qapp, small)
    assert (one.width(), one.height()) == small.size
    assert one == other
    ground = (LIGHT if shot.theme == "light" else DARK).colours["background"]
    assert one.pixelColor(5, 300).name() == ground


def test_the_readme_shows_every_picture() -> None:
    readme = (_ROOT / "README.md").read_text(encoding="utf-8")
    for shot in SHOTS:
        path = f"docs/images/{shot.name}.png"
        assert path in readme
        assert (_ROOT / path).is_file()


def test_a_missing_font_is_named(qapp: QApplication, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pictures, "FONT", "Hand of a Monk")
    with pytest.raises(NoSuchFont, match="set in Hand of a Monk; install it"):
        pictures.use_the_font(qapp)
