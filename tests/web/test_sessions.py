"""Logins as the page lives them: two tabs, another browser, a new password, a token that expires."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from perfwatch_core.store.cluster import Cluster
from tests.net.rig import PASSWORD, Rig
from tests.web.conftest import Open, house
from tests.web.tab import Tab

NEW = "a new password, quite long"


@pytest.fixture(name="alone")
def _alone(cluster: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rig]:
    """A server of its own: these tests change who may log in."""
    with house(cluster, tmp_path_factory) as one:
        one.publish({"cpu.usage_percent": 42.5}, time.time())
        yield one


def entered(tab: Tab) -> Tab:
    """Log in."""
    tab.log_in(PASSWORD)
    tab.has_dashboard()
    return tab


def test_two_tabs_share_a_login_a_new_password_and_the_log_out(alone: Rig, open_tab: Open, browser: Browser) -> None:
    first = entered(open_tab(alone.url))
    second = open_tab(alone.url, "#settings")
    expect(second.page.locator("nav a[aria-current]")).to_have_text("Settings")
    with browser.new_context() as elsewhere:
        stranger = entered(open_tab(alone.url, inside=elsewhere))
        alone.publish({"cpu.usage_percent": 3.25}, time.time())
        for tab in (first, stranger):
            expect(tab.page.locator(tab.card("CPU"))).to_contain_text("3.2 %")
        form = second.page.locator(second.card("Password"))
        for name, word in (("old", PASSWORD), ("fresh", NEW), ("again", NEW)):
            form.locator(f"input[name={name}]").fill(word)
        form.locator("button", has_text="Change password").click()
        expect(form.locator(".said")).to_have_text("Changed; every other session has ended.")
        # the tab beside it goes on with the new token, another browser has to log in
        expect(stranger.page.locator(".narrow .said")).to_contain_text("log in again")
    alone.publish({"cpu.usage_percent": 6.25}, time.time())
    expect(first.page.locator(first.card("CPU"))).to_contain_text("6.2 %")
    second.page.locator("button", has_text="Log out").click()
    for tab in (first, second):
        expect(tab.page.locator(".narrow input[name=username]")).to_be_visible()
        expect(tab.page.locator("#header")).to_be_hidden()
    first.log_in(NEW)
    for tab in (first, second):
        expect(tab.page.locator("#header")).to_be_visible()


def test_a_token_that_expires_asks_for_a_login_and_keeps_what_was_typed(
    alone: Rig, open_tab: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr("perfwatch_net.auth.TOKEN_SECONDS", 3)
        tab = entered(open_tab(alone.url, "#hardware"))
    expect(tab.page.locator(".narrow .said")).to_have_text("the token has expired; log in again")
    name = tab.page.locator(".narrow input[name=username]")
    name.fill("admi")
    # the server closes a socket on which nobody logs in; that must not disturb who is typing
    alone.publish({"cpu.usage_percent": 1.25}, time.time())
    expect(name).to_have_value("admi")
    entered(tab)
    expect(tab.page.locator("nav a[aria-current]")).to_have_text("Hardware")


def test_signing_everyone_out_ends_every_page(alone: Rig, open_tab: Open, browser: Browser) -> None:
    tab = entered(open_tab(alone.url, "#settings"))
    with browser.new_context() as elsewhere:
        other = entered(open_tab(alone.url, inside=elsewhere))
        tab.page.locator("button", has_text="Sign everyone out").click()
        for one in (tab, other):
            expect(one.page.locator(".narrow .said")).to_contain_text("everyone was signed out")
            one.page.reload()
            expect(one.page.locator(".narrow .said")).to_contain_text("everyone was signed out")
