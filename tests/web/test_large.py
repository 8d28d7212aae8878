"""The page of a machine with more interfaces than anyone can look at: little is done for each, all can be reached."""

from __future__ import annotations

import contextlib
import re

from playwright.sync_api import Locator, expect

from perfwatch_core.metric import Value
from tests.net.rig import Rig
from tests.web.conftest import Open
from tests.web.living import entered, publish
from tests.web.tab import Tab

_MANY = 1500
# Rows of a window of 900 pixels, and those that are ready above and below.
_MOST_ROWS = 100
_TRIES, _PATIENCE_MS = 10, 3000
# Notes how often anything was compared to be sorted.
_COUNT = """() => {
  window.compared = 0;
  const sort = Array.prototype.sort;
  Array.prototype.sort = function (order) {
    return sort.call(this, order && ((a, b) => { window.compared += 1; return order(a, b); }));
  };
}"""


def _traffic(round_: int, many: int = _MANY) -> dict[str, Value]:
    """Two rates and two states of each interface; which is busiest changes from round to round."""
    found: dict[str, Value] = {}
    for place in range(many):
        found[f"network.bytes_recv_per_sec[veth{place}]"] = place * 37 * round_ % many
        found[f"network.bytes_sent_per_sec[veth{place}]"] = 0
        found[f"network.is_up[veth{place}]"] = True
    return found


def _busiest(round_: int) -> list[str]:
    """The five with most of that traffic; no two have as much."""
    return [f"veth{place}" for place in sorted(range(_MANY), key=lambda place: -(place * 37 * round_ % _MANY))[:5]]


def _shown(rig: Rig, values: dict[str, Value], where: Locator, text: str | list[str]) -> None:
    """Publish until it is there: a page that is being sent a long answer meanwhile misses a sample."""
    for _ in range(_TRIES):
        publish(rig, values)
        with contextlib.suppress(AssertionError):
            expect(where).to_have_text(text, timeout=_PATIENCE_MS)
            return
    raise AssertionError(f"{text} never came")


def _with_table(open_tab: Open, rig: Rig) -> tuple[Tab, Locator]:
    """A tab whose network card fills the page, and its table."""
    tab = entered(open_tab, rig)
    tab.page.locator(tab.card("Network") + " .fill").click()
    table = tab.page.locator(tab.card("Network") + " .tables table")
    _shown(rig, _traffic(1), table.locator("th[scope=row]").first, "veth0")
    return tab, table


def test_the_busiest_of_many_are_found_without_sorting_all(rig: Rig, open_tab: Open) -> None:
    tab = entered(open_tab, rig)
    busiest = tab.page.locator(tab.card("Network") + " .busiest")
    _shown(rig, _traffic(1), busiest.locator("tbody th"), _busiest(1))
    expect(busiest).to_contain_text(f"and {_MANY - 5} more")
    tab.page.evaluate(_COUNT)
    _shown(rig, _traffic(7), busiest.locator("tbody th"), _busiest(7))
    assert tab.page.evaluate("window.compared") < _MANY


def test_of_a_long_table_only_what_is_in_view_is_there(rig: Rig, open_tab: Open) -> None:
    tab, table = _with_table(open_tab, rig)
    rows = table.locator("th[scope=row]")
    assert rows.count() <= _MOST_ROWS
    assert table.get_attribute("aria-rowcount") == str(_MANY + 1)
    tall = table.bounding_box()
    assert tall is not None
    assert tall["height"] > _MANY * 15
    tab.page.evaluate("document.querySelector('main').scrollTop = 1e9")
    expect(rows.last).to_have_text(f"veth{_MANY - 1}")
    expect(rows.last).to_be_in_viewport()
    assert rows.count() <= _MOST_ROWS
    assert rows.last.locator("xpath=..").get_attribute("aria-rowindex") == str(_MANY + 1)
    # what is in view goes on to change, and no scrolling comes of it
    place = tab.page.evaluate("document.querySelector('main').scrollTop")
    traffic = {**_traffic(1), f"network.bytes_recv_per_sec[veth{_MANY - 1}]": 98_700}
    _shown(rig, traffic, rows.last.locator("xpath=../td").first, "98.7 kB/s")
    assert tab.page.evaluate("document.querySelector('main').scrollTop") == place


def test_a_long_table_is_sorted_as_a_whole_and_shrinks_to_a_short_one(rig: Rig, open_tab: Open) -> None:
    tab, table = _with_table(open_tab, rig)
    rows = table.locator("th[scope=row]")
    table.locator("thead button", has_text=re.compile("^In$")).click()
    expect(rows.first).to_have_text(_busiest(1)[0])
    tab.page.evaluate("document.querySelector('main').scrollTop = 1e9")
    expect(rows.last).to_have_text("veth0")
    _shown(rig, _traffic(1, many=3), rows, ["veth2", "veth1", "veth0"])
    assert table.get_attribute("aria-rowcount") is None
