"""Asks the store on behalf of a request: its answer awaited, its troubles as errors for whoever asked."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from concurrent.futures import Future
from typing import TypeVar

from perfwatch_core.metric import Catalogue, Kind, Series, UnknownSeries
from perfwatch_core.store.state import StoreProblem
from perfwatch_net.wire import INVALID_PARAMS, UNAVAILABLE, RpcError

Answer = TypeVar("Answer")

# Longer than any query takes; who asked by GET has no other way to learn that it goes on.
PATIENCE_SECONDS = 30.0


async def asked(answer: Future[Answer]) -> Answer:
    """What the store says. RpcError where it cannot, where it was asked wrongly, or where it takes too long.

    A query whose asker went away before it began never begins.
    """
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            return await asyncio.wrap_future(answer)
    except TimeoutError:
        raise RpcError(UNAVAILABLE, "the database takes too long; ask for less, or try again") from None
    except StoreProblem as problem:
        raise RpcError(UNAVAILABLE, str(problem)) from None
    except ValueError as wrong:
        raise RpcError(INVALID_PARAMS, str(wrong)) from None


def numbers_at(catalogue: Catalogue, addresses: Sequence[str]) -> list[Series]:
    """The series of these addresses, each once; RpcError for one that is not declared, or is words."""
    try:
        wanted = [catalogue.series(address) for address in dict.fromkeys(addresses)]
    except UnknownSeries as unknown:
        raise RpcError(INVALID_PARAMS, str(unknown)) from None
    for one in wanted:
        if one.metric.kind is Kind.TEXT:
            raise RpcError(INVALID_PARAMS, f"{str(one)!r} is a text, not a number; it has no mean")
    return wanted


def declared_type(catalogue: Catalogue, type_: str) -> str:
    """The metric type, RpcError where there is no such."""
    if type_ not in catalogue.types:
        raise RpcError(INVALID_PARAMS, f"{type_[:60]!r} is no metric type; there are {', '.join(catalogue.types)}")
    return type_
