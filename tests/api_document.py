"""docs/api.md from the endpoints' declarations; nothing of the server is started for it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from perfwatch_core.engine import Engine
from perfwatch_core.settings import Settings
from perfwatch_net.accounts import Accounts
from perfwatch_net.auth import Tokens
from perfwatch_net.documents import markdown, methods
from perfwatch_net.every_endpoint import every_endpoint
from perfwatch_net.hub import Hub

_HEAD = """# The API

Written by `make docs` from the endpoints' declarations; the server gives the same at `/docs`, and as OpenRPC at
`/api/openrpc.json`. What has a path answers GET; everything answers JSON-RPC 2.0 on the WebSocket `/api/ws`, with
parameters by name. Times are ISO 8601, with or without a zone (then this machine's), or relative: `-2h`, `yesterday`,
`now`.
"""


def api_document() -> str:
    """The whole file."""
    engine = Engine(Settings(data_dir=Path("/nowhere")), lambda *_: ())
    accounts = Accounts(engine.store, Tokens(b""))
    endpoints = every_endpoint(engine, accounts, Hub(engine.bus, engine.catalogue, 0), ThreadPoolExecutor(1))
    accounts.close()
    return "\n".join([_HEAD, *markdown(methods(endpoints)), ""])
