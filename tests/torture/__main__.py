"""`make torture`: tries every fault PerfWatch claims to survive, prints what came of it, writes docs/reliability.md."""

from __future__ import annotations

import argparse
import importlib
import os
import pkgutil
import signal
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import tests.torture
from tests.bench.__main__ import ROOT, machine
from tests.torture.outcome import Outcome, Wish, summary, table
from tests.torture.rights import go_apart

REPORT = ROOT / "docs" / "reliability.md"
_HEAD = """# What happens when things go wrong

Written by `make torture`, which tries everything below on real processes, a real PostgreSQL and a real kernel; a
shorter form is part of every check. A row that does not hold ends it with status 1; what a machine has no right or no
program for is named as not tried.
"""
# Quick and decisive ones first; what fills the machine last. One that is not named comes before those.
_ORDER = ("truth", "kernel", "clocks", "full", "away", "killing", "", "long", "load")


def names() -> list[str]:
    """The subjects: the modules here that have a `tried`, in the order in which they are tried."""
    found = [module.name for module in pkgutil.iter_modules(tests.torture.__path__)]
    trying = [name for name in found if "def tried(" in (Path(__file__).parent / f"{name}.py").read_text()]
    return sorted(trying, key=lambda name: (_ORDER.index(name if name in _ORDER else ""), name))


def outcomes(wanted: Sequence[str], wish: Wish) -> Iterator[Outcome]:
    """All outcomes of the named subjects, as they come."""
    for name in wanted:
        began = time.monotonic()
        print(f"torture: {name}", file=sys.stderr, flush=True)
        with tempfile.TemporaryDirectory(prefix="perfwatch-torture-") as place:
            # a home of its own: nothing of who runs it is touched
            os.environ["HOME"] = place
            for outcome in importlib.import_module(f"tests.torture.{name}").tried(wish, Path(place)):
                print(f"  {_line(outcome)}", file=sys.stderr, flush=True)
                yield outcome
        print(f"torture: {name} took {time.monotonic() - began:.0f} s", file=sys.stderr, flush=True)


def _line(outcome: Outcome) -> str:
    if not outcome.times:
        return f"{outcome.tried}: NOT TRIED, {outcome.note}"
    verdict = "DOES NOT HOLD" if outcome.failed else "holds"
    return f"{outcome.tried}, {outcome.times:,} times: lost {outcome.lost}; {outcome.note} {verdict}"


def parse(argv: Sequence[str]) -> argparse.Namespace:
    """What was asked for; status 2 with the known names where one is not known."""
    parser = argparse.ArgumentParser(prog="make torture", description=__doc__)
    known = names()
    parser.add_argument("names", nargs="*", metavar="SUBJECT", help=f"which (default: all of {', '.join(known)})")
    parser.add_argument("--short", action="store_true", help="a few rounds of each, as in the check")
    parser.add_argument("--seed", type=int, default=1, help="where chance begins (default: 1)")
    wanted = parser.parse_args(argv)
    if unknown := sorted(set(wanted.names) - set(known)):
        parser.error(f"there is no subject {unknown[0]!r}; the subjects are {', '.join(known)}")
    return wanted


def main(argv: Sequence[str]) -> int:
    """Try all; 1 when anything does not hold."""
    wanted = parse(argv)
    go_apart()
    # an end from outside runs what cleans up, as Ctrl+C does
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    head = [line for line in machine() if "benchmark" not in line]
    began = time.monotonic()
    try:
        found = list(outcomes(wanted.names or names(), Wish(wanted.short, wanted.seed)))
    except KeyboardInterrupt:
        print("torture: interrupted; nothing of it runs on", file=sys.stderr)
        return 128 + signal.SIGINT
    if wanted.names or wanted.short:
        print("torture: docs/reliability.md is written by a whole run only", file=sys.stderr)
    else:
        head.append(f"- {summary(found)}, in {(time.monotonic() - began) / 60:.0f} minutes")
        REPORT.parent.mkdir(exist_ok=True)
        REPORT.write_text("\n".join([_HEAD, *head, "", *table(found)]).rstrip() + "\n")
    print(summary(found))
    return 1 if any(outcome.failed for outcome in found) else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
