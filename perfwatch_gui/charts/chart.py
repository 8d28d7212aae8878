"""A chart over time: curves that end now or at a moment of the past, one y axis, and what the cursor reads in it."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QSizePolicy

from perfwatch_core.layout import Style
from perfwatch_core.metric import Series
from perfwatch_core.units import ByteStyle
from perfwatch_gui.charts.cursor import Cursor
from perfwatch_gui.charts.curves import Curves
from perfwatch_gui.charts.layers import Layers
from perfwatch_gui.charts.line import Line
from perfwatch_gui.charts.read_chart import ReadChart
from perfwatch_gui.charts.reading import ReadOut
from perfwatch_gui.charts.scale import Scale
from perfwatch_gui.charts.source import PointSource
from perfwatch_gui.charts.stretch import Stretch
from perfwatch_gui.charts.timeview import TimeView
from perfwatch_gui.spoken import describe
from perfwatch_gui.theme import Theme

_LEAST, _WISHED = QSize(160, 44), QSize(420, 140)
_SHADE = 60


class TimeChart(ReadChart):
    """Lines of one unit over the last `span` seconds; see the package for how it is used.

    `resized` says that it has another width now, and of the past may want other points. All work is done when Qt asks
    for a picture, so a chart that nobody can see does none.
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
        mirrored = signed or any(line.style is Style.MIRROR for line in lines)
        scale = Scale(lines[0].series.metric.unit, least, style, mirrored)
        super().__init__(lines, scale, span, cursor, times)
        self._copied = partial(
            TimeChart, lines=lines, name=name, least=least, ceiling=ceiling, banded=banded, signed=signed
        )
        self._theme = theme
        self._ceiling = ceiling
        self._stretch = Stretch()
        self._curves = Curves(self.lines, theme, banded=banded, signed=signed)
        self._layers = Layers(self._curves, self._frame, scale, self._stretch)
        # it paints its whole ground: else every sample would repaint the card below it too
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAccessibleName(f"{name} chart".strip())
        theme.changed.connect(self._recolour)
        if times is not None:
            times.settled.connect(self._settle)

    def sizeHint(self) -> QSize:
        """A comfortable size."""
        return _WISHED

    def minimumSizeHint(self) -> QSize:
        """The least that can be read."""
        return _LEAST

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
        self._stretch.trimmed = True

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
        return (x + (self._stretch.base - self._now)).tolist(), y.tolist()

    def draw(
        self, source: PointSource, now: float, span: float | None = None, *, live: bool = True, more: bool = True
    ) -> None:
        """Show the `span` seconds before `now` (UTC seconds); the picture is made when it is looked at.

        What is `live` has ages below it, what is not has clock times. Without `more` the source knows what it knew
        before, so that the curves need only be moved.
        """
        if more or live or source is not self._source:
            self._forget()
        self._source, self._now, self._live = source, now, live
        self.span = span or self.span
        if self._frame.look(self.span, None if live else now):
            self.update(self._frame.moving)
        self._change()

    def switch(self, address: str, on: bool) -> None:
        """Show or hide the line of an address; an address of no line here changes nothing."""
        for line in self.lines:
            if str(line.series) == address:
                (self._hidden.discard if on else self._hidden.add)(line)
        self._forget()
        self._refit()

    def set_byte_style(self, style: ByteStyle) -> None:
        """Write bytes in binary or decimal multiples from now on."""
        if style is not self.scale.style:
            self.scale.style = style
            self._refit()

    def _forget(self) -> None:
        """The curves are made anew when they are needed."""
        self._stretch.forget()
        self._layers.forget()

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
            # until now the old picture was stretched, or moved by whole pixels
            self._stretch.fit(self.span)
            self._layers.forget()
            self._refit()
            describe(self, self.values_text)

    def _recolour(self) -> None:
        self._curves.recolour(self._theme)
        self._layers.forget()
        self.update()

    def _prepare(self) -> None:
        """Bring curves, axes and read-out up to date, if anything has changed."""
        if not self._stale:
            return
        self._stale = False
        if self._source is not None:
            seen = self._now - self.span, self._now
            self._stretch.load(self._curves, self._source, seen, self.points, self._shown(), self._live)
            right = self._now - self._stretch.base
            ends = self._curves.extent(right - self.span, right)
            if self._ceiling is not None and self._source.newest is not None:
                self.scale.ceiling = self._source.newest.number_of(self._ceiling)
            if self.scale.fit(*ends, self._now) if self._live else self.scale.grow(*ends):
                self._arrange()
        if self._live:
            describe(self, self.values_text)
        self._out = self._reading()

    def moment_at(self, x: float) -> float | None:
        """The moment known of (UTC seconds) that is nearest to a pixel; None beside the curves."""
        self._prepare()
        moment = super().moment_at(x)
        return None if self._source is None or moment is None else self._source.moment_near(moment)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint ground, axes, areas, grid, lines, and what the cursor reads."""
        self._prepare()
        frame, plot = self._frame, self._frame.plot
        painter = QPainter(self)
        ground = self._theme.colour("card")
        painter.fillRect(event.rect(), ground)
        frame.paint_labels(painter, self._theme, event.rect())
        painter.setClipRect(plot)
        self._layers.place(self._now, self.span, self.devicePixelRatioF(), ground, moving=not self._live)
        self._layers.paint_fills(painter)
        frame.paint_grid(painter, self._theme, self.scale)
        self._layers.paint_strokes(painter)
        pinned = self._pinned_age()
        if pinned is not None:
            pin = QRectF(round(frame.x_of(pinned)) - 1, plot.top(), 2, plot.height())
            painter.fillRect(pin, self._theme.colour("cyan"))
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
        points = self.points
        if points != before and not (self._live and self._source is not None):
            self.resized.emit()
        if self._curves.fits(points):
            self._out = self._out and self._placed(self._out)
        else:
            self._forget()
            self._stale = True
