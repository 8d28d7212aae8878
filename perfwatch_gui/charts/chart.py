"""A chart over time: curves that end now or at a moment of the past, one y axis, and what the cursor reads in it."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import QEvent, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPaintEvent, QResizeEvent, QWheelEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from perfwatch_core.layout import Style
from perfwatch_core.metric import Series
from perfwatch_core.units import ByteStyle, text
from perfwatch_gui.charts.cursor import Cursor
from perfwatch_gui.charts.curves import Curves
from perfwatch_gui.charts.frame import Frame
from perfwatch_gui.charts.hand import Hand
from perfwatch_gui.charts.line import Line
from perfwatch_gui.charts.reading import ReadOut, read
from perfwatch_gui.charts.readout import Box
from perfwatch_gui.charts.scale import Scale
from perfwatch_gui.charts.source import PointSource
from perfwatch_gui.charts.timeview import TimeView
from perfwatch_gui.spoken import describe
from perfwatch_gui.theme import Theme, tabular

_FONT_FACTOR = 0.8
_LEAST = QSize(160, 44)
# What is loaded beside the picture, as a share of it: so far time is moved without building curves anew.
_MARGIN = 0.5
_SHADE = 60
_WISHED = QSize(420, 140)


class TimeChart(QWidget):
    """Lines of one unit over the last `span` seconds; see the package for how it is used.

    `resized` says that it has another width now, and with it may want other points. All work is done when Qt asks for
    a picture, so a chart that nobody can see does none.
    """

    resized = Signal()

    def __init__(
        self,
        theme: Theme,
        lines: Sequence[Line],
        cursor: Cursor | None = None,
        *,
        times: TimeView | None = None,
        name: str = "",
        span: float = 300.0,
        least: float = 0.0,
        ceiling: Series | None = None,
        style: ByteStyle = ByteStyle.AUTO,
        banded: bool = False,
        signed: bool = False,
    ) -> None:
        super().__init__()
        self._copied = partial(
            TimeChart, lines=lines, name=name, least=least, ceiling=ceiling, banded=banded, signed=signed
        )
        self.lines = tuple(lines)
        self.span = span
        self.time_cursor = cursor or Cursor()
        self._theme = theme
        self._ceiling = ceiling
        self._hidden: set[Line] = set()
        self._source: PointSource | None = None
        self._now = 0.0
        self._live = True
        # what the curves hold: from when to when, and the time they are counted from
        self._base = 0.0
        self._loaded: tuple[float, float] | None = None
        self._loaded_span = span
        self._trimmed = False
        self._stale = False
        self._out: ReadOut | None = None
        mirrored = signed or any(line.style is Style.MIRROR for line in lines)
        self.scale = Scale(lines[0].series.metric.unit, least, style, mirrored)
        self._curves = Curves(self.lines, theme, banded=banded, signed=signed)
        self._font = tabular(self.font(), _FONT_FACTOR)
        self._frame = Frame(self._font, span)
        self._box = Box(self._font)
        self._hand = Hand(self, times) if times is not None else None
        self._times = times
        self.setMouseTracking(True)
        # it paints its whole ground: else every sample would repaint the card below it too
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAccessibleName(f"{name} chart".strip())
        self.time_cursor.moved.connect(self._read)
        theme.changed.connect(self._recolour)
        if times is not None:
            times.settled.connect(self._settle)

    def sizeHint(self) -> QSize:
        """A comfortable size."""
        return _WISHED

    def minimumSizeHint(self) -> QSize:
        """The least that can be read."""
        return _LEAST

    @property
    def now(self) -> float:
        """The right edge, in UTC seconds."""
        return self._now

    @property
    def shown_lines(self) -> tuple[Line, ...]:
        """The lines that are on."""
        return tuple(self._shown())

    def copy(self, theme: Theme) -> TimeChart:
        """The same picture as another widget, in another theme, without cursor and with clock times."""
        made = self._copied(theme, style=self.scale.style)
        made.trim()
        for line in self._hidden:
            made.switch(str(line.series), False)
        if self._source is not None:
            made.draw(self._source, self._now, self.span, live=False)
        return made

    def trim(self) -> None:
        """Hold nothing beyond the edges of the picture: an SVG has no clipping."""
        self._trimmed = True

    @property
    def visible_series(self) -> tuple[Series, ...]:
        """The series whose lines are on."""
        return tuple(line.series for line in self._shown())

    @property
    def read_out(self) -> ReadOut | None:
        """What the cursor reads here; None while it is on no chart."""
        self._prepare()
        return self._out

    @property
    def ticks(self) -> list[str]:
        """The texts along the axes, as they stand there."""
        self._prepare()
        return [label.text for label in self._frame.labels]

    @property
    def plot(self) -> QRectF:
        """Where the curves are, in pixels of the widget."""
        self._prepare()
        return self._frame.plot

    def data(self, series: Series) -> tuple[list[float], list[float]]:
        """The points of a curve as drawn: seconds before the right edge, and values."""
        self._prepare()
        place = [line.series for line in self.lines].index(series)
        x, y = self._curves.data(place)
        return (x + (self._base - self._now)).tolist(), y.tolist()

    def values_text(self) -> str:
        """The newest values, or those at the right edge, one line for each curve that is on."""
        return "\n".join(
            f"{line.label} {text(self._value(line.series), self.scale.unit, self.scale.style)}"
            for line in self._shown()
        )

    def _value(self, series: Series) -> float | None:
        """What is known of a series at the right edge."""
        if self._source is None:
            return None
        newest = self._source.newest
        if not self._live:
            return self._source.value(series, self._now)
        return newest.number_of(series) if newest else None

    def draw(
        self, source: PointSource, now: float, span: float | None = None, *, live: bool = True, more: bool = True
    ) -> None:
        """Show the `span` seconds before `now` (UTC seconds); the picture is made when it is looked at.

        What is `live` has ages below it, what is not has clock times. Without `more` the source knows what it knew
        before, so that the curves need only be moved.
        """
        if more or live or source is not self._source:
            self._loaded = None
        self._source, self._now, self._live = source, now, live
        self.span = span or self.span
        if self._frame.look(self.span, None if live else now):
            self.update()
        self._change()

    def switch(self, address: str, on: bool) -> None:
        """Show or hide the line of an address; an address of no line here changes nothing."""
        for line in self.lines:
            if str(line.series) == address:
                (self._hidden.discard if on else self._hidden.add)(line)
        self._loaded = None
        self._refit()

    def set_byte_style(self, style: ByteStyle) -> None:
        """Write bytes in binary or decimal multiples from now on."""
        if style is not self.scale.style:
            self.scale.style = style
            self._refit()

    def _shown(self) -> list[Line]:
        return [line for line in self.lines if line not in self._hidden]

    def _change(self) -> None:
        """Draw anew when it is looked at; axes stand still, so that mostly only the curves are painted."""
        self._stale = True
        self.update(self._frame.plot.toAlignedRect())

    @property
    def points(self) -> int:
        """How many points to ask the history for: the pixels across the plot."""
        return max(1, int(self._frame.plot.width() * self.devicePixelRatioF()))

    def _arrange(self) -> None:
        self._frame.arrange(self.width(), self.height(), self.scale)
        self.update()

    def _refit(self) -> None:
        """What was switched by hand should be answered at once, not after the scale's patience."""
        self.scale.let_go()
        self._change()

    def _settle(self) -> None:
        """Time rests after it was moved: the axis may fit what is seen, and what is read aloud says it."""
        if self._source is not None:
            if self._loaded_span != self.span:
                # until now the old picture was stretched
                self._loaded = None
            self._refit()
            describe(self, self.values_text)

    def _recolour(self) -> None:
        self._curves.recolour(self._theme)
        self.update()

    def _prepare(self) -> None:
        """Bring curves, axes and read-out up to date, if anything has changed."""
        if not self._stale:
            return
        self._stale = False
        if self._source is not None:
            self._load(self._source)
            right = self._now - self._base
            ends = self._curves.extent(right - self.span, right)
            if self._ceiling is not None and self._source.newest is not None:
                self.scale.ceiling = self._source.newest.number_of(self._ceiling)
            if self.scale.fit(*ends, self._now) if self._live else self.scale.grow(*ends):
                self._arrange()
        if self._live:
            describe(self, self.values_text)
        self._out = self._reading()

    def _load(self, source: PointSource) -> None:
        """Build the curves, unless those that are there hold what is to be shown."""
        start = self._now - self.span
        if self._loaded is not None and self._loaded[0] <= start and self._now <= self._loaded[1]:
            return
        margin = 0.0 if self._live or self._trimmed else _MARGIN * self.span
        self._loaded_span = self.span
        self._base, self._loaded = self._now, (start - margin, self._now + margin)
        points = round(self.points * (1 + 2 * margin / self.span))
        self._curves.load(source, self._base, *self._loaded, points, self._shown())
        if self._trimmed:
            self._curves.trim(-self.span, 0.0)

    def _read(self) -> None:
        """The cursor is elsewhere: only where it was and where it is now is painted."""
        if self._stale:
            return
        before, self._out = self._out, self._reading()
        for out in (before, self._out):
            if out is not None:
                plot = self._frame.plot.toRect()
                self.update(QRect(int(out.x) - 4, plot.top(), 9, plot.height()))
                self.update(self._box.area(out, self._frame.plot).toAlignedRect().adjusted(-1, -1, 1, 1))

    def _reading(self) -> ReadOut | None:
        age = self.time_cursor.age
        if age is None:
            age = self._pinned_age()
        if age is None or self._source is None or not 0 <= age <= self.span:
            return None
        to_pixels = self._frame.transform(self.scale)
        return read(self._source, self._shown(), self._now, age, to_pixels, self.scale.style)

    def _pinned_age(self) -> float | None:
        """How far before the right edge the pinned moment is; None where none is in sight."""
        if self._times is None or self._times.pinned is None:
            return None
        age = self._now - self._times.pinned
        return age if 0 <= age <= self.span else None

    def moment_at(self, x: float) -> float | None:
        """The moment known of (UTC seconds) that is nearest to a pixel; None beside the curves."""
        self._prepare()
        if self._source is None or not self._frame.plot.left() <= x <= self._frame.plot.right():
            return None
        return self._source.moment_near(self._now - self._frame.age_at(x))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint ground, axes, areas, grid, lines, and what the cursor reads."""
        self._prepare()
        frame, plot = self._frame, self._frame.plot
        painter = QPainter(self)
        painter.fillRect(event.rect(), self._theme.colour("card"))
        if not plot.toRect().contains(event.rect()):
            frame.paint_labels(painter, self._theme)
        painter.setClipRect(plot)
        to_pixels = frame.transform(self.scale).translate(self._base - self._now, 0.0)
        seen = self._now - self._base - self.span, self._now - self._base
        painter.setTransform(to_pixels, True)
        self._curves.paint_fills(painter, *seen)
        painter.resetTransform()
        frame.paint_grid(painter, self._theme, self.scale)
        # a line is one pixel of the screen; on a fine screen a second one beside it makes it as bold as elsewhere
        for shift in range(max(1, round(self.devicePixelRatioF()))):
            painter.translate(0.0, shift / self.devicePixelRatioF())
            painter.setTransform(to_pixels, True)
            self._curves.paint_strokes(painter, *seen)
            painter.resetTransform()
        pinned = self._pinned_age()
        if pinned is not None:
            painter.fillRect(
                QRectF(round(frame.x_of(pinned)) - 1, plot.top(), 2, plot.height()), self._theme.colour("cyan")
            )
        if self._hand is not None and (chosen := self._hand.chosen) is not None:
            shade = QColor(self._theme.colour("blue"))
            shade.setAlpha(_SHADE)
            painter.fillRect(QRectF(min(chosen), plot.top(), abs(chosen[1] - chosen[0]), plot.height()), shade)
        if self._out is not None:
            self._box.paint(painter, self._out, plot, self._theme)
        painter.end()

    def resizeEvent(self, _event: QResizeEvent) -> None:
        """Lay out axes and curves for another size."""
        before = self.points
        self._arrange()
        if self.points != before:
            self.resized.emit()
        if self._curves.fits(self.points):
            self._out = self._reading()
        else:
            self._loaded, self._stale = None, True

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Take hold of time; the card gets the event too, and with it the focus."""
        if self._hand is not None:
            self._hand.press(event)
        event.ignore()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Move time while it is held, else the shared cursor to the pointer; the card gets the event too."""
        if self._hand is not None and self._hand.drag(event):
            event.accept()
            return
        plot, x = self._frame.plot, event.position().x()
        inside = plot.left() <= x <= plot.right()
        self.time_cursor.move(self._frame.age_at(x) if inside else None)
        event.ignore()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Let go of time, or pin the moment that was clicked."""
        if self._hand is not None:
            self._hand.release(event)
        event.ignore()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Leave the view as it was before the first click; the card fills the window."""
        if self._hand is not None:
            self._hand.undo()
        event.ignore()

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Back and forth in time, with Ctrl nearer and farther; the page scrolls by what cannot be used."""
        if self._hand is None or not self._hand.turn(event):
            event.ignore()

    def leaveEvent(self, event: QEvent) -> None:
        """Take the cursor away."""
        self.time_cursor.move(None)
        super().leaveEvent(event)
