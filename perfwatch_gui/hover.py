"""Hover texts: plain words, wrapped by Qt to a readable width instead of one line across the screen."""

from __future__ import annotations

from html import escape

# Letters that stand on one line: Qt makes a column four words wide of a short sentence.
_LINE = 70


def hover(words: str) -> str:
    """The words as the rich text that makes Qt wrap them; empty stays empty, which shows nothing."""
    if not words:
        return ""
    paragraphs = "".join(_paragraph(line) for line in words.split("\n"))
    return f"<qt>{paragraphs}</qt>"


def _paragraph(line: str) -> str:
    wrap = "; white-space:nowrap" if len(line) <= _LINE else ""
    return f"<p style='margin:0{wrap}'>{escape(line)}</p>"
