"""Descriptions for screen readers, made only while one listens: for 128 cores they cost more than the picture."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import QWidget


def describe(widget: QWidget, words: Callable[[], str]) -> None:
    """Let the widget's description be `words()` from now on, if anybody is there to hear it."""
    if QAccessible.isActive():
        widget.setAccessibleDescription(words())
