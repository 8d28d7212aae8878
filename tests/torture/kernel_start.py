"""PerfWatch begins on a kernel that tells nothing, and on one that is far larger than most."""

from __future__ import annotations

import re
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from unittest.mock import patch

from perfwatch_core.collectors import cpu, disk, network
from perfwatch_core.sample import Sample
from tests.core.collectors.conftest import Stage
from tests.machines.capture import captured
from tests.machines.files import lay_out
from tests.torture import huge
from tests.torture.kernel_live import few
from tests.torture.on_files import on_files
from tests.torture.outcome import Outcome, Wish
from tests.torture.rights import lacks, no_mount
from tests.whole import program

# Processor time of one sample of the large machine, the least of some: what others do to the caches is not ours.
_MOST_MS, _SAMPLES = 75.0, 8
_READ_ALSO_BY_PSUTIL = ("stat", "meminfo", "cpuinfo", "vmstat", "loadavg", "diskstats", "filesystems")
_TRACE = re.compile(r"Traceback|Error: |Warning")


def rows(subject: str, wish: Wish, place: Path) -> Iterator[Outcome]:
    """Composed machines, seen by the commands and by the collectors."""
    yield _without(subject, wish, place)
    yield _emptied(subject, wish, place)
    with tempfile.TemporaryDirectory(dir="/dev/shm", prefix="perfwatch-torture-") as memory:
        yield _large(subject, wish, Path(memory) / "machine")


def _without(subject: str, wish: Wish, place: Path) -> Outcome:
    """A third of the files of `/proc` in turn, then all and `/sys` too: `once` tells the rest and complains of nothing.

    The short form is the last of these alone.
    """
    files = captured()
    lacking = [path for path in files if path.startswith("proc/")]
    lacking = [] if wish.short else lacking[::3]
    wrong = []
    for number, path in enumerate([*lacking, ""]):
        root = place / f"lacking{number}"
        root.mkdir()
        lay_out({name: text for name, text in files.items() if path and name != path}, root)
        with on_files(root):
            said = program.run("once", environ={"PERF_EVENTS_ENABLED": "off"}, seconds=60)
        what = path or "everything"
        wrong += [f"without {what}: {said.stderr[-300:]}"] if said.returncode or said.stderr else []
        wrong += [f"without {what}: {found[0]}" for found in _TRACE.finditer(said.stdout)]
    return Outcome(
        subject, "`perfwatch once` without a kernel file, and without any", len(lacking) + 1, not wrong, few(wrong)
    )


def _emptied(subject: str, wish: Wish, place: Path) -> Outcome:
    """The real kernel with empty files laid over its own: also what psutil reads says nothing then."""
    what = "`perfwatch doctor` where files of the real `/proc` are empty"
    if reason := no_mount() or lacks("unshare"):
        return Outcome.not_tried(subject, what, reason)
    empty = place / "empty"
    empty.touch()
    wrong = []
    tries = [_READ_ALSO_BY_PSUTIL, *((name,) for name in _READ_ALSO_BY_PSUTIL)]
    tries = tries[: wish.rounds(len(tries), 1)]
    for names in tries:
        over = "; ".join(f"mount --bind '{empty}' /proc/{name}" for name in names)
        apart = ("unshare", "--mount", "sh", "-c", f'{over}; exec "$@"', "sh", *program.COMMAND)
        with patch.object(program, "COMMAND", apart):
            said = program.run("doctor", environ={"PERF_EVENTS_ENABLED": "off"}, seconds=60)
        if said.returncode or said.stderr or "machine" not in said.stdout:
            wrong.append(f"without {', '.join(names)}: {said.stderr[-300:]}")
    return Outcome(subject, what, len(tries), not wrong, few(wrong))


def _large(subject: str, wish: Wish, root: Path) -> Outcome:
    """Every number is right, and a sample takes no longer than it may; a check runs on slower machines as well."""
    interfaces, disks = huge.interface_names(), huge.disk_names()
    stage = Stage(root)
    lay_out(huge.composed(interfaces, disks, [f"/srv/{number}" for number in range(100)], ["coretemp"]), root)
    wrong: list[str] = []
    costs = []
    for step in range(_SAMPLES):
        lay_out(huge.at_step(step, interfaces, disks), root)
        stage.machine.close()
        began = time.process_time()
        sample = stage.sample()
        costs.append((time.process_time() - began) * 1000)
        wrong += _wrong(sample, interfaces, disks) if step else []
    stage.close()
    if min(costs[2:]) > _MOST_MS and not wish.short:
        wrong.append(f"a sample takes {min(costs[2:]):.0f} ms, and may take {_MOST_MS:.0f} ms")
    what = f"{huge.CORES} processors, {len(interfaces):,} interfaces, {len(disks)} disks"
    note = f"{len(sample.values):,} values a sample, {min(costs[2:]):.0f} ms of processor to read and derive them"
    note += "" if wish.short else f"; at most {_MOST_MS:.0f} ms"
    return Outcome(subject, what, _SAMPLES, not wrong, few(wrong), note)


def _wrong(sample: Sample, interfaces: list[str], disks: list[str]) -> Iterator[str]:
    for place, name in enumerate(interfaces, 1):
        if sample.values.get(network.RECEIVED.of(name)) != 100 * place:
            yield f"{name} receives {sample.values.get(network.RECEIVED.of(name))}"
    for place, name in enumerate(disks, 1):
        if sample.values.get(disk.READ.of(name)) != 10 * place * 512:
            yield f"{name} reads {sample.values.get(disk.READ.of(name))}"
    if sample.values.get(network.RECEIVED.of()) != 100 * sum(range(len(interfaces) + 1)):
        yield "the sum over all interfaces is wrong"
    if sum(series.metric is cpu.CORE for series in sample.values) != huge.CORES:
        yield "not all processors are there"
