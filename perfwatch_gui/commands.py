"""What `perfwatch` does: opens the window, or hands over to the parts that need none without loading Qt."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING

from perfwatch_core.command_line import parse, set_up_logging
from perfwatch_core.output import say, until_enough
from perfwatch_core.settings import Settings
from perfwatch_gui.desktop.places import program
from perfwatch_gui.desktop.single import Claim, NoAnswer, claim, place_of, ring
from perfwatch_gui.display import display_problem

if TYPE_CHECKING:
    from perfwatch_core.engine import Engine
    from perfwatch_net.background import Background


def _install(wishes: argparse.Namespace, settings: Settings) -> int:
    """What joins PerfWatch to the desktop or to systemd, and takes it away again."""
    what = wishes.command
    if what.endswith("desktop"):
        from perfwatch_gui.desktop import install

        return install.install() if what == "install-desktop" else install.uninstall()
    from perfwatch_net import unit

    if what == "install-service":
        return unit.install(program(), settings.data_dir, wishes.system)
    return unit.uninstall(settings.data_dir)


def run(words: Sequence[str]) -> int:
    """Run one command and return its exit status: 0 done, 1 failed, 2 asked wrongly or no display."""
    return until_enough(lambda: _run(*parse(words)))


def _run(wishes: argparse.Namespace, settings: Settings) -> int:
    if wishes.command == "passwd":
        from perfwatch_net.passwd import passwd

        return passwd(settings)
    if "install" in (wishes.command or ""):
        return _install(wishes, settings)
    if wishes.command:
        from perfwatch_core import __main__ as core

        return core.run(wishes, settings)
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
    """Open the window, or bring the one that is open to the front."""
    place = place_of(settings.data_dir)
    try:
        ours = claim(place)
    except OSError as error:
        # two windows are better than none
        print(f"perfwatch: a second start will open a second window ({error})", file=sys.stderr)
        return _show(settings, None)
    if ours is not None:
        try:
            return _show(settings, ours)
        finally:
            ours.release()
    try:
        ring(place, os.environ.get("XDG_ACTIVATION_TOKEN", ""))
    except NoAnswer as problem:
        print(f"perfwatch: {problem}", file=sys.stderr)
        return 1
    print("perfwatch: the window was open already; it came to the front")
    return 0


def _server(engine: Engine, told: Callable[[str], None], settings: Settings) -> Background:
    """The server of the window; what it needs is loaded when it is switched on."""
    from perfwatch_net.background import Background

    return Background(engine, told, settings)


def _show(settings: Settings, ours: Claim | None) -> int:
    """Sample and show until the window is closed; 1 if something could not be brought home."""
    from perfwatch_core import doctor
    from perfwatch_core.engine import Engine

    set_up_logging(settings)
    if greeting := doctor.first_words(settings):
        say(f"{greeting} What cannot be measured says so on its card, with what mends it.")
    # numpy would start a thread for each processor, to multiply matrices that nobody here has
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    engine = Engine(settings, urgent=True)
    # rates need two readings half a second apart: meanwhile Qt is loaded, so that the first picture has numbers
    engine.start()
    try:
        from perfwatch_gui.app import run_window

        run_window(engine, ours, serve=partial(_server, engine))
    finally:
        problems = engine.stop()
    for sentence in problems:
        print(f"perfwatch: {sentence}", file=sys.stderr)
    return 1 if problems else 0
