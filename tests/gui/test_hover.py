"""Hover texts are as wide as they are long, up to a width that reads well."""

from __future__ import annotations

import pytest
from PySide6.QtGui import QTextDocument

from perfwatch_gui.hover import hover


def lines(words: str) -> int:
    """How many lines Qt makes of a text as it does for a tool tip."""
    document = QTextDocument()
    document.setHtml(hover(words))
    document.adjustSize()
    block, count = document.begin(), 0
    while block.isValid():
        count += block.layout().lineCount()
        block = block.next()
    return count


@pytest.mark.usefixtures("qtbot")
def test_a_short_sentence_is_one_line_and_a_long_one_is_wrapped() -> None:
    assert lines("this machine shows no temperature sensor") == 1
    assert lines("first\nsecond, which is a little longer") == 2
    assert lines("one of many words " * 12) > 2
    assert hover("") == ""
    assert "&lt;b&gt;" in hover("<b>")
