"""The `perfwatch` command: opens the window, or hands over to the parts that need none without loading Qt."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

from perfwatch_core.command_line import parse
from perfwatch_core.settings import Settings
from perfwatch_gui.display import display_problem


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit status: 0 done, 1 failed, 2 asked wrongly or no display."""
    wishes, settings = parse(argv)
    if wishes.command == "passwd":
        from perfwatch_net.passwd import passwd

        return passwd(settings)
    if wishes.command:
        from perfwatch_core.__main__ import run

        return run(wishes, settings)
    if wishes.serve:
        from perfwatch_net.__main__ import serve

        return serve(settings)
    if problem := display_problem(os.environ):
        print(
            f"perfwatch: {problem}, so no window can open; 'perfwatch --serve' runs without one.",
            file=sys.stderr,
        )
        return 2
    return _window(settings)


def _window(settings: Settings) -> int:
    """Sample and show until the window is closed; 1 if something could not be brought home."""
    from perfwatch_core.engine import Engine

    engine = Engine(settings)
    # rates need two readings half a second apart: meanwhile Qt is loaded, so that the first picture has numbers
    engine.start()
    try:
        from perfwatch_gui.app import run_window

        run_window(engine)
    finally:
        problems = engine.stop()
    for sentence in problems:
        print(f"perfwatch: {sentence}", file=sys.stderr)
    return 1 if problems else 0


if __name__ == "__main__":
    raise SystemExit(main())
