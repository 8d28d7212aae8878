"""What a sample of a machine with thousands of things costs: read, kept, told, in the browser and in the window."""

from __future__ import annotations

import json
import logging
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median

import msgspec
from playwright.sync_api import CDPSession, Page, sync_playwright

from perfwatch_core.collectors import CATALOGUE
from perfwatch_core.sample import Sample
from perfwatch_core.store.fresh import Fresh
from tests.bench.display import display, platform
from tests.bench.figure import Figure
from tests.bench.large_machine import WORDS, at, moved, samples, stage
from tests.bench.page import enter
from tests.bench.periods import period
from tests.net.rig import Rig
from tests.net.standing import standing
from tests.web.tab import ARGS, CHROMIUM

_SUBJECT = f"{WORDS}: processor time of one sample"
_TIMES = int(period(30, 4))
# A commit comes after 25 s, and a sample every 5 s.
_A_BATCH = 5
_PAUSE_MS = 1200
_ROOT = Path(__file__).parents[2]


def figures() -> Iterator[Figure]:
    """All of it from the same composed machine."""
    yield from _taking()
    yield from _keeping()
    yield from _page()
    yield from _window()


def _taking() -> Iterator[Figure]:
    with stage() as machine:
        taken = [moved(machine, step) for step in range(_TIMES)][2:]
    note = f"{len(taken[-1][0].values):,} values"
    yield Figure(_SUBJECT, "to read and derive it", median(cost for _, cost in taken), "ms", 50, note=note)


def _keeping() -> Iterator[Figure]:
    """Where the same things are there as before, which is the rule."""
    few, costs, told = samples(_A_BATCH), [], []
    with tempfile.TemporaryDirectory(dir="/dev/shm", prefix="perfwatch-bench-") as memory:
        fresh = Fresh(Path(memory), "bench", 1)
        for _ in range(_TIMES):
            began = time.process_time()
            for sample in few:
                fresh.add(sample)
            cut = fresh.cut()
            costs.append((time.process_time() - began) * 1000 / _A_BATCH)
            assert cut is not None
            cut.arrived()
            began = time.process_time()
            msgspec.json.encode(few[0].wire(CATALOGUE))
            told.append((time.process_time() - began) * 1000)
    yield Figure(_SUBJECT, "to keep it and make its part of a batch", median(costs[1:]), "ms")
    yield Figure(_SUBJECT, "to make JSON of it, while a browser watches", median(told), "ms")


def _page() -> Iterator[Figure]:
    """Of the page's main thread, by the browser's own count; it is looked at, so it draws."""
    logging.disable(logging.WARNING)
    few = samples(5)
    with standing("perfwatch-bench-") as rig, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(ARGS))
        with browser.new_context(viewport={"width": 1600, "height": 1000}) as context:
            enter(context, rig)
            rig.engine.bus.publish(at(few[0], 1, time.time()))
            page = context.new_page()
            page.goto(rig.url)
            page.wait_for_selector(".page:not(.skeleton)")
            counts = context.new_cdp_session(page)
            counts.send("Performance.enable", {"timeDomain": "threadTicks"})
            yield Figure(_SUBJECT, "in the browser, all cards", _spent(page, counts, rig, few), "ms", 50)
            page.locator('section.card[aria-label="Network"] .fill').click()
            yield Figure(
                _SUBJECT, "in the browser, all interfaces in a table", _spent(page, counts, rig, few), "ms", 50
            )
        browser.close()


def _spent(page: Page, counts: CDPSession, rig: Rig, few: list[Sample]) -> float:
    """Milliseconds for a sample, after one for what is made once."""
    before = 0.0
    for number, sample in enumerate(few):
        rig.engine.bus.publish(at(sample, number, time.time()))
        page.wait_for_timeout(_PAUSE_MS)
        if number == 0:
            before = _task_seconds(counts)
    return (_task_seconds(counts) - before) * 1000 / (len(few) - 1)


def _task_seconds(counts: CDPSession) -> float:
    told = counts.send("Performance.getMetrics")["metrics"]
    return float(next(one["value"] for one in told if one["name"] == "TaskDuration"))


def _window() -> Iterator[Figure]:
    with tempfile.TemporaryDirectory(prefix="perfwatch-bench-") as directory, display(platform()) as environ:
        answer = subprocess.run(
            [sys.executable, "-m", "tests.bench.large_child"],
            cwd=directory,
            env={**environ, "PYTHONPATH": str(_ROOT), "XDG_CONFIG_HOME": directory, "OPENBLAS_NUM_THREADS": "1"},
            check=True, capture_output=True, text=True, timeout=600,
        )  # fmt: skip
    costs = json.loads(answer.stdout.splitlines()[-1])
    for what, words, goal in (
        ("sample", "p95 of the window's frame for it, all cards", 33),
        ("table", "p95 of the window's frame for it, all interfaces in a table", 50),
        ("hover", "p95 of a frame while hovering", 16),
    ):
        yield Figure(_SUBJECT, words, costs[what], "ms CPU", goal)
