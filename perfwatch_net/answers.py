"""HTTP responses: every one with the security headers, every error as one sentence in JSON."""

from __future__ import annotations

from collections.abc import Iterable
from http import HTTPStatus

import msgspec
from websockets.datastructures import Headers
from websockets.http11 import Response

from perfwatch_net import wire
from perfwatch_net.gate import SECURITY_HEADERS
from perfwatch_net.wire import RpcError

STATUS = {
    wire.INVALID_PARAMS: HTTPStatus.BAD_REQUEST,
    wire.INVALID_REQUEST: HTTPStatus.BAD_REQUEST,
    wire.METHOD_NOT_FOUND: HTTPStatus.NOT_FOUND,
    wire.NOT_LOGGED_IN: HTTPStatus.UNAUTHORIZED,
    wire.MUST_CHANGE_PASSWORD: HTTPStatus.FORBIDDEN,
    wire.TOO_MANY: HTTPStatus.TOO_MANY_REQUESTS,
    wire.UNAVAILABLE: HTTPStatus.SERVICE_UNAVAILABLE,
}


def respond(status: HTTPStatus, body: bytes, type_: str, more: Iterable[tuple[str, str]] = ()) -> Response:
    """A whole response; nothing is cached unless `more` says so."""
    headers = Headers([("Content-Type", type_), ("Content-Length", str(len(body))), ("Connection", "close")])
    headers.update(SECURITY_HEADERS)
    headers.update(more)
    if "Cache-Control" not in headers:
        headers["Cache-Control"] = "no-store"
    return Response(status, status.phrase, headers, body)


def refusal(status: HTTPStatus, detail: str, more: Iterable[tuple[str, str]] = ()) -> Response:
    """`{"detail": "…"}` with the right status."""
    return respond(status, msgspec.json.encode({"detail": detail}), "application/json", more)


def refused(error: RpcError) -> Response:
    """The same for an error that has a code of JSON-RPC."""
    status = STATUS.get(error.code, HTTPStatus.INTERNAL_SERVER_ERROR)
    more = []
    if status is HTTPStatus.UNAUTHORIZED:
        more.append(("WWW-Authenticate", 'Bearer realm="perfwatch"'))
    if error.data and "retry_after" in error.data:
        more.append(("Retry-After", str(error.data["retry_after"])))
    return refusal(status, str(error), more)
