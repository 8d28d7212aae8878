"""The live pages: hostile names, what is not known, standing still, old samples, tabs, keys, a phone."""

from __future__ import annotations

import dataclasses
import re
import time
from collections.abc import Mapping
from functools import partial

import pytest
from playwright.sync_api import Browser, expect

from perfwatch_core.collectors import CATALOGUE
from perfwatch_core.metric import Value
from perfwatch_core.sample import Fault
from perfwatch_core.units import Unit, nice_ceiling, text
from tests.net.rig import PASSWORD, Rig, keep, sample
from tests.web.conftest import Open
from tests.web.tab import Tab

HOSTILE = (
    "<img src=x onerror=alert(1)>", "constructor", "__proto__", "$&$1", "a[b]c", "*", "'\"`", "\u202egnp.exe",
    "<script>throw 1</script>", "x" * 200,
)  # fmt: skip
NUMBERS: Mapping[str, Value] = {
    "cpu.usage_percent": 42.5,
    "cpu.user": 30,
    "cpu.per_core[0]": 80,
    "cpu.per_core[1]": 5,
    "memory.usage_percent": 61.2,
    "memory.used_bytes": 10 * 2**30,
    "memory.total_bytes": 16 * 2**30,
    "network.bytes_recv_per_sec": 4_520_000,
    "network.bytes_sent_per_sec": 1000,
}


def publish(rig: Rig, more: Mapping[str, Value] | None = None, ago: float = 0.0) -> None:
    """Let a sample be taken, so many seconds ago."""
    rig.publish({**NUMBERS, **(more or {})}, time.time() - ago)


def entered(open_tab: Open, rig: Rig, address: str = "") -> Tab:
    """A tab that is logged in and shows numbers."""
    publish(rig)
    tab = open_tab(rig.url, address)
    tab.log_in(PASSWORD)
    tab.has_dashboard()
    return tab


def test_numbers_of_a_sample_are_where_the_layout_says(rig: Rig, open_tab: Open) -> None:
    tab = entered(open_tab, rig)
    assert "42.5 %" in tab.text(tab.card("CPU"))
    memory = tab.text(tab.card("Memory"))
    assert re.search(r"61\.2 %\s+10\.0 GiB\s+of 16\.0 GiB", memory), memory
    assert "4.52 MB/s" in tab.text(tab.card("Network"))
    assert [one.inner_text() for one in tab.page.locator("nav a").all()] == [
        "Dashboard", "Hardware", "History", "Settings",
    ]  # fmt: skip


def test_what_is_not_known_is_not_available_and_says_why(rig: Rig, open_tab: Open) -> None:
    tab = entered(open_tab, rig)
    missing = tab.page.locator(tab.card("Hardware counters") + " .headline .value")
    expect(missing).to_have_text("N/A")
    assert missing.get_attribute("title")
    publish(rig, {"perf_events.reason": "perf is not there; mend it with: apt-get install linux-perf"})
    notice = tab.page.locator(tab.card("Hardware counters") + " .notice")
    expect(notice).to_contain_text("Perf is not there. Mend it with: apt-get install linux-perf")
    expect(notice.locator("code")).to_have_text("apt-get install linux-perf")
    failed = sample(time.time(), NUMBERS)
    faults = {"disk": Fault("the disks cannot be read", remedy="chmod +r /proc/diskstats")}
    rig.engine.bus.publish(dataclasses.replace(failed, faults=faults))
    expect(tab.page.locator(tab.card("Disk") + " .notice.failed")).to_have_text(
        re.compile("⚠ The disks cannot be read. Mend it with: chmod .r /proc/diskstats")
    )
    publish(rig, {"perf_events.reason": "perf is not there; mend it with: apt-get install linux-perf"})
    tab.page.keyboard.press("2")
    expect(tab.page.locator(".page > .notice")).to_contain_text("Perf is not there.")


def test_names_from_the_machine_are_text_whatever_they_say(rig: Rig, open_tab: Open) -> None:
    more: dict[str, Value] = {}
    for place, name in enumerate(HOSTILE):
        more[f"network.bytes_recv_per_sec[{name}]"] = more[f"disk.read_bytes_per_sec[{name}]"] = 1000 + place
        more[f"disk.usage_percent[{name}]"] = more[f"cpu.temperature_celsius[{name}]"] = 50 + place
        more[f"disk.fstype[{name}]"] = name
    tab = entered(open_tab, rig)
    publish(rig, more)
    tab.page.locator(tab.card("Network") + " .fill").click()
    names = tab.page.locator(tab.card("Network") + " .tables th[scope=row]")
    expect(names).to_have_count(len(HOSTILE))
    assert sorted(names.all_text_contents()) == sorted(HOSTILE)
    tab.page.keyboard.press("Escape")
    tab.page.locator(tab.card("Disk") + " .fill").click()
    row = tab.page.locator(tab.card("Disk") + " .tables table").last.locator("tr", has_text="constructor")
    expect(row.locator("td").first).to_have_text(f"{50 + HOSTILE.index('constructor'):.1f} %")
    expect(tab.page.locator("main img, main script")).to_have_count(0)


