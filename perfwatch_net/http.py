"""Plain HTTP beside the sockets: the page, read-only JSON by GET, the login by POST, the scrape for Prometheus."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qsl

import msgspec
from websockets.http11 import Request, Response

from perfwatch_net import wire
from perfwatch_net.accounts import Accounts
from perfwatch_net.answers import refusal, refused, respond
from perfwatch_net.auth import TokenRefused
from perfwatch_net.endpoints import Caller, Endpoints
from perfwatch_net.openmetrics import CONTENT_TYPE
from perfwatch_net.site import Asset, Site
from perfwatch_net.wire import RpcError

LOGIN = "/api/auth/login"
METRICS = "/metrics"


class Http:
    """Answers requests that do not become sockets."""

    def __init__(
        self,
        endpoints: Endpoints,
        accounts: Accounts,
        site: Site,
        metrics_text: Callable[[], str | None],
        metrics_open: bool,
    ) -> None:
        self._endpoints = endpoints
        self._accounts = accounts
        self._site = site
        self._metrics_text = metrics_text
        self._metrics_open = metrics_open

    async def answer(self, request: Request, address: str) -> Response:
        """The response to a request that passed the gate."""
        path, query = path_and_query(request)
        try:
            if path == LOGIN:
                return await self._login(request, address)
            if request.method not in ("GET", "HEAD"):
                return refusal(HTTPStatus.METHOD_NOT_ALLOWED, "only GET is answered here", [("Allow", "GET")])
            response = await self._get(request, path, query, address)
        except RpcError as error:
            return refused(error)
        if request.method == "HEAD":
            response.body = b""
        return response

    async def _get(self, request: Request, path: str, query: str, address: str) -> Response:
        if path == METRICS:
            return self._metrics(request, address)
        endpoint = self._endpoints.at(path)
        if endpoint is not None:
            caller = self._caller(request, address)
            return _json(await self._endpoints.answer(endpoint, caller, _wishes(query), strict=False))
        asset = self._site.asset(path)
        if asset is not None:
            return _file(asset, request)
        return refusal(HTTPStatus.NOT_FOUND, "there is nothing here; / is the page, /docs the API")

    async def _login(self, request: Request, address: str) -> Response:
        """`POST /api/auth/login` with HTTP Basic (RFC 7617) and no body."""
        if request.method != "POST":
            return refusal(HTTPStatus.METHOD_NOT_ALLOWED, "log in by POST", [("Allow", "POST")])
        name, password = _basic(request.headers.get_all("Authorization"))
        wishes = {"username": name, "password": password}
        return _json(await self._endpoints.call(Caller(address), "auth.login", wishes))

    def _metrics(self, request: Request, address: str) -> Response:
        if not self._metrics_open and self._caller(request, address).identity is None:
            raise RpcError(wire.NOT_LOGGED_IN, "a bearer token is needed, or a server started with --metrics-open")
        text = self._metrics_text()
        if text is None:
            raise RpcError(wire.UNAVAILABLE, "there is no sample yet")
        return respond(HTTPStatus.OK, text.encode(), CONTENT_TYPE)

    def _caller(self, request: Request, address: str) -> Caller:
        """Who asks, by the bearer token; a wrong token is refused even where none is needed."""
        caller = Caller(address)
        given = request.headers.get_all("Authorization")
        if given:
            scheme, _, token = given[0].partition(" ")
            if len(given) > 1 or scheme.lower() != "bearer":
                raise RpcError(wire.NOT_LOGGED_IN, "one 'Authorization: Bearer TOKEN' is needed")
            try:
                caller.identity = self._accounts.check(token.strip())
                caller.must_change = self._accounts.account(caller.identity.username).must_change
            except TokenRefused as refused:
                raise RpcError(wire.NOT_LOGGED_IN, str(refused)) from None
        return caller


def path_and_query(request: Request) -> tuple[str, str]:
    """The two parts of what was asked for, as they came."""
    path, _, query = request.path.partition("?")
    return path, query


def _json(value: Any) -> Response:
    if isinstance(value, Asset):
        return respond(HTTPStatus.OK, value.body, value.type)
    return respond(HTTPStatus.OK, msgspec.json.encode(value), "application/json")


def _file(asset: Asset, request: Request) -> Response:
    more = [("ETag", asset.tag), ("Cache-Control", "no-cache"), ("Vary", "Accept-Encoding")]
    if asset.tag in ",".join(request.headers.get_all("If-None-Match")):
        return respond(HTTPStatus.NOT_MODIFIED, b"", asset.type, more)
    if asset.packed and "gzip" in ",".join(request.headers.get_all("Accept-Encoding")):
        return respond(HTTPStatus.OK, asset.packed, asset.type, [*more, ("Content-Encoding", "gzip")])
    return respond(HTTPStatus.OK, asset.body, asset.type, more)


def _wishes(query: str) -> dict[str, str]:
    """The query's pairs; one that comes twice is refused, for nobody can say which was meant."""
    try:
        pairs = parse_qsl(query, keep_blank_values=True, max_num_fields=20)
    except ValueError:
        raise RpcError(wire.INVALID_PARAMS, "the query has too many fields") from None
    wishes = dict(pairs)
    if len(wishes) < len(pairs):
        raise RpcError(wire.INVALID_PARAMS, "a field stands twice in the query")
    return wishes


def _basic(given: list[str]) -> tuple[str, str]:
    if len(given) == 1 and given[0][:6].lower() == "basic ":
        try:
            name, colon, password = base64.b64decode(given[0][6:], validate=True).decode().partition(":")
        except (binascii.Error, UnicodeDecodeError):
            name, colon, password = "", "", ""
        if colon:
            return name, password
    raise RpcError(wire.INVALID_PARAMS, "log in with HTTP Basic: 'Authorization: Basic base64(name:password)'")
