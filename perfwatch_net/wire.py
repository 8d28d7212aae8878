"""The messages of the socket, without the socket: JSON-RPC 2.0 requests in, responses out, and the stream."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import msgspec

PARSE_ERROR = -32700
INVALID_REQUEST = -32600
METHOD_NOT_FOUND = -32601
INVALID_PARAMS = -32602
INTERNAL_ERROR = -32603
NOT_LOGGED_IN = -32001
MUST_CHANGE_PASSWORD = -32003
TOO_MANY = -32029
UNAVAILABLE = -32050
MOST_IN_A_BATCH = 20

_Id = int | float | str | None
_encoder = msgspec.json.Encoder()


class RpcError(Exception):
    """What a request is answered with when it cannot be done: a code, a sentence, perhaps `data`."""

    def __init__(self, code: int, message: str, data: Mapping[str, Any] | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.data = data


class _Envelope(msgspec.Struct):
    jsonrpc: str
    method: str
    params: dict[str, Any] | list[Any] = {}
    id: _Id | msgspec.UnsetType = msgspec.UNSET


@dataclass(frozen=True, slots=True)
class Call:
    """One request; `id` is None with `wants_answer` for an explicit null, a notification wants none."""

    method: str
    params: dict[str, Any] | list[Any]
    id: _Id
    wants_answer: bool


@dataclass(frozen=True, slots=True)
class Broken:
    """A request that is none; it is answered with this error."""

    id: _Id
    error: RpcError


def read_frame(frame: str | bytes) -> tuple[list[Call | Broken], bool]:
    """The requests in one frame, and whether they came as a batch (JSON-RPC 2.0, sections 4 and 6)."""
    try:
        message = msgspec.json.decode(frame)
    # RecursionError: a few hundred nested brackets are enough
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return [Broken(None, RpcError(PARSE_ERROR, "the frame is not JSON"))], False
    if not isinstance(message, list):
        return [_request(message)], False
    if not message:
        return [Broken(None, RpcError(INVALID_REQUEST, "the batch is empty"))], False
    if len(message) > MOST_IN_A_BATCH:
        said = f"the batch has {len(message)} requests; at most {MOST_IN_A_BATCH} are accepted"
        return [Broken(None, RpcError(INVALID_REQUEST, said))], False
    return [_request(item) for item in message], True


def _request(message: object) -> Call | Broken:
    try:
        envelope = msgspec.convert(message, _Envelope)
    except msgspec.ValidationError as wrong:
        return Broken(_id_in(message), RpcError(INVALID_REQUEST, f"not a JSON-RPC request: {wrong}"))
    if envelope.jsonrpc != "2.0":
        return Broken(_id_in(message), RpcError(INVALID_REQUEST, "'jsonrpc' must be \"2.0\""))
    if isinstance(envelope.id, msgspec.UnsetType):
        return Call(envelope.method, envelope.params, None, wants_answer=False)
    return Call(envelope.method, envelope.params, envelope.id, wants_answer=True)


def _id_in(message: object) -> _Id:
    """The id of a broken request where it can be told, so that the sender finds which it was."""
    found = message.get("id") if isinstance(message, dict) else None
    return found if isinstance(found, int | float | str) and not isinstance(found, bool) else None


def result(id_: _Id, value: Any) -> bytes:
    """The response to a request that was done."""
    return _encoder.encode({"jsonrpc": "2.0", "id": id_, "result": value})


def failure(id_: _Id, error: RpcError) -> bytes:
    """The response to a request that was not done."""
    told: dict[str, Any] = {"code": error.code, "message": str(error)}
    if error.data is not None:
        told["data"] = error.data
    return _encoder.encode({"jsonrpc": "2.0", "id": id_, "error": told})


def batch(answers: list[bytes]) -> bytes:
    """Several responses as one frame."""
    return b"[" + b",".join(answers) + b"]"


def notification(method: str, params: Mapping[str, Any]) -> bytes:
    """A message that wants no answer, such as the newest sample to a subscriber."""
    return _encoder.encode({"jsonrpc": "2.0", "method": method, "params": params})


def metrics_message(timestamp: str, data: Any) -> bytes:
    """The stream's message on `/api/ws/metrics`: `{"type":"metrics","timestamp","data":{…}}`."""
    return _encoder.encode({"type": "metrics", "timestamp": timestamp, "data": data})


def metrics_notification(timestamp: str, data: Any) -> bytes:
    """The stream's message to a subscriber on `/api/ws`."""
    return notification("metrics", {"timestamp": timestamp, "data": data})
