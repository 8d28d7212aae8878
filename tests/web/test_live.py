"""The live pages: hostile names, what is not known, standing still, old samples, tables, what history fills in."""

from __future__ import annotations

import dataclasses
import re
import time
from functools import partial

import pytest
from playwright.sync_api import expect

from perfwatch_core import bus
from perfwatch_core.metric import Value
from perfwatch_core.sample import Fault
from tests.net.rig import PASSWORD, Rig, keep, sample
from tests.web.conftest import Open
from tests.web.living import NUMBERS, entered, publish

HOSTILE = (
    "<img src=x onerror=alert(1)>", "constructor", "__proto__", "$&$1", "a[b]c", "*", "'\"`", "\u202egnp.exe",
    "<script>throw 1</script>", "x" * 200,
)  # fmt: skip


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


def test_an_old_sample_never_looks_live(rig: Rig, open_tab: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    publish(rig, ago=3600)
    monkeypatch.setattr(bus, "monotonic", lambda: time.monotonic() + 3600)
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
