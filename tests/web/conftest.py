"""One browser for each module, a context of its own for each test, and no test passes with an error on the console."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, sync_playwright

from perfwatch_core.sampler import Sampler
from perfwatch_core.store.cluster import Cluster
from tests.net.conftest import cluster, database, running
from tests.net.rig import Rig
from tests.web.tab import ARGS, CHROMIUM, Tab

__all__ = ["cluster", "database"]

Open = Callable[..., Tab]


@contextlib.contextmanager
def house(cluster: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rig]:
    """A server with user `admin` that shows what tests publish, and takes no samples of its own in between."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Sampler, "start", lambda _self: None)
        with running(cluster, tmp_path_factory) as one:
            yield one


@pytest.fixture(scope="module")
def rig(cluster: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rig]:
    """One for all tests of a module."""
    with house(cluster, tmp_path_factory) as one:
        yield one


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
