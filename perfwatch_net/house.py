"""What HTTP and sockets share: who is there, what each may cost, and how often each may ask."""

from __future__ import annotations

from perfwatch_net.connection import Connection
from perfwatch_net.crowd import Crowd, within_open_files
from perfwatch_net.limits import Limiter, Limits
from perfwatch_net.wire import TOO_MANY, RpcError


class House:
    """The limits of one server, and what is counted against them."""

    def __init__(self, limits: Limits) -> None:
        self.limits = within_open_files(limits)
        self.crowd: Crowd[Connection] = Crowd(self.limits)
        self._requests = Limiter(limits.requests, limits.request_seconds)

    def count(self, address: str) -> None:
        """Count one request or message of an address; RpcError where it is one too many."""
        if (wait := self._requests.wait(address)) > 0:
            raise RpcError(TOO_MANY, "too many requests; slow down", {"retry_after": max(1, round(wait))})
        self._requests.take(address)
