"""How the live pages look and are reached: keys alone, a phone, contrast, numbers as in the window."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, expect

from perfwatch_core.collectors import CATALOGUE
from perfwatch_core.units import Unit, nice_ceiling, text
from tests.net.rig import PASSWORD, Rig
from tests.web.conftest import Open
from tests.web.living import publish


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
