"""The gate: which hosts and origins are ours, and that nothing else is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from perfwatch_net.gate import SECURITY_HEADERS, Gate, is_loopback

LOCAL = Gate.at("127.0.0.1", 8000, tls=False)


@pytest.mark.parametrize("host", ["127.0.0.1:8000", "localhost:8000", "LOCALHOST:8000", "[::1]:8000", "localhost"])
def test_our_own_names_are_let_in(host: str) -> None:
    assert LOCAL.host_problem([host]) == ""


@pytest.mark.parametrize(
    "host",
    [
        "evil.example:8000",
        "localhost.evil.example:8000",
        "",
        "localhost:8001",
        "user@localhost:8000",
        "localhost:8000/x",
        "localhost:99999999",
        "[::1",
        "127.0.0.1.evil.example:8000",
        "localhost:8000,evil.example",
    ],
)
def test_other_names_are_refused_in_words(host: str) -> None:
    assert "this server" in LOCAL.host_problem([host])


def test_exactly_one_host_header_is_needed() -> None:
    assert LOCAL.host_problem([]) == "one Host header is needed"
    assert LOCAL.host_problem(["localhost:8000", "localhost:8000"]) == "one Host header is needed"


def test_a_declared_name_is_let_in() -> None:
    gate = Gate.at("0.0.0.0", 443, tls=True, also=["Monitor.example"])
    assert gate.host_problem(["monitor.example"]) == ""
    assert gate.host_problem(["192.0.2.7:443"]) == ""
    assert gate.host_problem(["other.example"]) != ""


@pytest.mark.parametrize(
    "origin",
    [
        "http://evil.example",
        "null",
        "https://localhost:8000",
        "http://localhost",
        "http://localhost:8000.evil.example",
        "",
    ],
)
def test_pages_of_other_origins_are_refused(origin: str) -> None:
    assert LOCAL.origin_problem([origin], ["localhost:8000"]) != ""


def test_our_own_page_and_programs_may_ask() -> None:
    assert LOCAL.origin_problem(["http://localhost:8000"], ["localhost:8000"]) == ""
    assert LOCAL.origin_problem([], ["localhost:8000"]) == ""
    assert LOCAL.origin_problem(["http://localhost:8000"] * 2, ["localhost:8000"]) != ""


@given(st.text(max_size=60))
def test_any_host_is_judged_and_only_our_names_or_addresses_pass(host: str) -> None:
    if LOCAL.host_problem([host]) == "":
        name = host.lower().removesuffix(":8000").removesuffix(":").strip("[]")
        assert name in LOCAL.hosts or name.replace(".", "").replace(":", "").replace("%", "").isalnum()


@pytest.mark.parametrize(
    ("address", "local"),
    [
        ("127.0.0.1", True),
        ("::1", True),
        ("localhost", True),
        ("0.0.0.0", False),
        ("::", False),
        ("example", False),
    ],
)
def test_what_can_be_reached_from_here_only(address: str, local: bool) -> None:
    assert is_loopback(address) is local


def test_no_page_can_run_foreign_or_inline_code_or_be_framed() -> None:
    policy = dict(SECURITY_HEADERS)["Content-Security-Policy"]
    assert "unsafe" not in policy
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
