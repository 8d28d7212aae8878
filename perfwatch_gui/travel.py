"""Going through time with the pages of cards: keys, the sample of the moment, and what the header says of it."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, Signal

from perfwatch_core.sample import Sample
from perfwatch_gui import clock
from perfwatch_gui.cards.context import Context
from perfwatch_gui.charts.timeview import STEP, TimeView
from perfwatch_gui.past.moments import Moments

# A pin moves by so many parts of what is shown.
_PIN_PARTS = 60


class Travel(QObject):
    """Keeps `sample`, the one whose numbers are to be shown, at the shared view of time.

    `moved` says that charts or numbers are other ones now; `on_page` gives the view of the open page, None where it
    shows no time.
    """

    moved = Signal()

    def __init__(self, context: Context, on_page: Callable[[], TimeView | None]) -> None:
        super().__init__()
        self._context = context
        self._on_page = on_page
        self.times = context.times
        self.problem = ""
        self._newest: Sample | None = None
        self._moments = Moments(context.archive, context.catalogue)
        self._moments.found.connect(self._found)
        self._moments.failed.connect(self._fail)
        self.times.changed.connect(self._follow)
        self.times.settled.connect(self._look_up)

    @property
    def sample(self) -> Sample | None:
        """The newest while live; else that of the moment, or the last one shown until it is there."""
        return self._newest if self.times.live else self._moments.sample or self._newest

    def take(self, sample: Sample) -> None:
        """The newest sample came."""
        self._newest = sample
        self._moments.take(sample)
        self.times.take_newest(sample.time)

    def _follow(self) -> None:
        """The view moved; the store unpacks an hour for one moment, so it is asked when the view rests."""
        self.problem = ""
        if self.times.live:
            self._moments.forget()
        elif not self.times.moving:
            self._look_up()
        self.moved.emit()

    def forget(self) -> None:
        """Nobody looks any more."""
        self._moments.forget()

    def _look_up(self) -> None:
        """Ask for the numbers of the moment."""
        if not self.times.live:
            self._moments.ask(self.times.moment)

    def _found(self) -> None:
        self.problem = ""
        self.moved.emit()

    def _fail(self, sentence: str) -> None:
        self.problem = sentence
        self.moved.emit()

    def words(self, times: TimeView) -> tuple[str, ...]:
        """The state for the header, and what it says of a view that is not live: with its zone, and ever shorter."""
        said = span = clock.span_text(times.start, times.right)
        short = clock.short_text(times.right, self._context.clock(), seconds=False)
        if times is not self.times:
            return "past", span, short
        if self.problem:
            said = f"{said}   {self.problem}"
        elif self._moments.sample is not None:
            which = "pinned" if self.times.pinned is not None else "values at"
            said = f"{said}   {which} {clock.short_text(self._moments.sample.time, self.times.right)}"
        return ("frozen", f"frozen  {said}", span, short) if self.times.held else ("past", said, span, short)

    def toggle_frozen(self) -> None:
        """Hold the picture still, or go on with the newest."""
        times = self._on_page()
        if times is not None and times.live:
            times.hold()
        elif times is not None:
            times.go_live()

    def pan_back(self) -> None:
        """A quarter of what is shown to earlier."""
        if (times := self._on_page()) is not None:
            times.step(-STEP)

    def pan_on(self) -> None:
        """A quarter of what is shown to later."""
        if (times := self._on_page()) is not None:
            times.step(STEP)

    def zoom_in(self) -> None:
        """Half as much time."""
        if (times := self._on_page()) is not None:
            times.zoom_in()

    def zoom_out(self) -> None:
        """Twice as much time."""
        if (times := self._on_page()) is not None:
            times.zoom_out()

    def go_oldest(self) -> None:
        """To the oldest that is stored."""
        if (times := self._on_page()) is not None:
            times.go_oldest()

    def go_live(self) -> None:
        """Back to the newest sample."""
        if (times := self._on_page()) is not None:
            times.go_live()

    def pin(self) -> None:
        """Pin the moment below the pointer or at the right edge, or take the pin away."""
        times = self._on_page()
        if times is None or times.newest is None:
            return
        age = self._context.cursor.age
        times.pin(None if times.pinned is not None else times.right - (age or 0.0))

    def pin_earlier(self) -> None:
        """Move the pin to the left."""
        self._move_pin(-1)

    def pin_later(self) -> None:
        """Move the pin to the right."""
        self._move_pin(1)

    def _move_pin(self, way: int) -> None:
        times = self._on_page()
        if times is not None and times.newest is not None:
            moment = times.moment + way * times.span / _PIN_PARTS
            times.pin(min(max(moment, times.start), times.right))
