"""Renders the browser page in Chromium, from a server that shows and remembers a composed machine."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from perfwatch_core.collectors import CATALOGUE
from perfwatch_core.store.chunks import day_of
from perfwatch_core.store.link import Link
from tests.gui.machine import ComposedMachine
from tests.net.rig import PASSWORD, Rig, keep
from tests.net.standing import standing
from tests.simulated_store import Store
from tests.web.tab import ARGS, CHROMIUM, Tab

INTERVAL = 2.0
_SHOWN = 400.0


@dataclass(frozen=True, slots=True)
class View:
    """One picture: its file's name, an address of the page, a theme, and a size in pixels."""

    name: str
    address: str
    theme: str
    size: tuple[int, int]
    shows: str


VIEWS = (
    View("page-dashboard", "#dashboard", "dark", (1280, 940), ".page:not(.skeleton)"),
    View(
        "page-history",
        "#history?range=24h&type=cpu&series=cpu.usage_percent&series=cpu.iowait&compare=yesterday",
        "light",
        (1280, 940),
        "section[aria-label='What changed']:has-text('by chance')",
    ),
    View("page-phone", "#dashboard", "light", (390, 844), ".page:not(.skeleton)"),
)


def render(folder: Path) -> Iterator[Path]:
    """Write all pictures; the files as they are done."""
    with standing("perfwatch-pictures-") as rig, sync_playwright() as playwright:
        _remember(rig)
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(ARGS))
        now = _Now(rig)
        for view in VIEWS:
            yield _picture(browser, rig, now, view, folder / f"{view.name}.png")
        browser.close()


def _picture(browser: Browser, rig: Rig, now: _Now, view: View, path: Path) -> Path:
    width, height = view.size
    token = rig.login(password=PASSWORD).json["access_token"]
    with browser.new_context(viewport={"width": width, "height": height}, locale="en-GB") as context:
        for name, value in (("token", token), ("theme", view.theme)):
            context.add_init_script(f"localStorage.setItem('perfwatch-{name}', {value!r})")
        now.catch_up()
        tab = Tab.open(context, rig.url, view.address)
        tab.page.wait_for_selector(view.shows)
        # the newest once more, so that what the picture shows is live
        now.catch_up()
        tab.page.wait_for_timeout(500)
        tab.page.screenshot(path=path)
    return path


class _Now:
    """Samples up to this moment, for whoever looks and for history."""

    def __init__(self, rig: Rig) -> None:
        self._rig = rig
        self._machine = ComposedMachine(CATALOGUE, interval=INTERVAL, start=time.time() - _SHOWN)
        self._next = self._machine.start + INTERVAL

    def catch_up(self) -> None:
        """Let all be sampled that is due."""
        samples = []
        while self._next <= time.time():
            samples.append(self._machine.next())
            self._next += INTERVAL
        if samples:
            self._rig.engine.store.archive.chore(partial(keep, samples=samples)).result(60)
        for sample in samples[-30:]:
            self._rig.engine.bus.publish(sample)
            # the server passes on what comes one by one, and the newest of what comes at once
            time.sleep(0.02)


def _remember(rig: Rig) -> None:
    """Put two days into the database, up to the minutes that are shown live."""

    def days(link: Link, machine_id: int) -> None:
        store, now = Store(link, machine_id, interval=10.0), datetime.now(UTC)
        store.fill(day_of(now) - timedelta(days=2), 2)
        store.begin(day_of(now), now - timedelta(seconds=_SHOWN))

    rig.engine.store.archive.chore(days).result(300)
