"""Which stretch of time the charts of a page show together: live, or held at a moment of the past."""

from __future__ import annotations

from PySide6.QtCore import QObject, QTimer, Signal

SPAN = 300.0
LEAST_SPAN = 30.0
_MOMENT = 0.001
MOST_SPAN = 31 * 86400.0
# Time without a movement after which axes fit what is seen, in ms.
_SETTLE_MS = 300
# What one press of a key or one notch of the wheel moves, as shares of the span.
STEP = 0.25
ZOOM = 2.0


class TimeView(QObject):
    """`span` seconds up to `right` (UTC seconds); `end` is None while live, and then `right` is the newest sample.

    `changed` says that the charts show something else now, `settled` that they have not moved for a moment.
    `oldest` and `newest` are how far one can go; None where it is not known yet. `held` says that it stands where it
    was stopped.
    """

    changed = Signal()
    settled = Signal()

    def __init__(self, span: float = SPAN) -> None:
        super().__init__()
        self.span = span
        self.end: float | None = None
        self.newest: float | None = None
        self.oldest: float | None = None
        self.pinned: float | None = None
        self.held = False
        self._settling = QTimer(self)
        self._settling.setSingleShot(True)
        self._settling.setInterval(_SETTLE_MS)
        self._settling.timeout.connect(self.settled)

    @property
    def live(self) -> bool:
        """Whether the right edge is the newest sample, and goes on with it."""
        return self.end is None

    @property
    def right(self) -> float:
        """The moment at the right edge; 0 before anything is known."""
        return self.end if self.end is not None else self.newest or 0.0

    @property
    def start(self) -> float:
        """The moment at the left edge."""
        return self.right - self.span

    @property
    def moment(self) -> float:
        """The moment that numbers are shown of: the pinned one, else the right edge."""
        return self.right if self.pinned is None else self.pinned

    @property
    def moving(self) -> bool:
        """Whether it was moved just now."""
        return self._settling.isActive()

    def pan(self, seconds: float) -> None:
        """Move to later, or with negative seconds to earlier; moving up to the newest sample means live."""
        if self.newest is None or (self.live and seconds >= 0):
            return
        self._go(self.right + seconds, self.span)

    def move_to(self, right: float) -> None:
        """Let the right edge be at a moment, or live from the newest sample on."""
        if self.newest is not None and not (self.live and right >= self.newest):
            self._go(right, self.span)

    def restore(self, end: float | None, pinned: float | None) -> None:
        """Go back to an earlier right edge and pin."""
        if (end, pinned) != (self.end, self.pinned):
            self.end, self.pinned = end, pinned
            self._moved()

    def step(self, shares: float) -> None:
        """Move by so many shares of what is shown."""
        self.pan(shares * self.span)

    def zoom(self, factor: float, age: float = 0.0) -> None:
        """Show `factor` times as much, so that what is `age` seconds before the right edge stays where it is."""
        span = min(max(self.span * factor, LEAST_SPAN), self._most())
        if span == self.span:
            return
        if self.live:
            # what is live has its end as its fixed point
            self.span = span
            self._moved()
        else:
            right = self.right + age * (span / self.span - 1)
            # what is only looked at from farther away does not begin to move
            self._go(right if self.newest is None else min(right, self.newest - _MOMENT), span)

    def zoom_in(self) -> None:
        """Show half as much, around the pinned moment or the middle."""
        self.zoom(1 / ZOOM, self._centre())

    def zoom_out(self) -> None:
        """Show twice as much."""
        self.zoom(ZOOM, self._centre())

    def _centre(self) -> float:
        if self.pinned is not None and self.start <= self.pinned <= self.right:
            return self.right - self.pinned
        return self.span / 2

    def go_oldest(self) -> None:
        """As far back as there is history."""
        if self.oldest is not None and self.newest is not None:
            self._go(self.oldest + self.span, self.span)

    def go_live(self) -> None:
        """Follow the newest sample again, without a pinned moment."""
        if not self.live or self.pinned is not None:
            self.end = self.pinned = None
            self._moved()

    def hold(self) -> None:
        """Stay with what is shown now."""
        if self.live and self.newest is not None:
            self.end, self.held = self.newest, True
            self._moved()

    def show(self, start: float, end: float) -> None:
        """Show this stretch."""
        self._go(end, min(max(end - start, LEAST_SPAN), self._most()))

    def pin(self, moment: float | None) -> None:
        """Mark a moment, whose numbers are shown from now on; None takes the mark away."""
        if moment is not None:
            self.hold()
        if moment != self.pinned:
            self.pinned = moment
            self.changed.emit()

    def take_newest(self, moment: float) -> None:
        """A sample came; what is live goes on with it without a word, since it is about to be drawn."""
        self.newest = moment

    def _most(self) -> float:
        """As much as there is, and a month in any case."""
        if self.oldest is None or self.newest is None:
            return MOST_SPAN
        return max(MOST_SPAN, self.newest - self.oldest)

    def _go(self, right: float, span: float) -> None:
        newest = self.newest
        if self.oldest is not None:
            right = max(right, self.oldest + span)
        before = self.end, self.span
        self.held = False
        self.span = span
        # whoever comes back to the newest sample means to stay with it, but never loses a mark by that
        self.end = right if newest is None or right < newest else newest if self.pinned is not None else None
        if (self.end, self.span) != before:
            self._moved()

    def _moved(self) -> None:
        self._settling.start()
        self.changed.emit()
