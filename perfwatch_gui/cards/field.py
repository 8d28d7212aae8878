"""A number with its label on the screen: fixed width, tabular figures, painted without a layout pass."""

from __future__ import annotations

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QFont, QFontMetrics, QPainter, QPaintEvent, QRegion
from PySide6.QtWidgets import QSizePolicy, QWidget

from perfwatch_core.units import NOT_AVAILABLE
from perfwatch_gui.cards.figures import Shown
from perfwatch_gui.cards.kept import Kept, repaint_in_row
from perfwatch_gui.hover import hover
from perfwatch_gui.spoken import describe
from perfwatch_gui.theme import Theme, tabular

_GAP = 5
_ORDINARY = 0.95
_SKELETON_HEIGHT = 0.55


class _Face:
    """One size of a field: its fonts, and the room that label and widest value take in them."""

    def __init__(self, font: QFont, label: str, widest: str, factor: float, strong: bool) -> None:
        self.label_font = tabular(font, min(factor, _ORDINARY))
        self.font = tabular(font, factor, QFont.Weight.DemiBold if strong else QFont.Weight.Normal)
        self.metrics = QFontMetrics(self.font)
        self.label = QFontMetrics(self.label_font).horizontalAdvance(label) + _GAP if label else 0
        self.ascent = self.metrics.ascent() + 1
        self.make_room(widest)

    def make_room(self, widest: str) -> None:
        """Be wide enough for a text, and for N/A."""
        self.value = max(self.metrics.horizontalAdvance(text) for text in (widest, NOT_AVAILABLE)) + 2
        self.size = QSize(self.label + self.value, self.metrics.height() + 2)


class Field(QWidget):
    """`label value`; setting the value repaints this field and moves nothing. The row that it stands in paints it.

    A QLabel asks its layout for room at each new text, which costs more than the painting. Until the first value
    a quiet bar stands in its place. `factor` is of the application's font size; with `right` values end at the
    right edge, so that their units stand still. Without `widest` it is as wide as its text, which is for what
    rarely changes. `help_` says on hover what the number means.
    """

    def __init__(
        self,
        theme: Theme,
        label: str,
        widest: str,
        factor: float = _ORDINARY,
        strong: bool = False,
        right: bool = False,
        help_: str = "",
    ) -> None:
        super().__init__()
        self._theme = theme
        self._right = right
        self._label = label
        self._help = help_
        self._fitted = not widest
        self._shown: Shown | None = None
        self._large = _Face(self.font(), label, widest, factor, strong)
        self._small = _Face(self.font(), label, widest, min(factor, _ORDINARY), strong)
        self._face = self._large
        # nothing to paint: Qt passes over it, which counts where there are fifty
        self.setUpdatesEnabled(False)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    @property
    def shown(self) -> Shown | None:
        """What stands there; None before the first value."""
        return self._shown

    @property
    def label(self) -> str:
        """What stands before the value."""
        return self._label

    @property
    def text_width(self) -> int:
        """Pixels that label and text take as they stand there."""
        return self._face.label + self._face.metrics.horizontalAdvance(self._shown.text if self._shown else "")

    def room(self, small: bool) -> QSize:
        """The room for the label and the widest value, in its own size or as small as details are."""
        return (self._small if small else self._large).size

    def set_small(self, small: bool) -> None:
        """Write as small as details are, or in its own size."""
        face = self._small if small else self._large
        if face is not self._face:
            self._face = face
            self.updateGeometry()
            self._repaint(self.rect())

    def show_value(self, shown: Shown) -> None:
        """Show another text, dimmed and with its reason on hover where it is not known."""
        if shown == self._shown:
            return
        if self._shown is None or shown.why != self._shown.why:
            self.setToolTip(hover("\n".join(filter(None, (shown.why, self._help if shown.known else "")))))
        if self._fitted and (self._shown is None or shown.text != self._shown.text):
            self._face.make_room(shown.text)
            self.updateGeometry()
        told, self._shown = self._shown is not None, shown
        describe(self, self._said)
        # the label stays; only the skeleton goes with all that is there
        self._repaint(self._value_area() if told else self.rect())

    def _repaint(self, area: QRect) -> None:
        """Have an area painted, in pixels of the field."""
        repaint_in_row(self, area)

    def _value_area(self) -> QRect:
        """Where the value stands."""
        return self.rect().adjusted(self._face.label, 0, 0, 0)

    def _said(self) -> str:
        return f"{self._label} {self._shown.text}".strip() if self._shown else ""

    def sizeHint(self) -> QSize:
        """The room for the label and the widest value."""
        return self._face.size

    def minimumSizeHint(self) -> QSize:
        """As `sizeHint`: a value is never cut off."""
        return self._face.size

    def paint(self, painter: QPainter, region: QRegion) -> None:
        """Draw label and value on one base line, as far as they are in a region, both in the pixels of the row."""
        face, spot = self._face, self.geometry()
        base = spot.top() + face.ascent
        if self._label and region.intersects(QRect(spot.left(), spot.top(), face.label, spot.height())):
            painter.setFont(face.label_font)
            painter.setPen(self._theme.colour("quiet"))
            painter.drawText(spot.left(), base, self._label)
        if not region.intersects(spot.adjusted(face.label, 0, 0, 0)):
            return
        if self._shown is None:
            self._paint_skeleton(painter, spot)
            return
        painter.setFont(face.font)
        sure = self._shown.known and not self._shown.doubtful
        painter.setPen(self._theme.colour("text" if sure else "quiet"))
        left = face.label
        if self._right:
            left = max(left, spot.width() - face.metrics.horizontalAdvance(self._shown.text))
        painter.drawText(spot.left() + left, base, self._shown.text)

    def _paint_skeleton(self, painter: QPainter, spot: QRect) -> None:
        face = self._face
        height = round(face.size.height() * _SKELETON_HEIGHT)
        top = spot.top() + (spot.height() - height) // 2
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._theme.colour("border"))
        painter.drawRoundedRect(QRect(spot.left() + face.label, top, face.value - 8, height), 4, 4)


class LoneField(Field):
    """A field that stands in no row, and paints itself."""

    def __init__(self, theme: Theme, label: str, widest: str, *, right: bool = False) -> None:
        super().__init__(theme, label, widest, right=right)
        self._kept = Kept(self, self._paint)
        self.setUpdatesEnabled(True)
        # its own ground too, so that a new value does not repaint what is below
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)

    def _repaint(self, area: QRect) -> None:
        self.update(area)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw label and value."""
        self._kept.paint(event, self._theme.colour("card"), self.size(), self._shown)

    def _paint(self, painter: QPainter, region: QRegion) -> None:
        painter.translate(-self.pos())
        self.paint(painter, region.translated(self.pos()))
