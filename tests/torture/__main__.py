"""`make torture`: tries every fault PerfWatch claims to survive, prints what came of it, writes docs/reliability.md."""

from __future__ import annotations

import argparse
import signal
import sys
import time
from collections.abc import Iterator, Sequence

from tests.bench.__main__ import ROOT, machine
from tests.torture.lanes import Lanes, Told, names, stages
from tests.torture.outcome import Outcome, Wish, summary
from tests.torture.place import sweep
from tests.torture.report import renewed, written
from tests.torture.rights import go_apart
from tests.torture.servers import fetch

REPORT = ROOT / "docs" / "reliability.md"


def outcomes(wanted: Sequence[str], wish: Wish) -> Iterator[Told]:
    """All outcomes with the names of their subjects, as they come."""
    for lanes in stages(wanted):
        for name, outcome in Lanes(wish).run(lanes):
            print(f"  {name}: {_line(outcome)}", file=sys.stderr, flush=True)
            yield name, outcome


def _line(outcome: Outcome) -> str:
    if not outcome.times:
        return f"{outcome.tried}: NOT TRIED, {outcome.note}"
    verdict = "DOES NOT HOLD" if outcome.failed else "holds" if outcome.judged else "not judged"
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
    if not wanted.short and "away" in (wanted.names or names()):
        fetch()
    for place in sweep():
        print(f"torture: {place} was left behind by a run that was killed; cleared", file=sys.stderr)
    # an end from outside runs what cleans up, as Ctrl+C does
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    head = [line for line in machine() if "benchmark" not in line]
    began = time.monotonic()
    try:
        told = list(outcomes(wanted.names or names(), Wish(wanted.short, wanted.seed)))
    except KeyboardInterrupt:
        print("torture: interrupted; nothing of it runs on", file=sys.stderr)
        return 128 + signal.SIGINT
    # those that ran side by side came mixed
    found = [outcome for name in names() for subject, outcome in told if subject == name]
    minutes = (time.monotonic() - began) / 60
    if wanted.short:
        print("torture: docs/reliability.md is written by a run that is not short", file=sys.stderr)
    elif not wanted.names:
        REPORT.write_text(written(head, found, minutes))
    elif REPORT.exists():
        REPORT.write_text(renewed(REPORT.read_text(), head, found))
    print(summary(found))
    return 1 if any(outcome.failed for outcome in found) else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
