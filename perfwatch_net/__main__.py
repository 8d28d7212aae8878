"""The headless run: collect, keep and serve until told to stop."""

from __future__ import annotations

import asyncio
import os
import signal
import sys

from perfwatch_core import doctor
from perfwatch_core.command_line import set_up_logging
from perfwatch_core.engine import Engine
from perfwatch_core.output import say
from perfwatch_core.settings import Settings
from perfwatch_core.store.state import Role
from perfwatch_net.auth import PasswordRefused, SecretUnusable
from perfwatch_net.server import CannotServe, tls_context
from perfwatch_net.service import Service

_REPORT_SECONDS = 1.0
# Samples: the first has no rates, and perf may not have counted yet.
_SURE_AFTER = 2


def serve(settings: Settings) -> int:
    """Collect, keep and serve until SIGINT or SIGTERM, saying on standard output what changes.

    1 where it cannot, 2 where that is seen from the settings alone: then nothing is made and nothing runs.
    """
    set_up_logging(settings)
    try:
        tls_context(settings)
    except CannotServe as problem:
        print(f"perfwatch: {problem}", file=sys.stderr)
        return 2
    greeting = doctor.first_words(settings)
    engine = Engine(settings, urgent=True)
    engine.start()
    try:
        asyncio.run(_serve(engine, greeting))
        status = 0
    except (CannotServe, SecretUnusable, PasswordRefused) as problem:
        print(f"perfwatch: {problem}", file=sys.stderr)
        status = 1
    for trouble in engine.stop():
        print(f"perfwatch: {trouble}", file=sys.stderr)
    if status == 0:
        say("stopped")
    return status


async def _serve(engine: Engine, greeting: str) -> None:
    stop = asyncio.Event()
    # Handlers, not a blocked mask: children would inherit the mask and perf then ignores SIGTERM.
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    say(f"PerfWatch {os.getpid()}: a sample every {engine.settings.interval:g} s, {_kept(engine)}; Ctrl+C stops.")
    tasks = [asyncio.create_task(_report(engine))]
    if greeting:
        say(greeting)
        tasks.append(asyncio.create_task(_say_what_lacks(engine)))
    try:
        await Service(engine, say).run(stop)
    finally:
        for task in tasks:
            task.cancel()


async def _say_what_lacks(engine: Engine) -> None:
    """Once there are rates: what this machine does not let be measured, and how to mend it."""
    seen: set[float] = set()
    while len(seen) < _SURE_AFTER:
        await asyncio.sleep(_REPORT_SECONDS)
        if (newest := engine.newest) is not None:
            seen.add(newest.time)
            found = list(doctor.examine(newest, engine.catalogue, engine.shortfalls()))
    for sentence in doctor.lacking(found):
        say(sentence)
    say("'perfwatch doctor' says more of what can be measured here.")


def _kept(engine: Engine) -> str:
    """Where the samples go, which is where to look for them and what to remove to be rid of them."""
    settings = engine.settings
    if not settings.background_collection:
        return "kept nowhere"
    if settings.database_url:
        return f"kept in your own PostgreSQL, with a journal in {settings.data_dir}"
    return f"kept in {settings.data_dir}"


async def _report(engine: Engine) -> None:
    """Say what changes: the role, the database, what needs a person."""
    told = ""
    while True:
        state = engine.state()
        # a first start makes the database: that it cannot be asked yet is no trouble
        role = Role.STARTING if state.database.starting else state.role
        now = "; ".join((f"{role}: {state.database.text}", *state.notices))
        if now != told:
            say(now)
            told = now
        await asyncio.sleep(_REPORT_SECONDS)
