"""The command line: what can be asked of `perfwatch`, built from the declared settings."""

from __future__ import annotations

import argparse
import logging
import sys
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NoReturn

from perfwatch_core.accepted import SWITCH
from perfwatch_core.history_arguments import compare_arguments, export_arguments, joined_times
from perfwatch_core.setting import BadSetting
from perfwatch_core.settings import Settings, declared
from perfwatch_core.sources import load

# What the settings with a flag are for: a command names those that mean something to it.
SERVER = ("host", "port", "host_names", "tls_cert", "tls_key", "insecure", "metrics_open")
SAMPLING = ("interval",)
EVERYWHERE = ("database_url", "data_dir", "log_level")

_EXAMPLES = """examples:
  perfwatch                        the window
  perfwatch --serve --port 8080    a page for browsers, no window
'perfwatch COMMAND --help' says more of each, with an example."""


def program_version() -> str:
    """The installed version, `unknown` when run from files that were never installed."""
    # half of the time that a short command takes, so only for whoever asks
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version("perfwatch")
    except PackageNotFoundError:
        return "unknown"


class _Version(argparse.Action):
    """Prints the version and ends; argparse's own wants it before anybody asks."""

    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> None:
        print(f"perfwatch {program_version()}")
        parser.exit()


class _Help(argparse.RawDescriptionHelpFormatter):
    """As wide as the narrowest terminal, whatever this one is; the commands without an empty line before them."""

    def __init__(self, prog: str) -> None:
        super().__init__(prog, max_help_position=25, width=80)

    def _format_action(self, action: argparse.Action) -> str:
        if action.nargs == argparse.PARSER:
            return "".join(map(super()._format_action, self._iter_indented_subactions(action)))
        return super()._format_action(action)


class Parser(argparse.ArgumentParser):
    """Says what was wrong in one sentence, without the usage block before it; `under` are its commands by name."""

    def __init__(self, **wishes: Any) -> None:
        super().__init__(formatter_class=_Help, **wishes)
        self.under: dict[str, Parser] = {}

    def every(self, *before: str) -> Iterator[tuple[tuple[str, ...], Parser]]:
        """Each command below it, by the words that name it."""
        for name, parser in self.under.items():
            yield (*before, name), parser
            yield from parser.every(*before, name)

    def error(self, message: str) -> NoReturn:
        """End with 2 and the sentence."""
        self.exit(2, f"{self.prog}: {message}; see '{self.prog} --help'\n")


def flags_of(names: Iterable[str], **helps: str) -> Parser:
    """A parent with the flags of these settings, for the commands that they mean something to.

    `helps` are by setting, where a command does something else with it than its help says.
    """
    parent = Parser(add_help=False, argument_default=argparse.SUPPRESS)
    group = parent.add_argument_group("settings")
    for name, setting in declared().items():
        if name not in names or not setting.flag:
            continue
        dest, says = f"setting_{name}", helps.get(name, setting.help)
        if setting.accepts is SWITCH:
            group.add_argument(setting.flag, dest=dest, action="store_const", const="on", help=says)
        else:
            group.add_argument(setting.flag, dest=dest, metavar=name.rpartition("_")[2].upper(), help=says)
    return parent


class Commands:
    """The commands of one parser; each has a sentence, an example and the flags that mean something to it."""

    def __init__(self, parser: Parser, dest: str, **wishes: Any) -> None:
        self._found = parser.under
        self._declare = parser.add_subparsers(dest=dest, parser_class=Parser, **wishes).add_parser

    def add(
        self, name: str, says: str, examples: Sequence[str], settings: Iterable[str] = EVERYWHERE, **helps: str
    ) -> Parser:
        """Declare one; `says` is its help, `examples` are whole command lines, `helps` as for `flags_of`."""
        parents = [flags_of(settings, **helps)] if settings else []
        title = "example" if len(examples) == 1 else "examples"
        epilog = "\n".join((f"{title}:", *(f"  {line}" for line in examples)))
        sentence = f"{says[:1].upper()}{says[1:]}."
        parser = self._declare(name, parents=parents, help=says, description=sentence, epilog=epilog)
        self._found[name] = parser
        return parser