def test_a_table_is_sorted_by_the_column_that_is_clicked(rig: Rig, open_tab: Open) -> None:
    tab = entered(open_tab, rig)
    publish(rig, {f"network.bytes_recv_per_sec[eth{one}]": 10 * one for one in (2, 10, 1)})
    card = tab.page.locator(tab.card("Network"))
    card.locator(".fill").click()
    names = card.locator(".tables th[scope=row]")
    expect(names).to_have_text(["eth1", "eth2", "eth10"])
    card.locator(".tables thead button", has_text=re.compile("^In$")).click()
    expect(names).to_have_text(["eth10", "eth2", "eth1"])
    publish(rig, {"network.bytes_recv_per_sec[eth1]": 999, "network.bytes_recv_per_sec[eth2]": 5})
    expect(names).to_have_text(["eth1", "eth2"])


def test_an_old_sample_never_looks_live(rig: Rig, open_tab: Open) -> None:
    publish(rig, ago=3600)
    tab = open_tab(rig.url)
    tab.log_in(PASSWORD)
    tab.has_dashboard()
    live = tab.page.locator("#live")
    expect(live).to_have_text("stale · 60 min old")
    expect(tab.page.locator("#status")).to_contain_text("connected, but no samples come")
    expect(tab.page.locator(tab.card("CPU"))).to_have_css("opacity", "0.5")
    publish(rig, ago=1)
    publish(rig)
    expect(live).to_contain_text("live")
    expect(tab.page.locator("main.stale")).to_have_count(0)


def test_charts_are_filled_with_what_history_knows(rig: Rig, open_tab: Open) -> None:
    now = time.time()
    values: dict[str, Value] = {"cpu.usage_percent": 77.5, "cpu.user": 1.5}
    samples = [sample(now - 290 + 2 * tick, values, 2.0) for tick in range(90)]
    rig.engine.store.archive.chore(partial(keep, samples=samples)).result(30)
    tab = entered(open_tab, rig)
    chart = tab.page.locator(tab.card("CPU") + " .chart")
    box = chart.bounding_box()
    assert box is not None
    legend = tab.page.locator(tab.card("CPU") + " .legend")
    # half way between two and three minutes ago
    chart.hover(position={"x": 62 + (box["width"] - 66) * 0.5, "y": 60})
    expect(legend).to_contain_text("usage 77.5 %")
    # what nobody recorded is a gap, here from 110 s ago until other tests' samples
    chart.hover(position={"x": 62 + (box["width"] - 66) * (1 - 76 / 300), "y": 60})
    expect(legend).to_contain_text("usage N/A")


def test_space_lets_everything_stand_still_and_says_so(rig: Rig, open_tab: Open) -> None:
    tab = entered(open_tab, rig)
    card = tab.page.locator(tab.card("CPU"))
    tab.page.keyboard.press("Space")
    expect(tab.page.locator("#live")).to_contain_text("frozen")
    publish(rig, {"cpu.usage_percent": 7.25})
    publish(rig, {"cpu.usage_percent": 8.25})
    expect(card).to_contain_text("42.5 %")
    tab.page.keyboard.press("Space")
    expect(card).to_contain_text("8.2 %")


def test_all_of_it_goes_by_keyboard(rig: Rig, open_tab: Open) -> None:
    publish(rig)
    tab = open_tab(rig.url)
    keys = tab.page.keyboard
    expect(tab.page.locator(".narrow input[name=username]")).to_be_focused()
    keys.type("admin")
    keys.press("Tab")
    keys.type(PASSWORD)
    keys.press("Enter")
    tab.has_dashboard()
    expect(tab.page.locator("nav a").first).to_be_focused()
    keys.press("?")
    expect(tab.page.locator("dialog")).to_be_visible()
    keys.press("Escape")
    keys.press("1")
    for _ in range(4):
        keys.press("Tab")
    expect(tab.page.locator(tab.card("CPU") + " .fill")).to_be_focused()
    keys.press("Enter")
    expect(tab.page.locator(tab.card("Memory"))).to_be_hidden()
    keys.press("Escape")
    expect(tab.page.locator(tab.card("Memory"))).to_be_visible()
    expect(tab.page.locator(tab.card("CPU") + " .fill")).to_be_focused()
    for key, title in (("2", "Hardware"), ("3", "History"), ("4", "Settings"), ("1", "Dashboard")):
        keys.press(key)
        expect(tab.page.locator("nav a[aria-current]")).to_have_text(title)
    outline = tab.page.locator("nav a").first
    outline.focus()
    assert outline.evaluate("node => getComputedStyle(node).outlineStyle") == "solid"


