"""The settings page: how often is sampled, how it looks, what is collected, and where it is kept."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from PySide6.QtCore import Qt, QUrl, Signal
from PySide6.QtGui import QDesktopServices, QGuiApplication
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDoubleSpinBox,
    QFormLayout,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QScrollArea,
    QSystemTrayIcon,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from perfwatch_core.metric import Catalogue
from perfwatch_core.units import ByteStyle, Unit, text
from perfwatch_gui.bridge import Source, State
from perfwatch_gui.hover import hover
from perfwatch_gui.pages.section import form, section
from perfwatch_gui.pages.server import ServerSection
from perfwatch_gui.preferences import Preferences
from perfwatch_gui.tasks import Awaited

_THEMES = (("dark", "Dark"), ("light", "Light"), ("system", "As the system"))
_BYTES = (
    (ByteStyle.AUTO, "Memory in KiB, MiB …, network and disk in kB, MB …"),
    (ByteStyle.BINARY, "Everything in KiB, MiB …"),
    (ByteStyle.DECIMAL, "Everything in kB, MB …"),
)
_TYPE_NAMES = {
    "cpu": "CPU",
    "memory": "Memory",
    "network": "Network",
    "disk": "Disk",
    "perf_events": "Hardware counters (perf)",
    "memory_bandwidth": "Memory I/O and swap activity",
    "pressure": "Pressure",
    "self": "PerfWatch itself",
}
_LEAST_INTERVAL, _MOST_INTERVAL = 0.5, 60.0
_WIDTH = 860


class SettingsPage(QScrollArea):
    """Each change takes effect at once; `theme_chosen` and `bytes_chosen` are the window's to carry out."""

    theme_chosen = Signal(str)
    bytes_chosen = Signal(str)

    def __init__(self, source: Source, preferences: Preferences) -> None:
        super().__init__()
        self._source = source
        self.server: ServerSection | None = None
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setWidgetResizable(True)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.problem = QLabel()
        self.problem.setObjectName("problem")
        self.problem.setWordWrap(True)
        self.problem.hide()
        inside = QWidget()
        inside.setObjectName("page")
        middle = QWidget()
        middle.setMaximumWidth(_WIDTH)
        column = QVBoxLayout(middle)
        column.setContentsMargins(0, 12, 0, 12)
        column.setSpacing(12)
        column.addWidget(self.problem)
        column.addWidget(section("Sampling", self._sampling()))
        column.addWidget(section("Look", self._look(preferences)))
        column.addWidget(section("What is collected", self._collectors(source.catalogue)))
        column.addWidget(section("Database", self._database()))
        column.addStretch(1)
        self._sections = column
        row = QHBoxLayout(inside)
        row.addStretch(1)
        row.addWidget(middle, 100)
        row.addStretch(1)
        self.setWidget(inside)

    def _sampling(self) -> QFormLayout:
        self.interval = QDoubleSpinBox()
        self.interval.setRange(_LEAST_INTERVAL, _MOST_INTERVAL)
        self.interval.setDecimals(1)
        self.interval.setSingleStep(0.5)
        self.interval.setSuffix(" s")
        self.interval.setAccessibleName("Seconds between two samples")
        self.interval.setKeyboardTracking(False)
        self.interval.setValue(self._source.settings.interval)
        self.interval.valueChanged.connect(self._change_interval)
        rows = form()
        rows.addRow("A sample every", self.interval)
        return rows

    def _look(self, preferences: Preferences) -> QFormLayout:
        self.theme = QComboBox()
        self.theme.setAccessibleName("Theme")
        for name, words in _THEMES:
            self.theme.addItem(words, name)
        self.theme.setCurrentIndex(self.theme.findData(preferences.theme))
        self.theme.currentIndexChanged.connect(self._choose_theme)
        self.bytes = QComboBox()
        self.bytes.setAccessibleName("Bytes are shown in")
        for style, words in _BYTES:
            self.bytes.addItem(words, style.value)
        self.bytes.setCurrentIndex(self.bytes.findData(preferences.byte_style.value))
        self.bytes.currentIndexChanged.connect(self._choose_bytes)
        rows = form()
        rows.addRow("Theme", self.theme)
        rows.addRow("Bytes", self.bytes)
        rows.addRow("Closing the window", self._closing(preferences))
        return rows

    def _closing(self, preferences: Preferences) -> QCheckBox:
        self.tray = QCheckBox("leaves PerfWatch in the tray, still collecting")
        self.tray.setChecked(preferences.close_to_tray)
        self.tray.toggled.connect(partial(setattr, preferences, "close_to_tray"))
        if not QSystemTrayIcon.isSystemTrayAvailable():
            self.tray.setEnabled(False)
            self.tray.setToolTip(hover("This desktop shows no tray, so closing the window ends PerfWatch."))
        return self.tray

    def _collectors(self, catalogue: Catalogue) -> QGridLayout:
        grid = QGridLayout()
        grid.setHorizontalSpacing(40)
        grid.setVerticalSpacing(8)
        self.collectors: dict[str, QCheckBox] = {}
        for place, type_ in enumerate(catalogue.types):
            box = QCheckBox(_TYPE_NAMES.get(type_, type_))
            box.setObjectName(type_)
            box.setChecked(self._is_on(type_))
            box.toggled.connect(self._switch_collector)
            self.collectors[type_] = box
            grid.addWidget(box, place // 2, place % 2)
        grid.setColumnStretch(2, 1)
        return grid

    def _is_on(self, type_: str) -> bool:
        settings = self._source.settings
        if type_ == "perf_events" and not settings.perf_events:
            return False
        return type_ not in settings.collectors_off.split(",")

    def _database(self) -> QFormLayout:
        self.database = QLabel()
        self.database.setWordWrap(True)
        self.database.setMinimumWidth(520)
        self.stored = QLabel()
        self.directory = QLabel()
        self.directory.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.directory.setAccessibleName("Data directory")
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(self.directory)
        for button in self._directory_buttons():
            row.addWidget(button)
        row.addStretch(1)
        rows = form()
        rows.addRow("State", self.database)
        rows.addRow("Size", self.stored)
        rows.addRow("Data directory", row)
        return rows

    def _directory_buttons(self) -> Iterator[QToolButton]:
        for words, action in (("Copy", self._copy_directory), ("Open", self._open_directory)):
            button = QToolButton()
            button.setObjectName("link")
            button.setText(words)
            button.setAccessibleName(f"{words} the data directory")
            button.clicked.connect(action)
            yield button

    def add_server(self, server: ServerSection) -> None:
        """Put the switch of the server above the database's facts; its problems are said where all are."""
        self.server = server
        server.problem.connect(self.say_problem)
        self._sections.insertWidget(self._sections.count() - 2, server)

    def show_state(self, state: State) -> None:
        """Facts of the database, and what others changed meanwhile."""
        sentences = (state.database.text, *state.notices)
        self.database.setText("\n".join(sentence[:1].upper() + sentence[1:] for sentence in sentences))
        self.stored.setText(text(state.database.size_bytes, Unit.DISK_BYTES))
        self.directory.setText(str(state.data_dir))
        if not self.interval.hasFocus():
            self.interval.blockSignals(True)
            self.interval.setValue(state.interval)
            self.interval.blockSignals(False)
        if self.server is not None:
            self.server.show_state()
        for type_, box in self.collectors.items():
            box.blockSignals(True)
            box.setChecked(self._is_on(type_))
            box.blockSignals(False)

    def say_problem(self, sentence: str) -> None:
        """A change that could not be kept; an empty sentence takes the last one away."""
        self.problem.setText(sentence)
        self.problem.setVisible(bool(sentence))

    def _change_interval(self, seconds: float) -> None:
        self.say_problem("")
        Awaited(self._source.set_interval(seconds), self.say_problem, self)

    def _switch_collector(self, on: bool) -> None:
        self.say_problem("")
        Awaited(self._source.set_enabled(self.sender().objectName(), on), self.say_problem, self)

    def _choose_theme(self, place: int) -> None:
        self.theme_chosen.emit(self.theme.itemData(place))

    def _choose_bytes(self, place: int) -> None:
        self.bytes_chosen.emit(self.bytes.itemData(place))

    def _copy_directory(self) -> None:
        QGuiApplication.clipboard().setText(self.directory.text())

    def _open_directory(self) -> None:
        if not QDesktopServices.openUrl(QUrl.fromLocalFile(self.directory.text())):
            self.say_problem(f"No program opens directories here; the path is {self.directory.text()}")
