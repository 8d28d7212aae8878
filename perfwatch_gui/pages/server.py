"""Settings → Server: browsers served from the window, who watches, the password, and signing everyone out."""

from __future__ import annotations

import dataclasses
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from typing import Protocol

from PySide6.QtCore import Qt, QUrl, Signal
from PySide6.QtGui import QDesktopServices, QGuiApplication
from PySide6.QtWidgets import (
    QCheckBox,
    QFrame,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QSpinBox,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from perfwatch_core.settings import Settings
from perfwatch_gui.pages.section import form, section
from perfwatch_gui.preferences import Preferences
from perfwatch_gui.tasks import Awaited

# A window has two seconds to close, and the engine needs its part of them.
_STOP_SECONDS = 1.5
_LARGEST_PORT = 65535


class Served(Protocol):
    """What the section needs of a server: it runs once, from `start` to `stop`."""

    def start(self) -> Future[str]:
        """Begin; the page's address, or a sentence on why there is none."""

    def stop(self, seconds: float) -> bool:
        """End; False where it does not in time."""

    @property
    def viewers(self) -> int:
        """How many watch."""

    def set_password(self, password: str) -> Future[None]:
        """Give the user a new password, which ends every session."""

    def sign_everyone_out(self) -> Future[None]:
        """End every session."""


Serve = Callable[[Callable[[str], None], Settings], Served]


class ServerSection(QFrame):
    """The switch and what belongs to it; `problem` carries a sentence, an empty one takes the last away.

    `serve` makes a server that tells sentences from its own thread and listens where the given settings say.
    """

    problem = Signal(str)
    _bell = Signal()

    def __init__(self, serve: Serve, preferences: Preferences, settings: Settings) -> None:
        super().__init__()
        self._serve = serve
        self._preferences = preferences
        self._settings = settings
        self._server: Served | None = None
        self._said: deque[str] = deque()
        # the bell rings in the server's thread and carries nothing: no Python object crosses inside an event
        self._bell.connect(self._hear, Qt.ConnectionType.QueuedConnection)
        self._build()
        self._show()
        if preferences.serving:
            self.switch.setChecked(True)

    def _build(self) -> None:
        self.switch = QCheckBox("Serve this machine's page to browsers while PerfWatch runs")
        self.switch.toggled.connect(self._switched)
        self.port = QSpinBox()
        self.port.setRange(1, _LARGEST_PORT)
        self.port.setValue(self._preferences.port or self._settings.port or 8000)
        self.port.setAccessibleName("Port that browsers come to")
        self.viewers = QLabel()
        self.notice = QLabel()
        self.notice.setWordWrap(True)
        self.notice.setMinimumWidth(520)
        self.notice.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.notice.hide()
        rows = form()
        rows.addRow("Browser page", self.switch)
        rows.addRow("Port", self.port)
        rows.addRow("Address", self._address())
        rows.addRow("Viewers", self.viewers)
        rows.addRow("Password", self._password())
        rows.addRow("", self.notice)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(section("Server", rows))

    def _address(self) -> QWidget:
        self.address = QLabel()
        self.address.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.address.setAccessibleName("Address of the page")
        self.links = []
        for words, action in (("Copy", self._copy), ("Open", self._open)):
            button = QToolButton()
            button.setObjectName("link")
            button.setText(words)
            button.setAccessibleName(f"{words} the address of the page")
            button.clicked.connect(action)
            self.links.append(button)
        return _row(self.address, *self.links)

    def _password(self) -> QWidget:
        self.password = QLineEdit()
        self.password.setEchoMode(QLineEdit.EchoMode.Password)
        self.password.setPlaceholderText(f"new password for {self._settings.admin_username}")
        self.password.setAccessibleName("New password")
        self.password.setMinimumWidth(220)
        self.password.returnPressed.connect(self._set_password)
        self.set = QPushButton("Set password")
        self.set.clicked.connect(self._set_password)
        self.out = QPushButton("Sign everyone out")
        self.out.clicked.connect(self._sign_out)
        return _row(self.password, self.set, self.out)

    def show_state(self) -> None:
        """How many watch now."""
        watching = 0 if self._server is None else self._server.viewers
        self.viewers.setText(str(watching) if self.address.text() else "–")

    def stop(self) -> None:
        """End the server; the choice stays remembered."""
        if self._server is not None and not self._server.stop(_STOP_SECONDS):
            self.problem.emit("the server still says goodbye to a viewer; it ends with the program")
        self._server = None

    def _switched(self, on: bool) -> None:
        self.problem.emit("")
        self._preferences.serving = on
        self.notice.hide()
        if on:
            self._preferences.port = self.port.value()
            self._server = self._serve(self._tell, dataclasses.replace(self._settings, port=self.port.value()))
            Awaited(self._server.start(), self._failed, self, self._opened)
        else:
            self.stop()
        self._show()

    def _opened(self, url: str) -> None:
        if self._server is not None:
            self._show(url)

    def _failed(self, sentence: str) -> None:
        """It could not listen: the switch goes back, and why is said."""
        self.switch.setChecked(False)
        self._refuse(sentence)

    def _show(self, url: str = "") -> None:
        self.port.setEnabled(not self.switch.isChecked())
        self.address.setText(url)
        for link in self.links:
            link.setVisible(bool(url))
        for control in (self.password, self.set, self.out):
            control.setEnabled(bool(url))
        self.show_state()

    def _tell(self, sentence: str) -> None:
        """Called by the server's thread."""
        self._said.append(sentence)
        self._bell.emit()

    def _hear(self) -> None:
        while self._said:
            sentence = self._said.popleft()
            # where the page is stands above already
            if "password" in sentence:
                self._note(sentence)

    def _note(self, sentence: str) -> None:
        self.notice.setText(sentence[:1].upper() + sentence[1:])
        self.notice.show()

    def _refuse(self, sentence: str) -> None:
        self.problem.emit(sentence[:1].upper() + sentence[1:])

    def _set_password(self) -> None:
        if self._server is not None and self.password.text():
            self.problem.emit("")
            Awaited(self._server.set_password(self.password.text()), self._refuse, self, self._password_set)

    def _password_set(self, _nothing: None) -> None:
        self.password.clear()
        self._note("The password is set; whoever was logged in has to log in again.")

    def _sign_out(self) -> None:
        if self._server is not None:
            self.problem.emit("")
            Awaited(self._server.sign_everyone_out(), self._refuse, self, self._signed_out)

    def _signed_out(self, _nothing: None) -> None:
        self._note("Everyone is signed out.")

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self.address.text())

    def _open(self) -> None:
        if not QDesktopServices.openUrl(QUrl(self.address.text())):
            self.problem.emit(f"No program opens pages here; the address is {self.address.text()}")


def _row(*widgets: QWidget) -> QWidget:
    row = QWidget()
    line = QHBoxLayout(row)
    line.setContentsMargins(0, 0, 0, 0)
    line.setSpacing(8)
    for widget in widgets:
        line.addWidget(widget)
    line.addStretch(1)
    return row
