"""The API described, from the endpoints' own declarations: `openrpc.json`, and the same as a page."""

from __future__ import annotations

import html
import inspect
from typing import Any

import msgspec

from perfwatch_core.command_line import program_version
from perfwatch_net.endpoints import Access, Caller, Endpoint, Endpoints, NoParams
from perfwatch_net.site import Asset

_REF = "#/components/schemas/{name}"


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
        _, schemas = msgspec.json.schema_components([one.params for one in self._endpoints], ref_template=_REF)
        return {
            "openrpc": "1.3.2",
            "info": {"title": "PerfWatch", "version": program_version()},
            "methods": [self._method(one, schemas) for one in self._endpoints if one.name != "docs"],
        }

    async def page(self, caller: Caller, params: NoParams) -> Asset:
        """Describe the API for a reader."""
        document = await self.openrpc(caller, params)
        rows = "".join(_section(method) for method in document["methods"])
        text = (
            "<!doctype html><html lang=en><meta charset=utf-8><title>PerfWatch API</title>"
            '<link rel=stylesheet href="/app.css"><main class=docs><h1>PerfWatch API</h1>'
            "<p>JSON-RPC 2.0 on the WebSocket <code>/api/ws</code>; what has a path answers GET as well. "
            "The stream alone is the WebSocket <code>/api/ws/metrics</code>; log in by "
            "<code>POST /api/auth/login</code> with HTTP Basic and no body.</p>" + rows + "</main>"
        )
        return Asset(text.encode(), b"", "text/html; charset=utf-8", "")

    def _method(self, endpoint: Endpoint, schemas: dict[str, Any]) -> dict[str, Any]:
        schema = schemas[endpoint.params.__name__]
        needed = schema.get("required", ())
        return {
            "name": endpoint.name,
            "summary": endpoint.summary,
            "description": inspect.getdoc(endpoint.run) or "",
            "paramStructure": "by-name",
            "params": [
                {"name": name, "required": name in needed, "schema": field}
                for name, field in schema.get("properties", {}).items()
            ],
            "result": {"name": "result", "schema": {}},
            "x-access": endpoint.access.value,
            **({"x-get": endpoint.path} if endpoint.path else {}),
        }


def _section(method: dict[str, Any]) -> str:
    params = "".join(
        f"<li><code>{html.escape(one['name'])}</code>"
        f" {html.escape(str(one['schema'].get('type', one['schema'].get('anyOf', ''))))}"
        f"{'' if one['required'] else ', optional'}</li>"
        for one in method["params"]
    )
    path = f" · <code>GET {html.escape(method['x-get'])}</code>" if "x-get" in method else ""
    return (
        f"<section><h2><code>{html.escape(method['name'])}</code>{path}</h2>"
        f"<p>{html.escape(method['summary'])} Needs {html.escape(method['x-access'])}.</p><ul>{params}</ul></section>"
    )
