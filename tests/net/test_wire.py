"""JSON-RPC without a socket: what is a request, what is answered, and that nothing else gets through."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from perfwatch_net import wire
from perfwatch_net.wire import Broken, Call, RpcError, read_frame

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda below: st.lists(below, max_size=4) | st.dictionaries(st.text(), below, max_size=4),
    max_leaves=12,
)


def only(frame: str | bytes) -> Call | Broken:
    (request,), batch = read_frame(frame)
    assert not batch
    return request


def test_a_request_with_an_id_wants_an_answer() -> None:
    asked = only('{"jsonrpc":"2.0","method":"auth.me","params":{"a":1},"id":7}')
    assert asked == Call("auth.me", {"a": 1}, 7, wants_answer=True)


def test_a_notification_wants_none_and_an_explicit_null_does() -> None:
    assert only('{"jsonrpc":"2.0","method":"m"}') == Call("m", {}, None, wants_answer=False)
    assert only('{"jsonrpc":"2.0","method":"m","id":null}') == Call("m", {}, None, wants_answer=True)


@pytest.mark.parametrize(
    ("frame", "code"),
    [
        ("{", wire.PARSE_ERROR),
        (b"\xff\xfe", wire.PARSE_ERROR),
        ("[" * 100_000, wire.PARSE_ERROR),
        ("[]", wire.INVALID_REQUEST),
        ("1", wire.INVALID_REQUEST),
        ('{"method":"m","id":1}', wire.INVALID_REQUEST),
        ('{"jsonrpc":"1.0","method":"m","id":1}', wire.INVALID_REQUEST),
        ('{"jsonrpc":"2.0","method":1,"id":1}', wire.INVALID_REQUEST),
        ('{"jsonrpc":"2.0","method":"m","params":1,"id":1}', wire.INVALID_REQUEST),
        ('{"jsonrpc":"2.0","method":"m","id":{}}', wire.INVALID_REQUEST),
        (json.dumps([1] * 21), wire.INVALID_REQUEST),
    ],
)
def test_what_is_no_request_is_answered_with_its_code(frame: str | bytes, code: int) -> None:
    broken = only(frame)
    assert isinstance(broken, Broken)
    assert broken.error.code == code


def test_a_broken_request_is_answered_under_its_id() -> None:
    broken = only('{"jsonrpc":"2.0","id":"q1"}')
    assert isinstance(broken, Broken)
    assert json.loads(wire.failure(broken.id, broken.error))["id"] == "q1"


def test_a_batch_is_read_and_answered_as_one() -> None:
    requests, batch = read_frame('[{"jsonrpc":"2.0","method":"a","id":1},3]')
    assert batch
    assert isinstance(requests[0], Call)
    assert isinstance(requests[1], Broken)
    answered = json.loads(wire.batch([wire.result(1, "x"), wire.failure(None, requests[1].error)]))
    assert [answer.get("result") for answer in answered] == ["x", None]


@given(st.binary(max_size=200) | st.text(max_size=200))
def test_any_frame_is_requests_or_errors_and_never_an_exception(frame: str | bytes) -> None:
    requests, _ = read_frame(frame)
    assert requests


@given(json_values)
def test_any_json_is_requests_or_errors(value: Any) -> None:
    requests, batch = read_frame(json.dumps(value))
    assert requests
    assert batch == (isinstance(value, list) and 0 < len(value) <= wire.MOST_IN_A_BATCH)


@given(json_values)
def test_results_and_messages_survive_the_wire(value: Any) -> None:
    assert json.loads(wire.result(1, value)) == {"jsonrpc": "2.0", "id": 1, "result": value}
    told = json.loads(wire.notification("metrics", {"data": value}))
    assert told == {"jsonrpc": "2.0", "method": "metrics", "params": {"data": value}}
    assert json.loads(wire.metrics_message("t", {"cpu": value})) == {
        "type": "metrics",
        "timestamp": "t",
        "data": {"cpu": value},
    }


def test_an_error_may_carry_data() -> None:
    told = json.loads(wire.failure(1, RpcError(wire.TOO_MANY, "later", {"retry_after": 3})))
    assert told["error"] == {"code": wire.TOO_MANY, "message": "later", "data": {"retry_after": 3}}
