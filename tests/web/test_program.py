"""The page of the real program: the first login, numbers that move, the program killed and back."""

from __future__ import annotations

import re
import signal
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.core.store.waiting import until
from tests.web.conftest import Open
from tests.web.tab import Tab
from tests.whole.program import Running, gone

CHOSEN = "correct horse battery"


class Program:
    """`perfwatch --serve` on one port, started as often as needed, and the password that counts now."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]
        self.url = f"http://localhost:{self.port}/"
        self.password = ""
        self.running = self.start()
        assert self.running.says("first login"), self.running.said
        printed = re.search(r"password '([^']+)'", self.running.said)
        assert printed is not None
        self.password = printed[1]

    def start(self) -> Running:
        """Start it, and wait until its page is there."""
        words = ("--serve", "--interval", "0.5", "--port", str(self.port), "--data-dir", str(self._folder / "data"))
        self.running = Running(self._folder / "said", *words)
        assert self.running.says("collecting"), self.running.said
        return self.running

    def enter(self, tab: Tab) -> None:
        """Log in, with the change of password if it is the first time."""
        tab.log_in(self.password)
        if self.password != CHOSEN:
            tab.choose_password(self.password, CHOSEN)
            self.password = CHOSEN
        tab.has_dashboard()


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Program]:
    """One that nobody has logged in to yet."""
    folder = tmp_path_factory.mktemp("program")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HOME", str(folder))
        patch.setenv("XDG_RUNTIME_DIR", str(tmp_path_factory.mktemp("run")))
        one = Program(folder)
        with one.running:
            yield one
            one.running.stop()
    assert gone(folder / "data", 20)


def test_the_printed_password_is_changed_first_and_then_numbers_move(program: Program, open_tab: Open) -> None:
    tab = open_tab(program.url)
    said = tab.page.locator(".narrow .said")
    tab.log_in("not the password")
    expect(said).to_have_text("Wrong user name or password.")
    tab.log_in(program.password)
    # nothing is shown before the password is another one, whatever the address says
    expect(tab.page.locator(".narrow h1")).to_have_text("Choose a password")
    tab.page.evaluate("location.hash = 'settings'")
    expect(tab.page.locator("#header")).to_be_hidden()
    tab.choose_password(program.password, "short")
    expect(said).to_contain_text("too short")
    tab.page.locator(".narrow input[name=again]").fill("another")
    tab.page.keyboard.press("Enter")
    expect(said).to_have_text("The two new passwords differ.")
    tab.choose_password(program.password, CHOSEN)
    program.password = CHOSEN
    tab.page.locator("nav a", has_text="Dashboard").click()
    tab.has_dashboard()
    expect(tab.page.locator("#live")).to_have_text(re.compile(r"live · 0\.5 s"))
    card = tab.card("CPU")
    seen: set[str] = set()

    def moved() -> bool:
        seen.add(tab.text(card))
        return len(seen) > 3

    until(moved, 30)


def test_killed_it_is_stale_and_back_it_goes_on_without_a_login(program: Program, open_tab: Open) -> None:
    tab = open_tab(program.url)
    program.enter(tab)
    expect(tab.page.locator("#live")).to_contain_text("live")
    # the browser itself writes on the console that nobody listens; the page cannot keep it from that
    tab.expected = "ERR_CONNECTION_REFUSED"
    program.running.stop(signal.SIGKILL)
    live, status = tab.page.locator("#live"), tab.page.locator("#status")
    expect(live).to_have_text(re.compile(r"stale · \d+ s old"))
    expect(status).to_contain_text("connection lost, trying again")
    expect(tab.page.locator("main.stale")).to_have_count(1)
    first = tab.text("#live")
    until(lambda: tab.text("#live") != first, 10)
    # its other pages are there all the while, and just as faded
    tab.page.locator("nav a", has_text="Hardware").click()
    expect(tab.page.locator(tab.card("Events"))).to_be_visible()
    expect(tab.page.locator(tab.card("Events"))).to_have_css("opacity", "0.5")
    with program.start():
        expect(live).to_have_text(re.compile("live"))
        expect(tab.page.locator("main.stale")).to_have_count(0)
        expect(status).to_contain_text("connected")
        tab.page.locator("nav a", has_text="Dashboard").click()
        tab.has_dashboard()
        program.running.stop()
        expect(live).to_have_text(re.compile("stale"))
