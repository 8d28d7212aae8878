"""Hover texts: plain words, wrapped by Qt to a readable width instead of one line across the screen."""

from __future__ import annotations

from html import escape


def hover(words: str) -> str:
    """The words as the rich text that makes Qt wrap them; empty stays empty, which shows nothing."""
    if not words:
        return ""
    paragraphs = "".join(f"<p style='margin:0'>{escape(line)}</p>" for line in words.split("\n"))
    return f"<qt>{paragraphs}</qt>"
