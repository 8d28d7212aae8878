"""A tab of a real Chromium that remembers what went wrong in it, and how a user gets past the login."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from playwright.sync_api import BrowserContext, ConsoleMessage, Page, Request, expect

CHROMIUM = "/usr/bin/chromium"
# No sandbox: tests run as root, too. The rest keeps it from talking to anyone but us.
ARGS = (
    "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync",
    "--no-first-run", "--disable-quic",
)  # fmt: skip
# A busy machine is slow, not wrong.
PATIENCE_MS = 30_000

expect.set_options(timeout=PATIENCE_MS)


@dataclass
class Tab:
    """A page of `url`; `troubles` are its errors and its requests to anyone else, but those that `expected` matches."""

    page: Page
    url: str
    troubles: list[str] = field(default_factory=list)
    expected: str = ""

    @classmethod
    def open(cls, context: BrowserContext, url: str, address: str = "") -> Tab:
        """A new tab at an address such as `#history`."""
        page = context.new_page()
        page.set_default_timeout(PATIENCE_MS)
        tab = cls(page, url)
        page.on("console", tab._said)
        page.on("pageerror", lambda error: tab._trouble(f"exception: {error}"))
        page.on("request", tab._asked)
        page.on("websocket", lambda socket: tab._origin(socket.url))
        page.goto(url + address)
        return tab

    def text(self, selector: str) -> str:
        """What an element says."""
        return self.page.locator(selector).first.inner_text()

    def card(self, title: str) -> str:
        """The selector of a card."""
        return f'section.card[aria-label="{title}"]'

    def has_dashboard(self) -> None:
        """Wait until it is there, with numbers."""
        expect(self.page.locator("#header")).to_be_visible()
        expect(self.page.locator(".page.skeleton")).to_have_count(0)

    def log_in(self, password: str, user: str = "admin") -> None:
        """Type name and password, and press Return."""
        self.page.locator(".narrow input[name=username]").fill(user)
        self.page.locator(".narrow input[name=password]").fill(password)
        self.page.keyboard.press("Enter")

    def choose_password(self, old: str, new: str) -> None:
        """Go through the change that the first login demands."""
        for name, word in (("old", old), ("fresh", new), ("again", new)):
            self.page.locator(f".narrow input[name={name}]").fill(word)
        self.page.keyboard.press("Enter")

    def _said(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self._trouble(f"console: {message.text}")

    def _asked(self, request: Request) -> None:
        self._origin(request.url)

    def _origin(self, url: str) -> None:
        # what the page makes itself goes nowhere
        if not url.startswith(("blob:", "data:")) and urlsplit(url).netloc != urlsplit(self.url).netloc:
            self._trouble(f"asked elsewhere: {url}")

    def _trouble(self, words: str) -> None:
        if not self.expected or not re.search(self.expected, words):
            self.troubles.append(words)
