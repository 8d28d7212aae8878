"""All endpoints there are, in the order in which the documents name them."""

from __future__ import annotations

from concurrent.futures import Executor

from perfwatch_core.engine import Engine
from perfwatch_net.accounts import Accounts
from perfwatch_net.documents import Documents
from perfwatch_net.endpoints import Endpoints
from perfwatch_net.endpoints_auth import AuthEndpoints
from perfwatch_net.endpoints_history import HistoryEndpoints
from perfwatch_net.endpoints_layout import LayoutEndpoints
from perfwatch_net.endpoints_machine import MachineEndpoints
from perfwatch_net.endpoints_retention import RetentionEndpoints
from perfwatch_net.endpoints_series import SeriesEndpoints
from perfwatch_net.hub import Hub


def every_endpoint(engine: Engine, accounts: Accounts, hub: Hub, encoder: Executor) -> Endpoints:
    """The endpoints of one engine; `encoder` makes long answers, off the event loop."""
    endpoints = Endpoints()
    AuthEndpoints(accounts).declare(endpoints)
    MachineEndpoints(engine).declare(endpoints)
    HistoryEndpoints(engine, encoder).declare(endpoints)
    SeriesEndpoints(engine, hub).declare(endpoints)
    RetentionEndpoints(engine).declare(endpoints)
    LayoutEndpoints(engine.catalogue).declare(endpoints)
    Documents(endpoints).declare(endpoints)
    return endpoints