def test_a_phone_never_scrolls_sideways(rig: Rig, browser: Browser, open_tab: Open) -> None:
    with browser.new_context(viewport={"width": 360, "height": 740}, has_touch=True, is_mobile=True) as phone:
        publish(rig)
        tab = open_tab(rig.url, inside=phone)
        tab.log_in(PASSWORD)
        tab.has_dashboard()
        long = "interface-with-quite-a-long-name" * 3
        publish(rig, {f"network.bytes_recv_per_sec[{long}]": 1, f"disk.usage_percent[/{long}/{long}]": 99})
        for page in ("dashboard", "hardware", "history", "settings"):
            tab.page.evaluate("page => { location.hash = page; }", page)
            expect(tab.page.locator("nav a[aria-current]")).to_have_text(re.compile(page, re.IGNORECASE))
            wide = "node => node.scrollWidth - node.clientWidth"
            assert tab.page.locator("main").evaluate(wide) <= 0, page
            assert tab.page.evaluate("document.documentElement.scrollWidth <= innerWidth"), page
            if page == "history":
                tab.page.locator(".picker summary").tap()
                expect(tab.page.get_by_label("Find a series")).to_be_in_viewport(ratio=1)
                assert tab.page.locator("main").evaluate(wide) <= 0


@pytest.mark.parametrize("scheme", ["dark", "light"])
def test_text_and_lines_stand_out(rig: Rig, browser: Browser, open_tab: Open, scheme: str) -> None:
    """By WCAG 2.2: 4.5 to 1 for text, 3 to 1 for lines, on cards and on the ground; in the system's choice and ours."""
    with browser.new_context(color_scheme="light" if scheme == "dark" else "dark") as other:
        tab = open_tab(rig.url, inside=other)
        by_choice = tab.page.evaluate(_CONTRAST, scheme)
    with browser.new_context(color_scheme="dark" if scheme == "dark" else "light") as system:
        tab = open_tab(rig.url, inside=system)
        assert tab.page.evaluate(_CONTRAST, "") == by_choice
    for name, ratio in by_choice.items():
        assert ratio >= (4.5 if name.split()[0] in ("text", "quiet", "wrong", "link") else 3.0), (name, ratio)


_CONTRAST = """theme => {
  document.documentElement.dataset.theme = theme;
  const style = getComputedStyle(document.documentElement);
  const value = token => style.getPropertyValue(`--${token}`).trim();
  const light = token => [1, 3, 5].map(at => parseInt(value(token).slice(at, at + 2), 16) / 255)
    .map(part => part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4)
    .reduce((sum, part, index) => sum + part * [0.2126, 0.7152, 0.0722][index], 0);
  const series = ["blue", "green", "amber", "red", "purple", "cyan", "orange", "pink"];
  const found = {};
  for (const ground of ["card", "background"])
    for (const token of ["text", "quiet", "wrong", "link", ...series]) {
      const [dark, bright] = [light(token), light(ground)].sort((a, b) => a - b);
      found[`${token} on ${ground}`] = (bright + 0.05) / (dark + 0.05);
    }
  return found;
}"""


def test_numbers_read_as_in_the_window(rig: Rig, open_tab: Open) -> None:
    """The page's rules and the window's are two programs; here they write the same numbers."""
    tab = open_tab(rig.url)
    metrics = {metric.unit: rig.ask("/api/layout").json["metrics"][metric.key]["unit"] for metric in CATALOGUE}
    values = [
        0,
        0.125,
        0.04,
        1,
        4.35,
        8.25,
        42.5,
        99.95,
        999.4,
        999.5,
        1000,
        1023.9,
        1024,
        15_625,
        4_520_000,
        2**31,
        3e13,
    ]
    values += [-value for value in values]
    told = tab.page.evaluate(
        """async ([shapes, values]) => {
          const { text, niceCeiling } = await import("/units.js");
          return shapes.map(shape => values.map(value => [text(value, shape), niceCeiling(value, shape)]));
        }""",
        [list(metrics.values()), values],
    )
    for unit, rows in zip(metrics, told, strict=True):
        if unit is not Unit.TEXT:
            assert rows == [[text(value, unit), pytest.approx(nice_ceiling(value, unit))] for value in values], unit


def test_a_guess_is_dimmed_and_says_so(rig: Rig, open_tab: Open) -> None:
    tab = entered(open_tab, rig, "#hardware")
    shares = {f"perf_events.running_percent[{name}]": 12.0 for name in ("branches", "branch-misses")}
    publish(rig, {"perf_events.branch_miss_percent": 3.5, "perf_events.branches": 1e9, **shares})
    value = tab.page.locator(tab.card("Branch misses") + " .headline .value").first
    expect(value).to_have_text("3.5 %")
    expect(value).to_have_class(re.compile("doubtful"))
    expect(value).to_have_attribute("title", re.compile("counted for 12 % of the time"))
    row = tab.page.locator(tab.card("Events") + " tr", has_text="branches")
    expect(row.locator("td").first).to_have_class("doubtful")
