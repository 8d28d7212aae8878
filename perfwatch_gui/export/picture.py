"""A chart as a picture of its own: title, legend, the chart and its span, as PNG or SVG, on dark or light ground."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QPoint, QRect, QSize
from PySide6.QtGui import QImage, QImageWriter, QPaintDevice, QPainter
from PySide6.QtSvg import QSvgGenerator
from PySide6.QtWidgets import QApplication

from perfwatch_core.export_formats import replacing
from perfwatch_gui.charts.chart import TimeChart
from perfwatch_gui.charts.readout import paint_swatch
from perfwatch_gui.clock import span_text
from perfwatch_gui.theme import Theme, tabular

SIZE = QSize(1200, 560)
_MARGIN, _TITLE, _LINE, _SWATCH = 24, 34, 26, 10

_DPI = 96


def picture(chart: TimeChart, title: str, path: Path, *, light: bool) -> None:
    """Write what the chart shows to a `.svg` or any other name as PNG; the file is whole or as it was before.

    OSError where it cannot be written.
    """
    content = QByteArray()
    buffer = QBuffer(content)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    theme = Theme("light" if light else "dark")
    if path.suffix.lower() == ".svg":
        drawing = QSvgGenerator()
        drawing.setOutputDevice(buffer)
        drawing.setSize(SIZE)
        # a point is as large as on the screen that the sizes here are meant for
        drawing.setResolution(_DPI)
        drawing.setViewBox(QRect(QPoint(0, 0), SIZE))
        drawing.setTitle(title)
        drawing.setDescription(_legend_text(chart))
        _paint(drawing, chart, title, theme)
    else:
        image = QImage(SIZE, QImage.Format.Format_RGB32)
        _paint(image, chart, title, theme)
        QImageWriter(buffer, QByteArray(b"png")).write(image)
    with replacing(path) as file:
        file.write(content.data())


def _legend_text(chart: TimeChart) -> str:
    return ", ".join(line.label for line in chart.shown_lines)


def _paint(device: QPaintDevice, chart: TimeChart, title: str, theme: Theme) -> None:
    """Title and span on top, the legend below them, the chart in what is left."""
    copy = chart.copy(theme)
    copy.resize(SIZE.width() - 2 * _MARGIN, SIZE.height() - 2 * _MARGIN - _TITLE - _LINE)
    painter = QPainter(device)
    painter.fillRect(QRect(QPoint(0, 0), SIZE), theme.colour("card"))
    base = _MARGIN + 14
    painter.setFont(tabular(QApplication.font(), 1.4))
    painter.setPen(theme.colour("text"))
    painter.drawText(_MARGIN, base, title)
    painter.setFont(tabular(QApplication.font()))
    painter.setPen(theme.colour("quiet"))
    when = span_text(copy.now - copy.span, copy.now)
    painter.drawText(SIZE.width() - _MARGIN - painter.fontMetrics().horizontalAdvance(when), base, when)
    left, base = _MARGIN, base + _LINE
    for line in copy.shown_lines:
        paint_swatch(
            painter, QRect(left, base - _SWATCH, _SWATCH, _SWATCH).toRectF(), line, theme, theme.colour("card")
        )
        painter.setPen(theme.colour("text"))
        painter.drawText(left + _SWATCH + 6, base, line.label)
        left += _SWATCH + 26 + painter.fontMetrics().horizontalAdvance(line.label)
    copy.render(painter, QPoint(_MARGIN, _MARGIN + _TITLE + _LINE))
    painter.end()
