"""What can be asked of the commands that look back, declared without loading what answers it."""

from __future__ import annotations

import argparse
from collections.abc import Sequence

_TIMES = ("--from", "--to", "--a", "--b")


def export_arguments(out: argparse.ArgumentParser) -> None:
    """What to export, and where to."""
    out.add_argument("--from", dest="start", metavar="T", required=True, help="ISO 8601, -2h, yesterday or now")
    out.add_argument("--to", dest="end", metavar="T", default="now", help="likewise (default: now)")
    _types(out)
    out.add_argument(
        "--series", dest="patterns", metavar="PATTERN", help="addresses, * for anything: 'cpu.per_core*,cpu.user'"
    )
    out.add_argument("--interval", default="raw", metavar="STEP", help="raw, 5s, 1m, 5m, 1h or auto (default: raw)")
    out.add_argument("--format", default="csv", metavar="F", help="csv, json, jsonl or parquet (default: csv)")
    out.add_argument("-o", "--output", metavar="FILE", help="where to (default: standard output)")


def compare_arguments(both: argparse.ArgumentParser) -> None:
    """Which spans to compare."""
    both.add_argument("--a", required=True, metavar="FROM..TO", help="the first span: -25h..-24h")
    both.add_argument("--b", required=True, metavar="FROM..TO", help="the second, of equal length: -1h..now")
    _types(both)
    both.add_argument("--all", action="store_true", help="also what did not change")


def _types(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--type", dest="types", metavar="TYPES", help="metric types: cpu,memory (default: all)")


def joined_times(argv: Sequence[str]) -> list[str]:
    """The command line with `--from -2h` as `--from=-2h`: argparse takes a word that begins with '-' for a flag."""
    found: list[str] = []
    for word in argv:
        if found and found[-1] in _TIMES and word[:1] == "-" and word[1:2].isdigit():
            found[-1] += f"={word}"
        else:
            found.append(word)
    return found
