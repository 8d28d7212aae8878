"""Settings → Server with a real server behind it: on and off, the address, viewers, the password, everyone out."""

from __future__ import annotations

import base64
import json
import re
import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from perfwatch_core.engine import Engine
from perfwatch_core.settings import Settings
from perfwatch_core.store.cluster import Cluster
from perfwatch_gui.pages.server import ServerSection
from perfwatch_gui.preferences import Preferences
from perfwatch_net.background import Background
from tests.core.conftest import cluster, fresh_database
from tests.core.store.tables import with_tables
from tests.core.store.waiting import until
from tests.gui.scene import CTRL, scene
from tests.net.rig import url_of, with_quick_passwords

__all__ = ["cluster"]


@pytest.fixture
def preferences(tmp_path: Path) -> Preferences:
    return Preferences(tmp_path / "window.ini")


@pytest.fixture
def engine(cluster: Cluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Engine]:
    """One that samples nothing, with a database."""
    with_quick_passwords(monkeypatch)
    with fresh_database(cluster) as params:
        with_tables(params).close()
        settings = Settings(database_url=url_of(params), data_dir=tmp_path, interval=60.0, perf_events=False)
        one = Engine(settings, lambda *_: ())
        one.start()
        yield one
        assert one.stop() == []


Made = Callable[[], ServerSection]


@pytest.fixture
def made(qtbot: QtBot, engine: Engine, preferences: Preferences) -> Iterator[Made]:
    """Makes the section as a window does; all are stopped afterwards."""
    sections: list[ServerSection] = []

    def make() -> ServerSection:
        section = ServerSection(lambda told, settings: Background(engine, told, settings), preferences, engine.settings)
        qtbot.addWidget(section)
        section.show()
        sections.append(section)
        return section

    yield make
    for section in sections:
        section.stop()
    # on a busy machine a goodbye takes longer than a window waits for it
    until(lambda: not [thread for thread in threading.enumerate() if thread.name == "net"], 30)


@pytest.fixture
def section(made: Made, preferences: Preferences) -> ServerSection:
    preferences.port = free_port()
    return made()


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


def switch_on(qtbot: QtBot, section: ServerSection) -> str:
    section.switch.setFocus()
    QTest.keyClick(section.switch, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: section.address.text() != "", timeout=30_000)
    return section.address.text()


def test_it_is_off_until_it_is_switched_on(section: ServerSection) -> None:
    assert not section.switch.isChecked()
    assert (section.address.text(), section.viewers.text()) == ("", "–")
    assert section.port.isEnabled()
    assert not [link for link in section.links if link.isVisible()]
    for control in (section.password, section.set, section.out):
        assert not control.isEnabled()


def test_on_it_serves_at_the_address_it_shows_and_off_no_more(
    qtbot: QtBot, section: ServerSection, preferences: Preferences
) -> None:
    url = switch_on(qtbot, section)
    assert url == f"http://localhost:{section.port.value()}/"
    assert not section.port.isEnabled()
    with urlopen(f"{url}health", timeout=30) as answer:
        assert json.load(answer)["status"] in ("starting", "ok")
    section.links[0].click()
    assert QGuiApplication.clipboard().text() == url
    assert (preferences.serving, preferences.port) == (True, section.port.value())
    section.switch.click()
    assert (section.address.text(), preferences.serving) == ("", False)
    with pytest.raises(OSError, match="refused"):
        urlopen(f"{url}health", timeout=30)


def test_the_first_password_is_shown_where_it_can_be_copied(qtbot: QtBot, section: ServerSection) -> None:
    url = switch_on(qtbot, section)
    qtbot.waitUntil(section.notice.isVisible, timeout=30_000)
    said = re.fullmatch(r"First login: user 'admin', password '(.+)', to be changed at once", section.notice.text())
    assert said is not None
    assert status_of_login(url, said[1]) == 200
    assert section.notice.textInteractionFlags() & Qt.TextInteractionFlag.TextSelectableByMouse


def status_of_login(url: str, password: str) -> int:
    basic = base64.b64encode(f"admin:{password}".encode()).decode()
    request = Request(f"{url}api/auth/login", method="POST", headers={"Authorization": f"Basic {basic}"})
    try:
        with urlopen(request, timeout=30) as answer:
            return int(answer.status)
    except HTTPError as error:
        return error.code


def test_a_password_is_set_and_one_that_is_not_accepted_is_refused(qtbot: QtBot, section: ServerSection) -> None:
    url = switch_on(qtbot, section)
    qtbot.waitUntil(section.notice.isVisible, timeout=30_000)
    QTest.keyClicks(section.password, "short")
    with qtbot.waitSignal(section.problem, timeout=30_000, check_params_cb=bool) as refused:
        section.set.click()
    assert "too short" in refused.args[0]
    section.password.clear()
    QTest.keyClicks(section.password, "a long enough one")
    QTest.keyClick(section.password, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: "The password is set" in section.notice.text(), timeout=30_000)
    assert section.password.text() == ""
    assert status_of_login(url, "a long enough one") == 200
    section.out.click()
    qtbot.waitUntil(lambda: section.notice.text() == "Everyone is signed out.", timeout=30_000)


def test_a_port_that_is_taken_is_said_and_the_switch_goes_back(
    qtbot: QtBot, section: ServerSection, preferences: Preferences
) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", section.port.value()))
        taken.listen()
        with qtbot.waitSignal(section.problem, timeout=30_000, check_params_cb=bool) as refused:
            section.switch.click()
    assert f"port {section.port.value()}" in refused.args[0]
    assert not section.switch.isChecked()
    assert section.port.isEnabled()
    assert not preferences.serving


def test_what_was_switched_on_is_on_in_the_next_window(qtbot: QtBot, made: Made, preferences: Preferences) -> None:
    preferences.port = free_port()
    first = made()
    url = switch_on(qtbot, first)
    first.stop()
    assert preferences.serving
    second = made()
    qtbot.waitUntil(lambda: second.address.text() == url, timeout=30_000)
    second.show_state()
    assert second.viewers.text() == "0"


def test_the_window_has_it_among_its_settings(qtbot: QtBot, tmp_path: Path, section: ServerSection) -> None:
    with scene(qtbot, tmp_path / "other.ini") as shown:
        page = shown.window.settings
        page.add_server(section)
        shown.tick(2)
        shown.press(Qt.Key.Key_Comma, CTRL)
        assert section.isVisible()
        assert section.viewers.text() == "–"
        section.problem.emit("something is wrong")
        assert page.problem.text() == "something is wrong"
        section.setParent(None)
