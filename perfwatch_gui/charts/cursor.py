"""One cursor for all charts: where the pointer is in time, wherever on the page it is."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal


class Cursor(QObject):
    """`age` is how many seconds before the charts' right edge the pointer is; None while it is on no chart.

    An age, not a moment: charts scroll below a pointer that rests, and the line stays under it.
    """

    moved = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.age: float | None = None

    def move(self, age: float | None) -> None:
        """Put it at another age in seconds, or away with None."""
        if age != self.age:
            self.age = age
            self.moved.emit()
