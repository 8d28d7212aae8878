"""The API describes itself: every method of the contract, each parameter, and only what there is."""

from __future__ import annotations

import re
from typing import Any, Literal

import msgspec
import pytest

from perfwatch_net.described import described
from perfwatch_net.documents import markdown
from perfwatch_net.endpoints import Access, Caller, Endpoints
from tests.api_document import api_document
from tests.net.rig import Rig

METHODS = [
    "auth.login",
    "auth.token",
    "auth.me",
    "auth.password",
    "auth.logout",
    "metrics.subscribe",
    "metrics.unsubscribe",
    "history.types",
    "history.metrics",
    "history.compare",
    "history.changes",
    "retention.get",
    "retention.update",
    "retention.cleanup",
    "config.get",
    "config.update",
    "system.info",
]
PATHS = [
    "/health",
    "/api/db-status",
    "/api/auth/me",
    "/api/history/metrics",
    "/api/history/metrics/types",
    "/api/history/compare",
    "/api/history/changes",
    "/api/retention",
    "/api/config",
    "/api/openrpc.json",
]


@pytest.fixture(scope="module", name="document")
def _document(rig: Rig) -> Any:
    return rig.ask("/api/openrpc.json", token="").json


def test_every_method_and_path_of_the_contract_is_described(document: Any) -> None:
    assert document["openrpc"].startswith("1.")
    methods = {method["name"]: method for method in document["methods"]}
    assert set(METHODS) <= set(methods)
    assert set(PATHS) <= {method.get("x-get") for method in methods.values()}
    for method in methods.values():
        assert method["summary"].endswith((".", ":", ";"))
        assert method["params"] is not None


def test_what_is_described_is_there_and_takes_what_is_said(rig: Rig, document: Any) -> None:
    """Each parameter is known to its method: one that is not is refused by name."""
    for method in document["methods"]:
        error = rig.rpc(method["name"], {"no such parameter": 1})["error"]
        assert "no such parameter" in error["message"], method["name"]
        if path := method.get("x-get"):
            assert rig.ask(path).status in (200, 400)


def test_a_parameter_says_its_type_its_bounds_and_whether_it_is_needed(document: Any) -> None:
    (metrics,) = (method for method in document["methods"] if method["name"] == "history.metrics")
    params = {param["name"]: param for param in metrics["params"]}
    assert [name for name, param in params.items() if param["required"]] == ["metric_type"]
    assert params["limit"]["schema"] == {"type": "integer", "minimum": 1, "maximum": 10000, "default": 1000}
    assert set(params["interval"]["schema"]["enum"]) == {"auto", "raw", "5s", "1m", "5m", "1h"}


def test_the_page_and_the_file_say_the_same(rig: Rig, document: Any) -> None:
    page, file = rig.ask("/docs", token="").body.decode(), api_document()
    for method in document["methods"]:
        assert f"<code>{method['name']}</code>" in page
        assert f"## {method['name']}\n" in file
    assert "<script" not in page
    assert "style=" not in page
    assert file.count("\n## ") == page.count("<section>") == len(document["methods"])


class Wish(msgspec.Struct):
    number: int
    ratio: float = 0.5
    on: bool = True
    word: Literal["a", "b"] | None = None
    names: list[str] = []
    things: dict[str, int] = {}


async def grant(_caller: Caller, _wish: Wish) -> None:
    """Grant a <b>wish</b> & more.

    Or two.
    """


def test_types_are_said_in_words() -> None:
    endpoints = Endpoints()
    endpoints.add("grant", Access.OPEN, Wish, grant)
    (one,) = described(endpoints)
    assert (one.summary, one.access) == ("Grant a <b>wish</b> & more.", "no login")
    assert {parameter.name: parameter.words for parameter in one.parameters} == {
        "number": "whole number",
        "ratio": "number, otherwise 0.5",
        "on": "true or false, otherwise true",
        "word": "a, b",
        "names": "list of text",
        "things": "object",
    }
    assert re.search(r"Grant a <b>wish</b> & more\. Or two\.\n", "\n".join(markdown([one])))
