"""The icon at the sizes of the hicolor theme, drawn from the one SVG."""

from __future__ import annotations

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QSize
from PySide6.QtGui import QImageReader, QImageWriter


def png(svg: bytes, size: int) -> bytes:
    """The picture as a PNG of `size` times `size` pixels; ValueError where the SVG cannot be drawn."""
    source = QBuffer()
    source.setData(QByteArray(svg))
    source.open(QIODevice.OpenModeFlag.ReadOnly)
    reader = QImageReader(source, QByteArray(b"svg"))
    reader.setScaledSize(QSize(size, size))
    drawn = QBuffer()
    drawn.open(QIODevice.OpenModeFlag.WriteOnly)
    if not QImageWriter(drawn, QByteArray(b"png")).write(reader.read()):
        raise ValueError(f"the icon cannot be drawn: {reader.errorString()}")
    return bytes(drawn.data().data())
