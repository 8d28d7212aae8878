"""The settings in the browser: what is saved is in force, what is wrong is said, what is fixed cannot be touched."""

from __future__ import annotations

import time

import pytest
from playwright.sync_api import expect

from tests.core.store.waiting import until
from tests.net.rig import PASSWORD, Rig
from tests.web.conftest import Open
from tests.web.tab import Tab


@pytest.fixture(name="tab")
def _tab(rig: Rig, open_tab: Open) -> Tab:
    """The settings, logged in."""
    rig.publish({"memory.total_bytes": 2**34, "network.bytes_recv_per_sec": 2_000_000}, time.time())
    tab = open_tab(rig.url, "#settings")
    tab.log_in(PASSWORD)
    expect(tab.page.locator("input[name=perf_interval_ms]")).to_be_visible()
    return tab


def test_a_setting_is_saved_and_a_wrong_one_refused_in_words(rig: Rig, tab: Tab) -> None:
    card = tab.page.locator(tab.card("Sampling"))
    field = card.locator("input[name=perf_interval_ms]")
    field.fill("2000")
    field.press("Tab")
    expect(card.locator(".said")).to_have_text("Saved.")
    assert rig.engine.settings.perf_interval_ms == 2000
    field.fill("12 parsecs")
    field.press("Tab")
    expect(card.locator(".said")).to_contain_text("a whole number of milliseconds from 100 to 60000")
    assert rig.engine.settings.perf_interval_ms == 2000
    tab.page.reload()
    expect(field).to_have_value("2000")


def test_retention_is_saved_and_what_does_not_fit_is_refused(rig: Rig, tab: Tab) -> None:
    card = tab.page.locator(tab.card("What is kept"))
    days = card.locator("input[name=retention_days]")
    expect(days).to_have_value("30")
    days.fill("90")
    card.locator("input[name=downsample_after_days]").fill("7")
    card.locator("select").select_option("5m")
    card.locator("input[name=size_limit]").fill("2")
    card.locator("button", has_text="Save").click()
    expect(card.locator(".said")).to_have_text("Saved.")
    told = rig.ask("/api/retention").json
    kept = [
        told[name] for name in ("retention_days", "downsample_after_days", "downsample_interval", "size_limit_bytes")
    ]
    assert kept == [90, 7, "5m", 2 * 2**30]
    # the browser itself holds the limits
    days.fill("0")
    card.locator("button", has_text="Save").click()
    assert not days.evaluate("node => node.validity.valid")
    assert rig.ask("/api/retention").json["retention_days"] == 90
    card.locator("button", has_text="Clean up now").click()
    expect(card.locator(".said")).to_have_text("Cleaned up.")
    expect(card.locator("dl")).to_contain_text("Takes now")


def test_theme_and_bytes_are_kept_in_this_browser(tab: Tab) -> None:
    ground = "getComputedStyle(document.body).backgroundColor"
    assert tab.page.evaluate(ground) == "rgb(15, 23, 42)"
    tab.page.locator("select[name=theme]").select_option("light")
    assert tab.page.evaluate(ground) == "rgb(241, 245, 249)"
    tab.page.locator("select[name=bytes]").select_option("binary")
    tab.page.reload()
    expect(tab.page.locator("#header")).to_be_visible()
    assert tab.page.evaluate(ground) == "rgb(241, 245, 249)"
    tab.page.keyboard.press("1")
    expect(tab.page.locator(tab.card("Network"))).to_contain_text("1.91 MiB/s")


def test_a_password_that_is_wrong_or_repeated_wrongly_is_refused(rig: Rig, tab: Tab) -> None:
    form = tab.page.locator(tab.card("Password"))
    for old, fresh, again, said in (
        (PASSWORD, "one long password", "another one", "The two new passwords differ."),
        ("wrong", "one long password", "one long password", "the present password is wrong"),
        (PASSWORD, "short", "short", "too short"),
    ):
        for name, word in (("old", old), ("fresh", fresh), ("again", again)):
            form.locator(f"input[name={name}]").fill(word)
        form.locator("button", has_text="Change password").click()
        expect(form.locator(".said")).to_contain_text(said)
    assert rig.login().status == 200


def test_the_facts_of_the_server_are_there(rig: Rig, tab: Tab) -> None:
    facts = tab.page.locator(tab.card("Server"))
    expect(facts).to_contain_text("DatabaseSamples are stored")
    expect(facts).to_contain_text(str(rig.engine.settings.data_dir))
    with tab.page.expect_popup() as opening:
        facts.get_by_text("the API described").click()
    expect(opening.value.locator("h1")).to_have_text("PerfWatch API")


def test_a_collector_is_switched_off_and_on(rig: Rig, tab: Tab) -> None:
    card = tab.page.locator(tab.card("Sampling"))

    def is_off(wanted: str) -> None:
        until(lambda: rig.engine.settings.collectors_off == wanted)

    card.get_by_label("Network").uncheck()
    is_off("network")
    card.get_by_label("Pressure").uncheck()
    is_off("network,pressure")
    tab.page.reload()
    expect(card.get_by_label("Network")).not_to_be_checked()
    card.get_by_label("Network").check()
    is_off("pressure")
    card.get_by_label("Pressure").check()
    is_off("")


def test_the_foot_says_how_the_database_is(tab: Tab) -> None:
    expect(tab.page.locator("#status")).to_contain_text("connected · PostgreSQL ok")
