"""How areas and lines of one chart come onto a painter: drawn anew, or taken along while time is moved."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QPointF, QRect, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPixmap

from perfwatch_gui.charts.curves import Curves
from perfwatch_gui.charts.frame import Frame
from perfwatch_gui.charts.scale import Scale
from perfwatch_gui.charts.stretch import Stretch

# A line reaches so many pixels beyond its points.
_BESIDE = 2.0

Paint = Callable[[QPainter, float, float], None]


class Layers:
    """Paints areas and lines apart, since the grid is between them.

    While time is `moving` both are kept as pixels: what stays in view is shifted by whole pixels of the screen, and
    only the strip that comes into view is drawn. A picture that was kept is so never more than half a pixel away from
    where it would be drawn.
    """

    def __init__(self, curves: Curves, frame: Frame, scale: Scale, stretch: Stretch) -> None:
        self._curves = curves
        self._frame = frame
        self._scale = scale
        self._stretch = stretch
        self._now = self._span = 0.0
        self._ratio = 1.0
        self._key: tuple[float, ...] | None = None
        # PySide 6.10 loses five references to None with each new pixmap that is painted on
        self._pixmaps = QPixmap(), QPixmap()
        self._kept: tuple[QPixmap, QPixmap] | None = None

    def forget(self) -> None:
        """The curves are other ones, or have other colours."""
        self._kept = None

    def place(self, now: float, span: float, ratio: float, ground: QColor, *, moving: bool) -> None:
        """Get ready for `span` seconds up to `now` (UTC seconds), on a screen of `ratio` pixels for each of Qt's."""
        self._span, self._ratio = span, ratio
        # a pixmap between two pixels of the screen would be blurred
        if not moving or not ratio.is_integer() or self._stretch.trimmed:
            self._now, self._kept = now, None
            if self._key is not None:
                # live pictures need none, and the memory is that of a screen
                self._key, self._pixmaps = None, (QPixmap(), QPixmap())
            return
        plot, before = self._frame.plot, self._key
        seen = plot.left(), plot.top(), plot.width(), plot.height(), self._scale.top, self._scale.bottom
        self._key = (span, ratio, *seen)
        if self._key != before:
            # nothing is kept of what may be another one the next time
            self._now, self._kept = now, None
        elif self._kept is None:
            self._now = now
            self._kept = self._drawn(ground)
        else:
            self._shift(self._kept, now, ground)

    def _drawn(self, ground: QColor) -> tuple[QPixmap, QPixmap]:
        """The whole plot, as two pixmaps."""
        plot = self._frame.plot
        size = QSize(round(plot.width() * self._ratio), round(plot.height() * self._ratio))
        if self._pixmaps[0].size() != size:
            self._pixmaps = QPixmap(size), QPixmap(size)
            # a pixmap has transparent pixels from when it is filled with them
            self._pixmaps[1].fill(QColor(Qt.GlobalColor.transparent))
        kept = self._pixmaps
        for pixmap in kept:
            pixmap.setDevicePixelRatio(self._ratio)
        self._draw_strip(kept, QRect(0, 0, size.width(), size.height()), ground)
        return kept

    def _shift(self, kept: tuple[QPixmap, QPixmap], now: float, ground: QColor) -> None:
        """Let the pixels end as near to `now` as whole pixels can, and draw what was not in view."""
        width, height = kept[0].width(), kept[0].height()
        second = width / self._span
        way = round((now - self._now) * second)
        if way == 0:
            return
        self._now += way / second
        if abs(way) < width:
            for pixmap in kept:
                pixmap.scroll(-way, 0, QRect(0, 0, width, height))
        fresh = min(abs(way), width)
        self._draw_strip(kept, QRect(width - fresh if way > 0 else 0, 0, fresh, height), ground)

    def _draw_strip(self, kept: tuple[QPixmap, QPixmap], strip: QRect, ground: QColor) -> None:
        """Draw some columns, given in pixels of the screen."""
        seconds = self._span / kept[0].width()
        left = self._now - self._stretch.base - self._span
        first, last = left + (strip.left() - _BESIDE) * seconds, left + (strip.right() + 1 + _BESIDE) * seconds
        paints: tuple[Paint, Paint] = self._paint_fills, self._paint_strokes
        for pixmap, colour, paint in zip(kept, (ground, QColor(Qt.GlobalColor.transparent)), paints, strict=True):
            painter = QPainter(pixmap)
            painter.scale(1 / self._ratio, 1 / self._ratio)
            painter.setClipRect(strip)
            painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_Source)
            painter.fillRect(strip, colour)
            painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_SourceOver)
            painter.resetTransform()
            painter.translate(-self._frame.plot.topLeft())
            paint(painter, first, last)
            painter.end()

    def paint_fills(self, painter: QPainter) -> None:
        """Paint the areas."""
        if self._kept is None:
            self._paint_fills(painter, *self._seen())
        else:
            painter.drawPixmap(self._frame.plot.topLeft(), self._kept[0])

    def paint_strokes(self, painter: QPainter) -> None:
        """Paint the lines, the dashed ones below the others."""
        if self._curves.dashed:
            self._paint_lines(painter, self._curves.paint_dashes, *self._seen())
        if self._kept is None:
            self._paint_strokes(painter, *self._seen())
        else:
            painter.drawPixmap(self._frame.plot.topLeft(), self._kept[1])

    def _seen(self) -> tuple[float, float]:
        """From when to when, in seconds from the base of the curves."""
        right = self._now - self._stretch.base
        return right - self._span, right

    def _paint_fills(self, painter: QPainter, first: float, last: float) -> None:
        before = painter.transform()
        self._to_pixels(painter)
        self._curves.paint_fills(painter, first, last)
        painter.setTransform(before)

    def _paint_strokes(self, painter: QPainter, first: float, last: float) -> None:
        self._paint_lines(painter, self._curves.paint_strokes, first, last)

    def _paint_lines(self, painter: QPainter, paint: Paint, first: float, last: float) -> None:
        """A line is one pixel of the screen; on a fine screen a second one beside it makes it as bold as elsewhere."""
        before = painter.transform()
        for shift in range(max(1, round(self._ratio))):
            painter.translate(QPointF(0.0, shift / self._ratio))
            self._to_pixels(painter)
            paint(painter, first, last)
            painter.setTransform(before)

    def _to_pixels(self, painter: QPainter) -> None:
        """From seconds from the base, and values, to pixels."""
        offset = self._stretch.base - self._now
        painter.setTransform(self._frame.transform(self._scale).translate(offset, 0.0), True)
