"""The API described, from the endpoints' own declarations: `openrpc.json`, a page, and docs/api.md."""

from __future__ import annotations

import html
from collections.abc import Iterable, Iterator
from typing import Any

from perfwatch_core.command_line import program_version
from perfwatch_net.described import Described, described
from perfwatch_net.endpoints import Access, Caller, Endpoints, NoParams
from perfwatch_net.site import Asset

_STREAM = (
    "the stream alone: the newest sample at once, then each as it is taken, as"
    ' {"type":"metrics","timestamp","data"}; {"type":"ping"} is answered {"type":"pong"}'
)
# What is served beside the endpoints, with what it answers.
OTHERS = (
    ("POST /api/auth/login", "HTTP Basic and no body: gives a token, as auth.login does"),
    ("WS /api/ws", "JSON-RPC 2.0: every method below, and `metrics` notifications after metrics.subscribe"),
    ("WS /api/ws/metrics", _STREAM),
    ("GET /metrics", "the newest sample as OpenMetrics text, for whoever holds a token, or all with --metrics-open"),
    ("GET /", "the page"),
)
TOKENS = (
    "Send the token as Authorization: Bearer TOKEN. The stream takes it as a second subprotocol perfwatch.token.TOKEN"
    ' beside perfwatch, as a first message {"type":"token","token":TOKEN}, or as ?token=TOKEN, which ends up in logs.'
)
ERRORS = (
    'Errors are {"detail": "one sentence"} with status 400, 401, 403, 404, 405, 421, 426, 429 or 503;'
    " on the socket they have the code of JSON-RPC, or -32001 log in first, -32003 change the first password first,"
    " -32029 too many, -32050 the database is away. Where to wait is Retry-After, or data.retry_after, in seconds."
)


class Documents:
    """Describes all endpoints, itself included."""

    def __init__(self, endpoints: Endpoints) -> None:
        self._endpoints = endpoints

    def declare(self, endpoints: Endpoints) -> None:
        """Add both documents."""
        endpoints.add("rpc.discover", Access.OPEN, NoParams, self.openrpc, "/api/openrpc.json")
        endpoints.add("docs", Access.OPEN, NoParams, self.page, "/docs")

    async def openrpc(self, _caller: Caller, _params: NoParams) -> dict[str, Any]:
        """Describe the API as OpenRPC 1.3."""
        return {
            "openrpc": "1.3.2",
            "info": {"title": "PerfWatch", "version": program_version()},
            "methods": [_method(one) for one in methods(self._endpoints)],
        }

    async def page(self, _caller: Caller, _params: NoParams) -> Asset:
        """Describe the API for a reader."""
        others = "".join(f"<dt><code>{_safe(what)}</code><dd>{_safe(does)}" for what, does in OTHERS)
        text = (
            "<!doctype html><html lang=en><meta charset=utf-8><title>PerfWatch API</title>"
            "<meta name=viewport content='width=device-width'><link rel=icon href='/icon.svg'>"
            "<link rel=stylesheet href='/app.css'>"
            f"<main class=docs><h1>PerfWatch API</h1><p>{_safe(TOKENS)}<p>{_safe(ERRORS)}<dl>{others}</dl>"
            f"{''.join(map(_section, methods(self._endpoints)))}</main>"
        )
        return Asset(text.encode(), b"", "text/html; charset=utf-8", "")


def methods(endpoints: Endpoints) -> list[Described]:
    """The endpoints a program calls, in their order."""
    return [one for one in described(endpoints) if one.name != "docs"]


def markdown(found: Iterable[Described]) -> Iterator[str]:
    """docs/api.md, line by line."""
    yield "| beside the methods | answers |"
    yield "| --- | --- |"
    for what, does in OTHERS:
        yield f"| `{what}` | {does} |"
    yield ""
    yield TOKENS.replace("_", r"\_")
    yield ""
    yield ERRORS
    for one in found:
        yield f"\n## {one.name}\n"
        yield f"{f'`GET {one.path}` · ' if one.path else ''}needs {one.access}\n"
        yield " ".join(one.text.split())
        if one.parameters:
            yield "\n| parameter | takes |"
            yield "| --- | --- |"
        for parameter in one.parameters:
            yield f"| `{parameter.name}`{'' if parameter.required else ' (may be left out)'} | {parameter.words} |"


def _method(one: Described) -> dict[str, Any]:
    return {
        "name": one.name,
        "summary": one.summary,
        "description": one.text,
        "paramStructure": "by-name",
        "params": [
            {"name": parameter.name, "required": parameter.required, "schema": parameter.schema}
            for parameter in one.parameters
        ],
        "result": {"name": "result", "schema": {}},
        "x-access": one.access,
        **({"x-get": one.path} if one.path else {}),
    }


def _section(one: Described) -> str:
    parameters = "".join(
        f"<dt><code>{_safe(parameter.name)}</code>{'' if parameter.required else ' (may be left out)'}"
        f"<dd>{_safe(parameter.words)}"
        for parameter in one.parameters
    )
    path = f" · <code>GET {_safe(one.path)}</code>" if one.path else ""
    return (
        f"<section><h2><code>{_safe(one.name)}</code>{path}</h2><p>{_safe(one.text)}"
        f"<p>Needs {_safe(one.access)}.<dl>{parameters}</dl></section>"
    )


def _safe(text: str) -> str:
    return html.escape(text)
