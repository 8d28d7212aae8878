"""`make torture`: tries every fault PerfWatch claims to survive, prints what came of it, writes docs/reliability.md."""

from __future__ import annotations

import argparse
import importlib
import os
import pkgutil
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import tests.torture
from tests.bench.__main__ import ROOT, machine
from tests.torture.outcome import Outcome, Wish, table

REPORT = ROOT / "docs" / "reliability.md"
_HEAD = """# What happens when things go wrong

Written by `make torture`, which tries everything below on real processes, a real PostgreSQL and a real kernel; a
shorter form is part of every check. A row that does not hold ends it with status 1.
"""


def names() -> list[str]:
    """The subjects: the modules here that have a `tried`."""
    found = [module.name for module in pkgutil.iter_modules(tests.torture.__path__)]
    return [name for name in found if "def tried(" in (Path(__file__).parent / f"{name}.py").read_text()]


def outcomes(wanted: list[str], wish: Wish) -> Iterator[Outcome]:
    """All outcomes of the named subjects, as they come."""
    for name in wanted:
        began = time.monotonic()
        print(f"torture: {name}", file=sys.stderr, flush=True)
        with tempfile.TemporaryDirectory(prefix="perfwatch-torture-") as place:
            # a home of its own: nothing of who runs it is touched
            os.environ["HOME"] = place
            for outcome in importlib.import_module(f"tests.torture.{name}").tried(wish, Path(place)):
                verdict = "holds" if outcome.holds else "DOES NOT HOLD"
                print(
                    f"  {outcome.tried}, {outcome.times} times: lost {outcome.lost}; {outcome.note} {verdict}",
                    file=sys.stderr,
                    flush=True,
                )
                yield outcome
        print(f"torture: {name} took {time.monotonic() - began:.0f} s", file=sys.stderr, flush=True)


def main() -> int:
    """Try all; 1 when anything does not hold."""
    parser = argparse.ArgumentParser(prog="make torture", description=__doc__)
    parser.add_argument("names", nargs="*", help=f"which (default: all of {', '.join(names())})")
    parser.add_argument("--short", action="store_true", help="a few rounds of each, as in the check")
    parser.add_argument("--seed", type=int, default=1, help="where chance begins (default: 1)")
    wanted = parser.parse_args()
    head = list(machine())
    found = list(outcomes(wanted.names or names(), Wish(wanted.short, wanted.seed)))
    report = "\n".join([*head, "", *table(found)])
    if wanted.names or wanted.short:
        print("torture: docs/reliability.md is written by a whole run only", file=sys.stderr)
    else:
        REPORT.parent.mkdir(exist_ok=True)
        REPORT.write_text(f"{_HEAD}\n{report.rstrip()}\n")
    held = sum(outcome.holds for outcome in found)
    print(f"{held} passed, {len(found) - held} failed")
    return 0 if held == len(found) else 1


if __name__ == "__main__":
    raise SystemExit(main())
