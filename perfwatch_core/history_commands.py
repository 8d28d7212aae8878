"""The commands that look back: `perfwatch export` and `perfwatch compare`."""

from __future__ import annotations

import argparse
import math
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from perfwatch_core.changes import SURE, Change, Changes
from perfwatch_core.export import BadExport, Wish, check, export
from perfwatch_core.export_formats import replacing
from perfwatch_core.metric import Catalogue, Series
from perfwatch_core.settings import Settings
from perfwatch_core.spans import BadTime, Span, local, span_between, span_of
from perfwatch_core.store.command import with_link
from perfwatch_core.store.compared import changed, resolution
from perfwatch_core.store.link import Link
from perfwatch_core.store.machine import this_machine
from perfwatch_core.store.past import bounds, kept, places_between
from perfwatch_core.store.state import StoreProblem
from perfwatch_core.units import text

_SHOWN = 40
_BAR = 30


def run_export(settings: Settings, catalogue: Catalogue, wishes: argparse.Namespace) -> int:
    """Write the wished history; 0, or 1, 2 (asked wrongly) or 130 (interrupted) with at most one sentence."""
    try:
        span = span_of(wishes.start, wishes.end, datetime.now(UTC))
        wish = Wish(span, _parts(wishes.types), _parts(wishes.patterns), wishes.interval, wishes.format)
        check(catalogue, wish)
        if wish.format == "parquet" and _to_standard(wishes.output) and sys.stdout.isatty():
            raise BadExport("a Parquet file is not for a terminal; name a file with -o")
        with_link(settings, lambda link: _export(link, catalogue, wish, wishes.output))
    except (BadTime, BadExport) as bad:
        return _failed(bad, 2)
    except StoreProblem as problem:
        return _failed(problem, 1)
    except BrokenPipeError:
        # not an output that cannot be written: whoever reads has enough
        raise
    except OSError as error:
        return _failed(f"{wishes.output or 'standard output'} cannot be written ({error.strerror}); name another", 1)
    except KeyboardInterrupt:
        print(file=sys.stderr)
        return 130
    return 0


def run_compare(settings: Settings, catalogue: Catalogue, wishes: argparse.Namespace) -> int:
    """Print what changed between the two spans; 0, or 1 or 2 (asked wrongly) with one sentence."""
    now = datetime.now(UTC)
    try:
        a, b = span_between(wishes.a, now), span_between(wishes.b, now)
        if a.length != b.length:
            raise BadTime(f"{wishes.a} lasts {a.length} and {wishes.b} {b.length}; give two spans of equal length")
        types = _parts(wishes.types)
        check(catalogue, Wish(a, types))
        found = with_link(settings, lambda link: _changed(link, catalogue, a, b, types))
    except (BadTime, BadExport) as bad:
        return _failed(bad, 2)
    except StoreProblem as problem:
        return _failed(problem, 1)
    for name, span in (("a", a), ("b", b)):
        print(f"{name}: {local(span.start)} to {local(span.end)}")
    if resolution(a.length) != "raw":
        print("compared by sums of five minutes, as spans over six hours are")
    print("\n".join(["", *table(found, everything=wishes.all)]))
    return 0


def _changed(link: Link, catalogue: Catalogue, a: Span, b: Span, types: tuple[str, ...] | None) -> Changes[Series]:
    machine_id = _machine(link)
    for name, span in (("--a", a), ("--b", b)):
        if not places_between(link, machine_id, *span):
            there = kept(bounds(link, machine_id))
            raise BadTime(f"nothing was stored from {local(span.start)} to {local(span.end)} ({name}); {there}")
    return changed(link, machine_id, catalogue, a, b, types)


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


def _to_standard(output: str | None) -> bool:
    return output is None or output == "-"


def _export(link: Link, catalogue: Catalogue, wish: Wish, output: str | None) -> None:
    machine_id = _machine(link)
    standard = _to_standard(output)
    # never between the lines of an export that goes to the same terminal
    bar = _progress if sys.stderr.isatty() and not (standard and sys.stdout.isatty()) else None
    if output is None or standard:
        export(link, machine_id, catalogue, wish, sys.stdout.buffer, bar)
        sys.stdout.flush()
        return
    with replacing(Path(output)) as file:
        count = export(link, machine_id, catalogue, wish, file, bar)
    print(f"{count} rows in {output}", file=sys.stderr)


def _machine(link: Link) -> int:
    row = link.execute("SELECT id FROM machines WHERE key = %s", (this_machine().key,)).fetchone()
    if row is None:
        raise StoreProblem(kept(None))
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
