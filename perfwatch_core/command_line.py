"""The command line: what can be asked of `perfwatch`, built from the declared settings."""

from __future__ import annotations

import argparse
import logging
import sys
from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, version
from typing import NoReturn

from perfwatch_core.accepted import SWITCH
from perfwatch_core.setting import BadSetting
from perfwatch_core.settings import Settings, declared
from perfwatch_core.sources import load

EXAMPLES = """examples:
  perfwatch                        the window
  perfwatch --serve                collect and keep without a window
  perfwatch once --json            one sample of everything
  perfwatch doctor                 what this machine can and cannot measure, and how to mend it
"""


def program_version() -> str:
    """The installed version, `unknown` when run from files that were never installed."""
    try:
        return version("perfwatch")
    except PackageNotFoundError:
        return "unknown"


class _Parser(argparse.ArgumentParser):
    """Says what was wrong in one sentence, without the usage block before it."""

    def error(self, message: str) -> NoReturn:
        self.exit(2, f"{self.prog}: {message}; see '{self.prog} --help'\n")


def build_parser() -> argparse.ArgumentParser:
    """The parser for all commands."""
    shared = _Parser(add_help=False, argument_default=argparse.SUPPRESS)
    group = shared.add_argument_group("settings")
    for name, setting in declared().items():
        if setting.flag and setting.accepts is SWITCH:
            group.add_argument(
                setting.flag, dest=f"setting_{name}", action="store_const", const="on", help=setting.help
            )
        elif setting.flag:
            metavar = name.rpartition("_")[2].upper()
            group.add_argument(setting.flag, dest=f"setting_{name}", metavar=metavar, help=setting.help)
    parser = _Parser(
        prog="perfwatch",
        description="Shows what this machine is really doing, and keeps every moment of the last month.",
        epilog=EXAMPLES,
        parents=[shared],
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"perfwatch {program_version()}")
    parser.add_argument("--serve", action="store_true", help="run without a window: collect, keep, serve browsers")
    commands = parser.add_subparsers(dest="command", title="commands", metavar="", parser_class=_Parser)
    once = commands.add_parser("once", parents=[shared], help="one full sample to standard output")
    once.add_argument("--json", action="store_true", help="as JSON, in the shape of the stream")
    commands.add_parser("doctor", parents=[shared], help="what this machine can and cannot measure, and how to mend it")
    commands.add_parser("passwd", parents=[shared], help="set the admin's password")
    schema = commands.add_parser("db", parents=[shared], help="the database schema")
    actions = schema.add_subparsers(
        dest="action", required=True, metavar="status|upgrade|downgrade", parser_class=_Parser
    )
    actions.add_parser("status", parents=[shared], help="where the database is and which schema it has")
    actions.add_parser("upgrade", parents=[shared], help="bring the schema up to this program")
    down = actions.add_parser("downgrade", parents=[shared], help="take the schema back to a revision")
    down.add_argument("revision", help="a revision, or 'base' for none")
    return parser


def parse(argv: Sequence[str] | None = None) -> tuple[argparse.Namespace, Settings]:
    """The wishes and the settings of this run; ends the program with 2 and a sentence if either is wrong."""
    parser = build_parser()
    wishes = parser.parse_args(argv)
    flags = {name: getattr(wishes, f"setting_{name}", None) for name in declared()}
    try:
        settings = load(flags)
    except BadSetting as bad:
        print(f"perfwatch: {bad}", file=sys.stderr)
        raise SystemExit(2) from None
    return wishes, settings


def set_up_logging(settings: Settings) -> None:
    """Send what is logged at the chosen level or above to standard error."""
    logging.basicConfig(level=settings.log_level.upper(), format="%(levelname)s %(name)s: %(message)s")
