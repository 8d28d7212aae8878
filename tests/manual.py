"""The manual page and the shells' completions, made from the parser and the declared settings for `make docs`."""

from __future__ import annotations

import re
from collections.abc import Iterator

import shtab

from perfwatch_core.command_line import Parser, build_parser, program_version
from perfwatch_core.settings import declared

SHELLS = ("bash", "zsh", "fish")

_ABOUT = """\
PerfWatch shows what a Linux machine is really doing, and keeps it: every number comes from the kernel, and every
sample is kept in a PostgreSQL that PerfWatch runs itself, or in one that you name.
.PP
Without a command it opens its window; a second start brings that window to the front. Nothing has to be set, and
nothing but
.B perfwatch passwd
asks a question.
"""
_SYNOPSIS = r"""\
.B perfwatch
[\fB\-\-serve\fR] [\fIsettings\fR]
.br
.B perfwatch
\fIcommand\fR [\fIoptions\fR]
"""
_ORDER = """\
Flags win over the environment, that over the file .env, that over what was changed in the program, that over the
default. Each environment name is accepted with PERFWATCH_ in front as well.
"""
_FILES = (
    ("$XDG_DATA_HOME/perfwatch", "The private database and the journal; ~/.local/share/perfwatch for most people."),
    ("$XDG_CONFIG_HOME/perfwatch", "How the window looked when it was closed."),
    ("$XDG_RUNTIME_DIR/perfwatch", "The samples of the last half minute, and the window's socket."),
    (".env", "Settings, one NAME=value on each line, in the directory where PerfWatch is started."),
)
_STATUS = (
    ("0", "Done."),
    ("1", "Failed, in the way that was said on standard error."),
    ("2", "Asked wrongly: a setting or a word that is not accepted, or a window without a display."),
)


def roff(text: str) -> str:
    """Plain words in the form that man takes."""
    escaped = text.replace("\\", "\\e").replace("-", "\\-")
    return re.sub(r"^([.'])", r"\\&\1", escaped, flags=re.MULTILINE)


def _item(head: str, words: str) -> str:
    return f".TP\n.B {roff(head)}\n{roff(words)}\n"


def _settings() -> Iterator[str]:
    for setting in declared().values():
        head = ", ".join(filter(None, (setting.flag, setting.env)))
        yield _item(head, f"{setting.help[:1].upper()}{setting.help[1:]}. It takes {setting.accepts.words}.")


def _commands(parser: Parser) -> Iterator[str]:
    """Each command with its help, but for what the head says already."""
    for words, command in parser.every():
        if command.under:
            continue
        shown = re.sub(r"^ +-h, --help .*\n", "", command.format_help(), flags=re.MULTILINE)
        usage, _, rest = shown.replace("options:\n\n", "").partition("\n\n")
        says, _, example = rest.partition("\n\nexample")
        own = says.partition("\n\nsettings:")[0]
        synopsis = " ".join(usage.removeprefix("usage: ").replace("[-h]", "").split())
        shown = "\n\n".join((synopsis, own.strip(), f"example{example.rstrip()}"))
        yield f".SS {roff(' '.join(words))}\n.nf\n{roff(shown)}\n.fi\n"


def manual() -> str:
    """perfwatch(1), as man(7) takes it."""
    parser = build_parser()
    parts = [
        '.\\" Written by "make docs" from the declared settings and commands.\n',
        f'.TH PERFWATCH 1 "" "PerfWatch {program_version()}" "User Commands"\n',
        ".SH NAME\nperfwatch \\- a system monitor that keeps every sample it shows\n",
        f".SH SYNOPSIS\n{_SYNOPSIS}",
        f".SH DESCRIPTION\n{_ABOUT}",
        ".SH OPTIONS\n",
        _item("--serve", "Run without a window: collect, keep, serve browsers, until Ctrl+C or SIGTERM."),
        _item("--version", "Print the version."),
        _item("--help", "Print a short help; after a command, that of the command."),
        ".SH COMMANDS\n",
        *_commands(parser),
        f".SH SETTINGS\n{_ORDER}",
        *_settings(),
        ".SH FILES\n",
        *(_item(path, words) for path, words in _FILES),
        ".SH EXIT STATUS\n",
        *(_item(status, words) for status, words in _STATUS),
        ".SH SEE ALSO\n.BR perf\\-stat (1),\n.BR psql (1)\n",
    ]
    return "".join(parts)


def completion(shell: str) -> str:
    """What completes perfwatch's words in one of the shells."""
    return shtab.complete(build_parser(), shell).rstrip() + "\n"
