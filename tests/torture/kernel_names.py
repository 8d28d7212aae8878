"""Names made to do harm, from kernel files to everywhere PerfWatch tells them: stream, scrape, files, screen."""

from __future__ import annotations

import csv
import json
import os
import re
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from perfwatch_core.collectors.words import name as shown
from tests.machines.files import lay_out
from tests.net.hostile import NAMES
from tests.net.scraped import scraped
from tests.torture.clock_run import address
from tests.torture.huge import at_step, composed
from tests.torture.kernel_live import few, living
from tests.torture.on_files import on_files
from tests.torture.outcome import Outcome, Wish
from tests.whole.program import ROOT, run

_BYTES = "\udcff\udcfe"
# No interface and no disk has a space in its name, and no file a slash or NUL.
PLAIN = [name for name in NAMES if not re.search(r"[\s/\0]", name) and len(name) < 99]
INTERFACES = [*PLAIN, _BYTES]
PATHS = [*(f"/{name}" for name in NAMES), f"/{_BYTES}"]
SENSORS = [*PLAIN, "new\nline", "nul\0byte", "esc\x1b[31m"]
# What steers a terminal, or breaks a line that is not the end of one.
_UNSHOWN = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028-\u202e]")
_ROW = re.compile(r"[a-z_]+(\.[\w-]+(\[.*\])?)? +\S")
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_MOMENT = {"timestamp", "interval_seconds"}
_QUIET = {"PERF_EVENTS_ENABLED": "off"}


def rows(subject: str, wish: Wish, place: Path) -> Iterator[Outcome]:
    """A machine on which everything that can have such a name has one, and all ways out of PerfWatch.

    The short form does without a server.
    """
    root = place / "machine"
    files = composed(INTERFACES, PLAIN, PATHS, SENSORS)
    lay_out({**files, **at_step(1, INTERFACES, PLAIN)}, root)
    with on_files(root):
        yield _printed(subject)
        if not wish.short:
            yield from _served(subject, wish, place)
    yield _drawn(subject, root, place)


def _served(subject: str, wish: Wish, place: Path) -> Iterator[Outcome]:
    with living(wish, place, "--metrics-open", environ=_QUIET) as live:
        live.begin()
        live.passes(4)
        count = len(INTERFACES) + len(PLAIN) + len(PATHS) + len(SENSORS)
        yield _row(subject, "the stream", count, [*live.trial.wrong, *_unlike(live.seen[-1].data)])
        yield _scraped(subject, address(live.serving))
        live.serving.stop()
    yield _exported(subject, place)


def _row(subject: str, where: str, times: int, wrong: list[str], note: str = "") -> Outcome:
    return Outcome(subject, f"hostile names in {where}", times, not wrong, few(wrong), note)


def _shown(names: list[str]) -> set[str]:
    return {shown(name) for name in names}


def _unlike(data: dict[str, Any]) -> Iterator[str]:
    """Where what is there is not what should be."""
    expected = (
        (data["network"]["interfaces"], INTERFACES),
        (data["disk"]["devices"], PLAIN),
        (data["disk"]["partitions"], PATHS),
        (data["cpu"]["temperature_celsius"], SENSORS),
    )
    for told, names in expected:
        yield from (f"{odd!r} is missing or too much" for odd in sorted(told.keys() ^ _shown(names)))


def _printed(subject: str) -> Outcome:
    """`perfwatch once`: a line for each value, and nothing that steers a terminal."""
    said = run("once", environ=_QUIET, seconds=120)
    wrong = [said.stderr[-300:]] if said.returncode or said.stderr else []
    wrong += [f"it prints {odd!r}" for odd in set(_UNSHOWN.findall(said.stdout))]
    lines = said.stdout.split("\n")[:-1]
    wrong += [f"a line of its own: {line!r}" for line in lines if not _ROW.match(line)]
    return _row(subject, "`perfwatch once`", len(lines), wrong)


def _scraped(subject: str, url: str) -> Outcome:
    with urllib.request.urlopen(f"{url}/metrics", timeout=30) as answer:
        found = scraped(answer.read().decode())
    labels = {one.labels["interface"] for one in found["perfwatch_network_interface_recv_bytes_per_second"].samples}
    return _row(subject, "a scrape", len(labels), [repr(odd) for odd in labels ^ _shown(INTERFACES)])


def _exported(subject: str, place: Path) -> Outcome:
    """The same series in each kind of file, and no cell of CSV that a spreadsheet would run."""
    wrong: list[str] = []
    found: dict[str, set[str]] = {}
    wanted = {f"network.bytes_recv_per_sec[{name}]" for name in _shown(INTERFACES)}
    wanted |= {f"disk.fstype[{path}]" for path in _shown(PATHS)}
    for kind in ("csv", "json", "jsonl", "parquet"):
        file = place / f"history.{kind}"
        words = ("export", "--from", "-1h", "--to", "now", "--interval", "raw", "--format", kind, "-o", str(file))
        said = run(*words, "--data-dir", str(place / "data"), seconds=120)
        if said.returncode:
            wrong.append(f"{kind}: {said.stderr[-300:]}")
            continue
        found[kind] = _addresses(file, kind)
        wrong += [f"{kind} lacks {one}" for one in wanted - found[kind]]
        wrong += [f"{kind} has {one} and another lacks it" for one in found[kind] ^ found["csv"]]
    with (place / "history.csv").open(newline="", encoding="utf-8") as file_:
        cells = {cell for row in csv.reader(file_) for cell in row}
    wrong += [f"a formula: {cell}" for cell in cells if cell.startswith(_FORMULA)]
    return _row(subject, "CSV, JSON, JSON Lines and Parquet", len(found), wrong, f"{len(found['csv'])} series in each")


def _addresses(file: Path, kind: str) -> set[str]:
    """The series in a file that have a value."""
    if kind == "parquet":
        from arro3.io import read_parquet

        return set(read_parquet(str(file)).schema.names) - _MOMENT
    text = file.read_bytes().decode()
    if kind == "csv":
        return set(next(csv.reader(text.splitlines(keepends=True)))) - _MOMENT
    parsed = json.loads(text) if kind == "json" else [json.loads(line) for line in text.split("\n")[:-1]]
    return {address for row in parsed for address in row} - _MOMENT


def _drawn(subject: str, root: Path, place: Path) -> Outcome:
    """The window, in a process of its own: every name is there, and nothing is taken for markup."""
    said = subprocess.run(
        [sys.executable, "-m", "tests.torture.window_on_files", str(root), str(place / "preferences")],
        cwd=ROOT,
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    if said.returncode:
        return _row(subject, "the window", 1, [said.stderr[-1000:]])
    told = json.loads(said.stdout)
    wrong = [f"taken for markup: {text}" for text in told["markup"]]
    # a table shows a name of many words, or of a great many letters, as it is too
    names = _shown(INTERFACES) | _shown(PATHS) | _shown(PLAIN)
    wrong += [f"shown nowhere: {name!r}" for name in sorted(names - set(told["texts"]))]
    return _row(subject, "the window", len(told["texts"]), wrong)
