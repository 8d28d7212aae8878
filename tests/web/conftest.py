"""One browser for each module, a context of its own for each test, and no test passes with an error on the console."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, sync_playwright

from tests.net.conftest import cluster, database, rig
from tests.web.tab import ARGS, CHROMIUM, Tab

__all__ = ["cluster", "database", "rig"]

Open = Callable[..., Tab]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A Chromium without a window. Not for the whole session: its event loop would be in the way of other tests'."""
    with sync_playwright() as playwright:
        one = playwright.chromium.launch(executable_path=CHROMIUM, args=list(ARGS))
        yield one
        one.close()


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    """A browser that was never here before."""
    with browser.new_context(viewport={"width": 1280, "height": 900}, color_scheme="dark", locale="en-GB") as one:
        yield one


@pytest.fixture
def open_tab(context: BrowserContext) -> Iterator[Open]:
    """Opens tabs; after the test none of them may have had an error, or asked anyone but the server."""
    tabs: list[Tab] = []

    def opened(url: str, address: str = "", inside: BrowserContext | None = None) -> Tab:
        tabs.append(Tab.open(inside or context, url, address))
        return tabs[-1]

    yield opened
    assert [trouble for tab in tabs for trouble in tab.troubles] == []
