"""What can be asked of the server: each endpoint declared once, for the socket, for GET, and for the documents."""

from __future__ import annotations

import enum
import logging
import re
from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal, get_args, get_origin, get_type_hints

import msgspec

from perfwatch_net.accounts import LoginRefused, NotReady, TooManyTries
from perfwatch_net.auth import Identity, PasswordRefused, TokenRefused
from perfwatch_net.wire import (
    INTERNAL_ERROR,
    INVALID_PARAMS,
    METHOD_NOT_FOUND,
    MUST_CHANGE_PASSWORD,
    NOT_LOGGED_IN,
    TOO_MANY,
    UNAVAILABLE,
    RpcError,
)

log = logging.getLogger(__name__)

_NO_SUCH_WORD = re.compile(r"Invalid enum value ('.*') - at `\$\.(\w+)`", re.DOTALL)


class Access(enum.Enum):
    """Who may ask: anyone, whoever holds a token, or whoever has also changed a first password."""

    OPEN = "no login"
    TOKEN = "a token"
    FULL = "a token, the first password changed"


class NoParams(msgspec.Struct, forbid_unknown_fields=True):
    """Takes no parameters."""


@dataclass(slots=True)
class Caller:
    """Who asks: the address, the holder of the token, and what to do with the connection afterwards."""

    address: str
    identity: Identity | None = None
    must_change: bool = False
    subscribe: Callable[[bool], None] | None = None
    signed_in: Callable[[str], None] | None = None


Run = Callable[[Caller, Any], Awaitable[Any]]


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One method; `path` is where GET answers the same, empty where only the socket does."""

    name: str
    access: Access
    params: type[msgspec.Struct]
    run: Run
    path: str = ""

    @property
    def summary(self) -> str:
        """The first sentence of what it does."""
        return (self.run.__doc__ or "").strip().partition("\n")[0]


class Endpoints:
    """All endpoints of a server, by name and by path."""

    def __init__(self) -> None:
        self._by_name: dict[str, Endpoint] = {}
        self._by_path: dict[str, Endpoint] = {}

    def add(self, name: str, access: Access, params: type[msgspec.Struct], run: Run, path: str = "") -> None:
        """Declare one."""
        endpoint = Endpoint(name, access, params, run, path)
        self._by_name[name] = endpoint
        if path:
            self._by_path[path] = endpoint

    def __iter__(self) -> Iterator[Endpoint]:
        return iter(self._by_name.values())

    def at(self, path: str) -> Endpoint | None:
        """The endpoint that answers GET on this path."""
        return self._by_path.get(path)

    async def call(self, caller: Caller, name: str, params: Mapping[str, Any] | list[Any]) -> Any:
        """Do what a request on the socket asks; RpcError says why not."""
        endpoint = self._by_name.get(name)
        if endpoint is None:
            raise RpcError(METHOD_NOT_FOUND, f"there is no method {name[:60]!r}; /docs lists them")
        return await self.answer(endpoint, caller, params, strict=True)

    async def answer(
        self, endpoint: Endpoint, caller: Caller, params: Mapping[str, Any] | list[Any], strict: bool
    ) -> Any:
        """Check who asks and with what, then do it. Not `strict`: numbers may come as text, as in a query."""
        _let_in(endpoint, caller)
        if isinstance(params, list):
            raise RpcError(INVALID_PARAMS, "parameters are taken by name, not by position")
        try:
            wishes = msgspec.convert(params, endpoint.params, strict=strict)
        except msgspec.ValidationError as wrong:
            raise RpcError(INVALID_PARAMS, _plain(wrong, endpoint.params)) from None
        try:
            return await endpoint.run(caller, wishes)
        except TooManyTries as many:
            raise RpcError(TOO_MANY, str(many), {"retry_after": round(many.seconds)}) from None
        except (LoginRefused, TokenRefused) as refused:
            raise RpcError(NOT_LOGGED_IN, str(refused)) from None
        except PasswordRefused as refused:
            raise RpcError(INVALID_PARAMS, str(refused)) from None
        except NotReady as away:
            raise RpcError(UNAVAILABLE, str(away)) from None
        except RpcError:
            raise
        # a bug in one endpoint is one request's trouble; its words may tell more than a stranger should know
        except Exception as error:
            log.exception("%s failed", endpoint.name)
            raise RpcError(INTERNAL_ERROR, "something failed here; the log says what") from error


def _let_in(endpoint: Endpoint, caller: Caller) -> None:
    if endpoint.access is Access.OPEN:
        return
    if caller.identity is None:
        raise RpcError(NOT_LOGGED_IN, "log in first")
    if endpoint.access is Access.FULL and caller.must_change:
        raise RpcError(MUST_CHANGE_PASSWORD, "change the first password before anything else")


def _plain(wrong: msgspec.ValidationError, params: type[msgspec.Struct]) -> str:
    """The validator's sentence with its `$.name` as a name, and with the words that a field accepts."""
    said = str(wrong)
    if match := _NO_SUCH_WORD.fullmatch(said):
        accepted = ", ".join(sorted(_words(get_type_hints(params)[match[2]])))
        return f"{match[2]} cannot be {match[1]}; there are {accepted}"
    return said.replace("`$.", "`").replace(" - at `$`", "")


def _words(hint: Any) -> set[str]:
    """The texts a `Literal`, or a union with one, stands for."""
    if get_origin(hint) is Literal:
        return {str(word) for word in get_args(hint)}
    return set().union(*map(_words, get_args(hint)))
