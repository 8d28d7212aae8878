"""The headless run: collect and keep until told to stop."""

from __future__ import annotations

import os
import signal
import sys
import threading

from perfwatch_core.command_line import set_up_logging
from perfwatch_core.engine import Engine
from perfwatch_core.settings import Settings

_REPORT_SECONDS = 1.0


def serve(settings: Settings) -> int:
    """Collect and keep until SIGINT or SIGTERM; says on standard output what changes, and returns 0."""
    set_up_logging(settings)
    stop = threading.Event()
    # Handlers, not a blocked mask: children would inherit the mask and perf then ignores SIGTERM.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    engine = Engine(settings)
    engine.start()
    print(f"PerfWatch {os.getpid()}: a sample every {settings.interval:g} s; Ctrl+C stops.", flush=True)
    told = ""
    while not stop.wait(_REPORT_SECONDS):
        state = engine.state()
        now = f"{state.role}: {state.database.text}"
        if now != told:
            print(now, flush=True)
            told = now
    for problem in engine.stop():
        print(problem, file=sys.stderr)
    print("stopped", flush=True)
    return 0
