"""What every endpoint has in common: who may ask, with what, and how it fails."""

from __future__ import annotations

import asyncio
from typing import Any, Literal

import msgspec
import pytest

from perfwatch_net import wire
from perfwatch_net.accounts import LoginRefused, NotReady, TooManyTries
from perfwatch_net.auth import Identity, PasswordRefused, TokenRefused
from perfwatch_net.endpoints import Access, Caller, Endpoints, NoParams
from perfwatch_net.wire import RpcError

STRANGER = Caller("a")
NEW = Caller("a", Identity("admin", 0), must_change=True)
KNOWN = Caller("a", Identity("admin", 0))


class Wish(msgspec.Struct, forbid_unknown_fields=True):
    count: int
    word: Literal["one", "two"] | None = None


def asked(endpoints: Endpoints, caller: Caller, name: str, params: Any) -> Any:
    return asyncio.run(endpoints.call(caller, name, params))


def code_of(endpoints: Endpoints, caller: Caller, name: str, params: Any) -> tuple[int, str]:
    with pytest.raises(RpcError) as refused:
        asked(endpoints, caller, name, params)
    return refused.value.code, str(refused.value)


async def answer(_caller: Caller, wish: Wish) -> int:
    """Give the count."""
    return wish.count


async def nothing(_caller: Caller, _params: NoParams) -> None:
    """Do nothing."""


@pytest.fixture
def endpoints() -> Endpoints:
    found = Endpoints()
    found.add("count", Access.OPEN, Wish, answer, "/count")
    for access in Access:
        found.add(access.name, access, NoParams, nothing)
    return found


@pytest.mark.parametrize(
    ("access", "caller", "code"),
    [
        (Access.OPEN, STRANGER, None),
        (Access.TOKEN, STRANGER, wire.NOT_LOGGED_IN),
        (Access.FULL, STRANGER, wire.NOT_LOGGED_IN),
        (Access.TOKEN, NEW, None),
        (Access.FULL, NEW, wire.MUST_CHANGE_PASSWORD),
        (Access.FULL, KNOWN, None),
    ],
)
def test_who_may_ask(endpoints: Endpoints, access: Access, caller: Caller, code: int | None) -> None:
    if code is None:
        assert asked(endpoints, caller, access.name, {}) is None
    else:
        assert code_of(endpoints, caller, access.name, {})[0] == code


@pytest.mark.parametrize(
    ("params", "words"),
    [
        ({}, "missing required field `count`"),
        ({"count": "1"}, "`count`"),
        ({"count": 1, "more": 1}, "unknown field `more`"),
        ({"count": 1, "word": "three"}, "word cannot be 'three'; there are one, two"),
        ([1], "by name, not by position"),
    ],
)
def test_what_does_not_fit_is_said_in_words(endpoints: Endpoints, params: Any, words: str) -> None:
    code, said = code_of(endpoints, STRANGER, "count", params)
    assert (code, words in said) == (wire.INVALID_PARAMS, True), said
    assert "$" not in said


def test_a_query_may_say_numbers_as_text(endpoints: Endpoints) -> None:
    found = endpoints.at("/count")
    assert found is not None
    assert asyncio.run(endpoints.answer(found, STRANGER, {"count": "7"}, strict=False)) == 7
    assert endpoints.at("/nothing") is None


def test_an_unknown_method_is_named_but_not_at_length(endpoints: Endpoints) -> None:
    code, said = code_of(endpoints, KNOWN, "x" * 5000, {})
    assert (code, len(said) < 200) == (wire.METHOD_NOT_FOUND, True)


@pytest.mark.parametrize(
    ("error", "code", "data"),
    [
        (TooManyTries(2.6), wire.TOO_MANY, {"retry_after": 3}),
        (LoginRefused("no"), wire.NOT_LOGGED_IN, None),
        (TokenRefused("no"), wire.NOT_LOGGED_IN, None),
        (PasswordRefused("no"), wire.INVALID_PARAMS, None),
        (NotReady("no"), wire.UNAVAILABLE, None),
        (RpcError(wire.INVALID_PARAMS, "no", {"a": 1}), wire.INVALID_PARAMS, {"a": 1}),
    ],
)
def test_each_refusal_has_its_code(endpoints: Endpoints, error: Exception, code: int, data: object) -> None:
    async def refuse(_caller: Caller, _params: NoParams) -> None:
        raise error

    endpoints.add("refuse", Access.OPEN, NoParams, refuse)
    with pytest.raises(RpcError) as refused:
        asked(endpoints, STRANGER, "refuse", {})
    assert (refused.value.code, refused.value.data) == (code, data)


@pytest.mark.expects_log("fail failed")
def test_a_bug_is_logged_and_its_words_stay_here(endpoints: Endpoints) -> None:
    async def fail(_caller: Caller, _params: NoParams) -> None:
        raise KeyError("/etc/secret")

    endpoints.add("fail", Access.OPEN, NoParams, fail)
    assert code_of(endpoints, STRANGER, "fail", {}) == (
        wire.INTERNAL_ERROR,
        "something failed here; the log says what",
    )
