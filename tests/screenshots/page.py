"""Renders the browser page in Chromium, from a server that shows and remembers a composed machine."""

from __future__ import annotations

import contextlib
import os
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from perfwatch_core.collectors import CATALOGUE
from perfwatch_core.sample import Sample
from perfwatch_core.store.cluster import Cluster
from tests.core.store.tables import with_tables
from tests.gui.machine import ComposedMachine
from tests.net.rig import PASSWORD, Rig, keep, started, stopped
from tests.web.tab import ARGS, CHROMIUM, Tab

INTERVAL = 2.0
# Of the past: a sample each half minute, for a quarter of a day, today and yesterday.
_COARSE, _HOURS, _DAY = 30.0, 6, 86400.0
_LIVE = 160
_CALM = 0.6


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
        "#history?range=6h&type=cpu&series=cpu.usage_percent&compare=yesterday",
        "light",
        (1280, 940),
        "section[aria-label='What changed'] tbody tr",
    ),
    View("page-phone", "#dashboard", "light", (390, 844), ".page:not(.skeleton)"),
)


def render(folder: Path) -> Iterator[Path]:
    """Write all pictures; the files as they are done."""
    with _server() as rig, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(ARGS))
        for view in VIEWS:
            yield _picture(browser, rig, view, folder / f"{view.name}.png")
        browser.close()


def _picture(browser: Browser, rig: Rig, view: View, path: Path) -> Path:
    width, height = view.size
    token = rig.login(password=PASSWORD).json["access_token"]
    with browser.new_context(viewport={"width": width, "height": height}, locale="en-GB") as context:
        for name, value in (("token", token), ("theme", view.theme)):
            context.add_init_script(f"localStorage.setItem('perfwatch-{name}', {value!r})")
        _show(rig)
        tab = Tab.open(context, rig.url, view.address)
        tab.page.wait_for_selector(view.shows)
        # the newest once more, so that what the picture shows is live
        _show(rig)
        tab.page.wait_for_timeout(500)
        tab.page.screenshot(path=path)
    return path


def _show(rig: Rig) -> None:
    """Let the last minutes have been sampled just now."""
    machine = ComposedMachine(CATALOGUE, interval=INTERVAL, start=time.time() - _LIVE * INTERVAL)
    for sample in [machine.next() for _ in range(_LIVE)][-20:]:
        rig.engine.bus.publish(sample)


@contextlib.contextmanager
def _server() -> Iterator[Rig]:
    with tempfile.TemporaryDirectory(prefix="perfwatch-pictures-") as folder:
        os.environ["XDG_RUNTIME_DIR"] = folder
        cluster = Cluster(Path(folder) / "cluster")
        params = cluster.acquire()
        try:
            with_tables(params).close()
            rig = started(Path(folder) / "data", params)
            try:
                _remember(rig)
                yield rig
            finally:
                stopped(rig)
        finally:
            cluster.release()


def _remember(rig: Rig) -> None:
    """Put two spans of the past into the database, and the last minutes."""
    now, count = time.time(), int(_HOURS * 3600 / _COARSE)
    for ago, skipped in ((_DAY, 900), (0.0, 0)):
        start = now - 400 - ago - count * _COARSE
        machine = ComposedMachine(CATALOGUE, interval=_COARSE, start=start - skipped * _COARSE)
        samples = [machine.next() for _ in range(skipped + count)][skipped:]
        if ago:
            samples = [_calmer(sample) for sample in samples]
        rig.engine.store.archive.chore(partial(keep, samples=samples)).result(60)
    machine = ComposedMachine(CATALOGUE, interval=INTERVAL, start=now - _LIVE * INTERVAL)
    rig.engine.store.archive.chore(partial(keep, samples=[machine.next() for _ in range(_LIVE - 2)])).result(60)


def _calmer(sample: Sample) -> Sample:
    """The same with less to do, so that there is something to compare."""
    values = {
        series: value * _CALM if series.metric.type in ("cpu", "network") and isinstance(value, float) else value
        for series, value in sample.values.items()
    }
    return replace(sample, values=values)