def build_parser() -> Parser:
    """The parser for all commands."""
    parser = Parser(
        prog="perfwatch",
        usage="perfwatch [--serve] [settings] | perfwatch COMMAND [options]",
        description="Shows what this machine is really doing, and keeps the last month of it.",
        epilog=_EXAMPLES,
        parents=[flags_of((*EVERYWHERE, *SAMPLING, *SERVER))],
        add_help=False,
    )
    parser.add_argument("--help", "-h", action="help", help=argparse.SUPPRESS)
    parser.add_argument("--version", action=_Version, nargs=0, help="print the version")
    parser.add_argument("--serve", action="store_true", help="run without a window: collect, keep, serve browsers")
    commands = Commands(parser, "command", title="commands", metavar="COMMAND", prog="perfwatch")
    _add_machine(commands)
    _add_history(commands)
    _add_database(commands)
    _add_installing(commands)
    return parser


def _add_machine(commands: Commands) -> None:
    examples = ["perfwatch once", "perfwatch once --json"]
    between = "seconds between the two readings (default: 1)"
    once = commands.add("once", "one full sample", examples, (*SAMPLING, "log_level"), interval=between)
    once.add_argument("--json", action="store_true", help="as JSON, in the shape of the stream")
    commands.add("doctor", "what cannot be measured here, and what mends it", ["perfwatch doctor"], EVERYWHERE)


def _add_history(commands: Commands) -> None:
    examples = ["perfwatch export --from -2h -o all.csv", "perfwatch export --from yesterday --to today --type cpu"]
    export_arguments(commands.add("export", "history to a file", examples))
    examples = ["perfwatch compare --a -25h..-24h --b -1h..now"]
    compare_arguments(commands.add("compare", "what changed between two spans, ranked", examples))


def _add_database(commands: Commands) -> None:
    commands.add("passwd", "set the password of the browser's user", ["perfwatch passwd"])
    schema = commands.add("db", "see or move the database schema", ["perfwatch db status"], ())
    actions = Commands(schema, "action", required=True, metavar="status|upgrade|downgrade")
    actions.add("status", "where the database is and which schema it has", ["perfwatch db status"])
    actions.add("upgrade", "bring the schema up to this program", ["perfwatch db upgrade"])
    down = actions.add("downgrade", "take the schema back to a revision", ["perfwatch db downgrade base"])
    down.add_argument("revision", help="a revision, or 'base' for none")


def _add_installing(commands: Commands) -> None:
    commands.add("install-desktop", "menu entry, icons, manual page and completions", ["perfwatch install-desktop"], ())
    commands.add("uninstall-desktop", "take away all that install-desktop wrote", ["perfwatch uninstall-desktop"], ())
    unit = "perfwatch install-service --system > perfwatch.service"
    service = commands.add(
        "install-service", "a systemd unit of yours for --serve", ["perfwatch install-service", unit], ("data_dir",)
    )
    service.add_argument("--system", action="store_true", help="print one that root installs, with CAP_PERFMON")
    commands.add(
        "uninstall-service", "take away what install-service wrote", ["perfwatch uninstall-service"], ("data_dir",)
    )


def parse(argv: Sequence[str] | None = None) -> tuple[argparse.Namespace, Settings]:
    """The wishes and the settings of this run; ends the program with 2 and a sentence if either is wrong."""
    parser = build_parser()
    wishes = parser.parse_args(joined_times(sys.argv[1:] if argv is None else argv))
    if wishes.serve and wishes.command:
        parser.error(f"--serve runs until it is stopped, and {wishes.command} is a command of its own")
    flags = {name: getattr(wishes, f"setting_{name}", None) for name in declared()}
    try:
        settings = load(flags)
    except BadSetting as bad:
        print(f"perfwatch: {bad}", file=sys.stderr)
        raise SystemExit(2) from None
    return wishes, settings


def set_up_logging(settings: Settings) -> None:
    """Send what is logged at the chosen level or above to standard error."""
    level = settings.log_level.upper()
    logging.basicConfig(level=level, format="%(levelname)s %(name)s: %(message)s")
    # it warns that nothing can be rolled back on a connection that is gone, of which PerfWatch tells in its own words
    logging.getLogger("psycopg").setLevel(level if level == "DEBUG" else "ERROR")
