"""History in the browser: spans, zoom, series, comparison with its difference, figures, what changed, a file."""

from __future__ import annotations

import csv
import re
import time
from collections.abc import Iterator
from functools import partial

import pytest
from playwright.sync_api import Browser, Locator, StorageState, expect

from perfwatch_core.metric import Value
from perfwatch_core.store.cluster import Cluster
from tests.core.store.waiting import until
from tests.net.rig import PASSWORD, Rig, keep, sample
from tests.web.conftest import Open, house
from tests.web.tab import Tab

HOUR, DAY = 3600, 86400
STEP = 10


def _values(tick: int, busy: float) -> dict[str, Value]:
    """Numbers that go up and down, around a level."""
    return {
        "cpu.usage_percent": busy + tick % 5,
        "cpu.user": busy / 2,
        "cpu.system": 5.5,
        "cpu.iowait": 1.5,
        "memory.used_bytes": 8_000_000_000 + tick,
    }


@pytest.fixture(scope="module", name="past")
def _past(cluster: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rig]:
    """Its machine was at 20 % an hour until now and for a moment before, at 60 % in that hour of yesterday."""
    with house(cluster, tmp_path_factory) as one:
        now = time.time()
        ticks = range(HOUR // STEP)
        for ago, busy in ((DAY, 60.0), (0, 20.0)):
            samples = [sample(now - ago - HOUR + STEP * tick, _values(tick, busy), STEP) for tick in ticks]
            one.engine.store.archive.chore(partial(keep, samples=samples)).result(30)
        alone = [sample(now - 3 * HOUR, _values(0, 20.0), STEP)]
        one.engine.store.archive.chore(partial(keep, samples=alone)).result(30)
        one.publish(_values(0, 20.0), now - STEP)
        one.publish(_values(1, 20.0), now)
        yield one


@pytest.fixture(scope="module", name="state")
def _state(browser: Browser, past: Rig) -> Iterator[StorageState]:
    """A login, for all tests to go on with."""
    with browser.new_context() as context:
        tab = Tab.open(context, past.url)
        tab.log_in(PASSWORD)
        expect(tab.page.locator("#header")).to_be_visible()
        yield context.storage_state()


@pytest.fixture(name="tab")
def _tab(browser: Browser, past: Rig, state: StorageState, open_tab: Open) -> Iterator[Tab]:
    """The History page of the last hour."""
    with browser.new_context(storage_state=state, locale="en-GB", viewport={"width": 1280, "height": 1000}) as context:
        tab = open_tab(past.url, "#history", inside=context)
        expect(tab.page.locator(".history .said").first).to_contain_text("a point each")
        yield tab


def figures(tab: Tab, address: str) -> Locator:
    """The cells of a series in the table of statistics."""
    return tab.page.locator(tab.card("Statistics")).locator("tbody tr", has_text=address).locator("td")


def span_of(tab: Tab) -> float:
    """How many seconds are in view, by the fields."""
    moments = "[...document.querySelectorAll('.dates input')].map(one => new Date(one.value).getTime() / 1000)"
    found = tab.page.evaluate(moments)
    return float(found[1] - found[0])


def test_a_subject_is_shown_with_its_figures(tab: Tab) -> None:
    cells = figures(tab, "cpu.usage_percent")
    expect(cells.nth(0)).to_have_text("22.0 %")
    expect(cells.nth(1)).to_have_text("20.0 %")
    expect(cells.nth(5)).to_have_text("24.0 %")
    expect(cells.nth(6)).to_have_text(re.compile("3[56]."))
    tab.page.get_by_label("Subject").select_option("memory")
    expect(figures(tab, "memory.used_bytes").nth(0)).to_have_text("7.45 GiB")
    assert "type=memory" in tab.page.url
    tab.page.reload()
    expect(figures(tab, "memory.used_bytes").nth(0)).to_have_text("7.45 GiB")


def test_the_band_goes_from_least_to_most(tab: Tab) -> None:
    tab.page.locator(".group button", has_text="6 h").click()
    expect(tab.page.locator(".history .said").first).to_contain_text("a point each 1 min")
    chart = tab.page.locator(".chart.past").first
    box = chart.bounding_box()
    assert box is not None
    chart.hover(position={"x": box["width"] - 60, "y": 60})
    expect(tab.page.locator(".legend .item").first).to_have_text(
        re.compile(r"cpu\.usage_percent 2\d\.\d % \(20\.0 % to 24\.0 %\)")
    )


def test_a_sample_between_gaps_is_a_dot(tab: Tab) -> None:
    """In the middle fifth of six hours, where there is nothing else but the grid."""
    tab.page.locator(".group button", has_text="6 h").click()
    expect(tab.page.locator(".history .said").first).to_contain_text("a point each 1 min")
    coloured = """() => {
      const canvas = document.querySelector(".chart.past canvas"), fifth = Math.round(canvas.width / 5);
      const { data } = canvas.getContext("2d").getImageData(2 * fifth, 0, fifth, canvas.height);
      let found = 0;
      for (let at = 0; at < data.length; at += 4) {
        const rgb = data.slice(at, at + 3);
        if (data[at + 3] > 100 && Math.max(...rgb) - Math.min(...rgb) > 90) found += 1;
      }
      return found;
    }"""
    until(lambda: 4 <= tab.page.evaluate(coloured) <= 60, 30)


def test_it_is_zoomed_by_dragging_typing_and_keys_and_goes_back(tab: Tab) -> None:
    assert span_of(tab) == HOUR
    chart = tab.page.locator(".chart.past .u-over").first
    box = chart.bounding_box()
    assert box is not None
    tab.page.mouse.move(box["x"] + box["width"] / 4, box["y"] + 50)
    tab.page.mouse.down()
    tab.page.mouse.move(box["x"] + box["width"] / 2, box["y"] + 60, steps=4)
    tab.page.mouse.up()
    expect(tab.page.locator(".group button[aria-pressed=true]")).to_have_count(0)
    assert span_of(tab) == pytest.approx(HOUR / 4, abs=20)
    tab.page.locator("#main").focus()
    dragged = span_of(tab)
    tab.page.keyboard.press("-")
    assert span_of(tab) == pytest.approx(2 * dragged, abs=2)
    tab.page.keyboard.press("Backspace")
    assert span_of(tab) == dragged
    before = tab.page.get_by_label("From").input_value()
    tab.page.keyboard.press("ArrowLeft")
    assert tab.page.get_by_label("From").input_value() < before
    tab.page.keyboard.press("Home")
    age = "Date.now() / 1000 - new Date(document.querySelector('.dates input').value).getTime() / 1000"
    until(lambda: tab.page.evaluate(age) > DAY + HOUR - 200, 30)
    assert tab.page.evaluate(age) < DAY + HOUR + 200
    tab.page.get_by_label("From").fill("2026-01-01T00:00:00")
    tab.page.get_by_label("To", exact=True).fill("2026-01-01T02:00:00")
    expect(tab.page.locator(".history .said").first).to_have_text("There is no history in this span.")
    tab.page.get_by_label("To", exact=True).fill("2025-01-01T02:00:00")
    expect(tab.page.locator(".history .said").first).to_have_text("the end must come after the beginning")


def test_a_comparison_lays_both_spans_over_each_other_and_says_what_changed(tab: Tab) -> None:
    expect(tab.page.locator(".chart.difference").first).to_be_hidden()
    tab.page.get_by_label("Compare with").select_option("yesterday")
    expect(tab.page.locator(".chart.difference").first).to_be_visible()
    cells = figures(tab, "cpu.usage_percent")
    expect(cells.nth(7)).to_have_text("62.0 %")
    expect(cells.nth(8)).to_have_text("−40.0 %")
    chart = tab.page.locator(".chart.past").first
    chart.hover(position={"x": 500, "y": 60})
    expect(tab.page.locator(".legend .item").first).to_contain_text(re.compile(r"2(\d)\.0 %, then 6\1\.0 %"))
    changes = tab.page.locator(tab.card("What changed"))
    expect(changes).to_contain_text("moved more than by chance")
    expect(changes.locator("tbody tr").first).to_contain_text(re.compile(r"cpu\.(usage_percent|user)"))
    user = changes.locator("tbody tr", has_text="cpu.user")
    expect(user.locator("td").nth(2)).to_have_text("−20.0 %")
    tab.page.get_by_label("Compare with").select_option("last_week")
    expect(changes).to_contain_text(re.compile("No series is in both spans. Only in this span: .*cpu.iowait"))
    tab.page.get_by_label("Compare with").select_option("span")
    other = tab.page.get_by_label("The other span begins")
    expect(other).to_be_visible()
    start = tab.page.evaluate("new Date(document.querySelector('.dates input').value).getTime() / 1000")
    other.fill(time.strftime("%Y-%m-%dT%H:%M:%S", time.localtime(start - DAY)))
    expect(cells.nth(7)).to_have_text("62.0 %")
    changes.locator("tbody button", has_text="cpu.user").click()


def test_any_series_can_be_found_and_added(tab: Tab) -> None:
    tab.page.locator(".picker summary").click()
    expect(tab.page.get_by_label("Find a series")).to_be_focused()
    tab.page.keyboard.type("mem used")
    box = tab.page.locator(".choices label", has_text="memory.used_bytes").locator("input")
    box.focus()
    tab.page.keyboard.press("Space")
    # bytes do not fit on an axis of percent
    expect(tab.page.locator(".chart.past")).to_have_count(2)
    tab.page.keyboard.press("Escape")
    expect(tab.page.locator(".pop")).to_be_hidden()
    expect(tab.page.locator(".picker summary")).to_have_text("Series · 5")
    expect(figures(tab, "memory.used_bytes").nth(0)).to_have_text("7.45 GiB")


def test_what_is_in_view_can_be_saved(tab: Tab) -> None:
    with tab.page.expect_download() as saving:
        tab.page.locator("button", has_text="Save CSV").click()
    rows = list(csv.reader(saving.value.path().read_text().splitlines()))
    assert saving.value.suggested_filename.endswith(".csv")
    assert rows[0][:4] == ["timestamp", "cpu.usage_percent", "cpu.usage_percent min", "cpu.usage_percent max"]
    assert len(rows) > 300
    assert 20 <= float(rows[100][1]) <= 24
