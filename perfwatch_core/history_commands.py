"""The commands that look back: `perfwatch export` and `perfwatch compare`."""

from __future__ import annotations

import argparse
import math
import sys
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from perfwatch_core.changes import SURE, Change, Changes
from perfwatch_core.export import INTERVALS, BadExport, Wish, export
from perfwatch_core.export_formats import FORMATS, replacing
from perfwatch_core.metric import Catalogue, Series
from perfwatch_core.settings import Settings
from perfwatch_core.spans import BadTime, span_between, span_of
from perfwatch_core.store.command import with_link
from perfwatch_core.store.compared import changed
from perfwatch_core.store.link import Link
from perfwatch_core.store.machine import this_machine
from perfwatch_core.store.state import StoreProblem
from perfwatch_core.units import text

_SHOWN = 40
_BAR = 30
_TIMES = ("--from", "--to", "--a", "--b")


def add_commands(commands: Any, shared: argparse.ArgumentParser) -> None:
    """Declare both commands; `commands` is what `add_subparsers` gave, `shared` the parser of the settings."""
    out = commands.add_parser("export", parents=[shared], help="history to a file")
    out.add_argument("--from", dest="start", metavar="T", required=True, help="ISO 8601, -2h, yesterday or now")
    out.add_argument("--to", dest="end", metavar="T", default="now", help="likewise (default: now)")
    out.add_argument("--type", dest="types", help="metric types, with commas between: cpu,memory (default: all)")
    out.add_argument("--series", dest="patterns", help="addresses, * for anything, with commas between: cpu.per_core*")
    out.add_argument("--interval", default="raw", choices=["raw", *INTERVALS, "auto"], help="default: raw")
    out.add_argument("--format", default="csv", choices=list(FORMATS), help="default: csv")
    out.add_argument("-o", "--output", metavar="FILE", help="where to (default: standard output)")
    both = commands.add_parser("compare", parents=[shared], help="what changed between two spans, ranked")
    both.add_argument("--a", required=True, metavar="FROM..TO", help="the first span: -25h..-24h")
    both.add_argument("--b", required=True, metavar="FROM..TO", help="the second, of equal length: -1h..now")
    both.add_argument("--all", action="store_true", help="also what did not change")


def joined_times(argv: Sequence[str]) -> list[str]:
    """The command line with `--from -2h` as `--from=-2h`: argparse takes a word that begins with '-' for a flag."""
    found: list[str] = []
    for word in argv:
        if found and found[-1] in _TIMES and word[:1] == "-" and word[1:2].isdigit():
            found[-1] += f"={word}"
        else:
            found.append(word)
    return found


def run_export(settings: Settings, catalogue: Catalogue, wishes: argparse.Namespace) -> int:
    """Write the wished history; 0, or 1 or 2 (asked wrongly) with one sentence."""
    try:
        wish = Wish(
            span_of(wishes.start, wishes.end, datetime.now(UTC)),
            _parts(wishes.types),
            _parts(wishes.patterns),
            wishes.interval,
            wishes.format,
        )
        with_link(settings, lambda link: _export(link, catalogue, wish, wishes.output))
    except (BadTime, BadExport) as bad:
        return _failed(bad, 2)
    except StoreProblem as problem:
        return _failed(problem, 1)
    except BrokenPipeError:
        # whoever reads has enough, as with `| head`
        return 0
    except OSError as error:
        return _failed(f"{wishes.output or 'standard output'} cannot be written ({error.strerror}); name another", 1)
    return 0


def run_compare(settings: Settings, catalogue: Catalogue, wishes: argparse.Namespace) -> int:
    """Print what changed between the two spans; 0, or 1 or 2 (asked wrongly) with one sentence."""
    now = datetime.now(UTC)
    try:
        a, b = span_between(wishes.a, now), span_between(wishes.b, now)
        if a.length != b.length:
            raise BadTime(f"{wishes.a} lasts {a.length} and {wishes.b} {b.length}; give two spans of equal length")
        found = with_link(settings, lambda link: changed(link, _machine(link), catalogue, a, b))
    except BadTime as bad:
        return _failed(bad, 2)
    except StoreProblem as problem:
        return _failed(problem, 1)
    print("\n".join(table(found, everything=wishes.all)))
    return 0


def table(found: Changes[Series], everything: bool) -> Iterator[str]:
    """The lines to print; the most changed first."""
    shown = found.ranked if everything else [one for one in found.ranked if one.chance <= SURE][:_SHOWN]
    rows = [("series", "mean a", "mean b", "change", "effect", "by chance"), *map(_cells, shown)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    if shown:
        for name, *cells in rows:
            yield "  ".join(
                [name.ljust(widths[0]), *(one.rjust(wide) for one, wide in zip(cells, widths[1:], strict=True))]
            )
    else:
        yield f"nothing changed among {len(found.ranked)} series" if found.ranked else "no series is in both spans"
    for what, series in (("appeared", found.appeared), ("vanished", found.vanished)):
        if series:
            yield f"{what}: {', '.join(map(str, series))}"


def _cells(one: Change[Series]) -> tuple[str, ...]:
    unit = one.series.metric.unit
    percent = "" if one.percent is None or not math.isfinite(one.percent) else f"{one.percent:+.1f} %"
    chance = "< 0.0001" if one.chance < 0.0001 else f"{one.chance:.4f}"
    return str(one.series), text(one.mean_a, unit), text(one.mean_b, unit), percent, f"{one.effect:+.2f}", chance


def _export(link: Link, catalogue: Catalogue, wish: Wish, output: str | None) -> int:
    machine_id = _machine(link)
    if output is None or output == "-":
        return export(link, machine_id, catalogue, wish, sys.stdout.buffer)
    bar = _progress if sys.stderr.isatty() else None
    with replacing(Path(output)) as file:
        count = export(link, machine_id, catalogue, wish, file, bar)
    print(f"{count} rows in {output}", file=sys.stderr)
    return count


def _machine(link: Link) -> int:
    row = link.execute("SELECT id FROM machines WHERE key = %s", (this_machine().key,)).fetchone()
    if row is None:
        raise StoreProblem("nothing is stored for this machine yet; collect with: perfwatch --serve")
    return int(row[0])


def _progress(part: float) -> None:
    done = round(max(0.0, min(part, 1.0)) * _BAR)
    end = "\n" if part >= 1 else ""
    print(f"\r[{'#' * done}{'.' * (_BAR - done)}] {part:4.0%}", end=end, file=sys.stderr, flush=True)


def _parts(text: str | None) -> tuple[str, ...] | None:
    return tuple(one.strip() for one in text.split(",") if one.strip()) if text else None


def _failed(why: object, status: int) -> int:
    print(f"perfwatch: {why}", file=sys.stderr)
    return status
