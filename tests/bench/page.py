"""What the browser page costs: bytes over the wire, time until it can be used, time from a sample to its pixel."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from statistics import median

from playwright.sync_api import Browser, BrowserContext, sync_playwright

from perfwatch_core.metric import Value
from tests.bench.figure import Figure
from tests.net.rig import PASSWORD, Rig
from tests.net.standing import standing
from tests.web.tab import ARGS, CHROMIUM

_SUBJECT = "The browser page, on localhost"
_TIMES = 5
_SAMPLES = 60

# Noted by the page itself: when a field can be typed in, when numbers are there, and when a number was painted.
_WATCH = """
addEventListener("focusin", () => { window.usable ??= performance.now(); });
addEventListener("DOMContentLoaded", () => new MutationObserver(() => {
  const now = performance.now();
  if (document.querySelector(".page:not(.skeleton)")) window.numbers ??= now;
  const shown = document.querySelector('section[aria-label="CPU"] .headline .value')?.textContent;
  // the task after a frame's callbacks runs when the frame has been handed on
  if (shown !== window.shown) { window.shown = shown; requestAnimationFrame(() => setTimeout(() => {
    (window.painted ??= {})[shown] = performance.timeOrigin + performance.now(); })); }
}).observe(document.documentElement, { subtree: true, childList: true, characterData: true, attributes: true }));
"""


def figures() -> Iterator[Figure]:
    """Measure; the server runs in this process."""
    logging.disable(logging.WARNING)
    with standing("perfwatch-bench-") as rig, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(ARGS))
        rig.publish(_values(0), time.time())
        yield Figure(_SUBJECT, "all of it over the wire", _kilobytes(browser, rig), "kB", 100, note="first visit, gzip")
        first, again = zip(*(_opened(browser, rig) for _ in range(_TIMES)), strict=True)
        yield Figure(_SUBJECT, "first visit until the login can be typed in", median(first), "ms", 500)
        yield Figure(_SUBJECT, "later visit until numbers are there", median(again), "ms", 500)
        delays = sorted(_delays(browser, rig))
        yield Figure(_SUBJECT, "from a sample to its pixel, median", median(delays), "ms", 100)
        yield Figure(_SUBJECT, "from a sample to its pixel, 95 of 100", delays[int(len(delays) * 0.95)], "ms")
        browser.close()


def _values(tick: int) -> dict[str, Value]:
    """Numbers as a small machine has them; the first tells the ticks apart."""
    cores: dict[str, Value] = {f"cpu.per_core[{core}]": (tick * 7 + core) % 100 for core in range(8)}
    wires: dict[str, Value] = {f"network.bytes_recv_per_sec[eth{one}]": tick * 1000 + one for one in range(4)}
    return {"cpu.usage_percent": tick / 10, "memory.used_bytes": 2**33, "memory.total_bytes": 2**34, **cores, **wires}


def _kilobytes(browser: Browser, rig: Rig) -> float:
    """What a first visit up to the dashboard brings over HTTP, headers included."""
    with browser.new_context() as context:
        page = context.new_page()
        wire = context.new_cdp_session(page)
        received = [0.0]
        wire.on("Network.loadingFinished", lambda told: received.append(told["encodedDataLength"]))
        wire.send("Network.enable")
        enter(context, rig)
        page.goto(rig.url)
        page.wait_for_selector(".page:not(.skeleton)")
        page.wait_for_load_state("networkidle")
        return sum(received) / 1000


def _opened(browser: Browser, rig: Rig) -> tuple[float, float]:
    with browser.new_context() as context:
        context.add_init_script(_WATCH)
        page = context.new_page()
        page.goto(rig.url)
        page.wait_for_selector(".narrow input:focus")
        usable = float(page.evaluate("window.usable"))
        enter(context, rig)
        page.reload()
        page.wait_for_selector(".page:not(.skeleton)")
        return usable, float(page.evaluate("window.numbers"))


def _delays(browser: Browser, rig: Rig) -> Iterator[float]:
    """Milliseconds from each sample's own time to its number on the screen."""
    with browser.new_context() as context:
        context.add_init_script(_WATCH)
        enter(context, rig)
        page = context.new_page()
        page.goto(rig.url)
        page.wait_for_selector(".page:not(.skeleton)")
        page.wait_for_timeout(2000)
        for tick in range(1, _SAMPLES + 1):
            taken = time.time()
            rig.publish(_values(tick), taken)
            page.wait_for_timeout(100)
            painted = page.evaluate("words => window.painted?.[words] ?? null", f"{tick / 10:.1f} %")
            if painted is not None:
                yield painted - taken * 1000


def enter(context: BrowserContext, rig: Rig) -> None:
    """Have a token in the browser, so that it need not log in."""
    token = rig.login(password=PASSWORD).json["access_token"]
    context.add_init_script(f"localStorage.setItem('perfwatch-token', {token!r})")
