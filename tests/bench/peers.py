"""What others would use for the same work: how each is started, and what it does for its cost."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.bench.first_output import answers, held
from tests.whole.strangers import free_port

_SADC = ("/usr/lib/sysstat/sadc", "/usr/lib64/sa/sadc", "sadc")
_COLLECTD = "/usr/sbin/collectd"


@dataclass(frozen=True, slots=True)
class Contender:
    """A program to measure: how to start it and what a reader should know.

    `scrape` is an address that is asked at each sample, for one that does nothing until it is asked; `there` says
    whether it gave anything yet, and `keeps` is the file or directory that it writes to.
    """

    name: str
    command: tuple[str, ...]
    note: str = ""
    scrape: str = ""
    there: Callable[[], object] | None = None
    keeps: Path | None = None


def sadc(data: Path, seconds: int) -> Contender:
    """The collector of sysstat."""
    program = next((path for path in _SADC if shutil.which(path)), _SADC[-1])
    file = data / "sadc.bin"
    return _writer("sadc", (program, "-S", "DISK", str(seconds), str(file)), "counters into one file", file)


def _writer(name: str, command: tuple[str, ...], note: str, keeps: Path) -> Contender:
    """One whose first output is the first byte in its files."""
    return Contender(name, command, note, there=lambda: held(keeps), keeps=keeps)


def collectd(data: Path, seconds: int) -> Contender:
    """With those plugins that come closest to what PerfWatch reads, into CSV files."""
    plugins = ("cpu", "memory", "interface", "disk", "load", "df", "swap", "vmem", "contextswitch", "csv")
    lines = [f"Interval {seconds}", f'BaseDir "{data}"', f'PIDFile "{data / "collectd.pid"}"']
    lines += [f"LoadPlugin {name}" for name in plugins]
    lines += ["<Plugin csv>", f'DataDir "{data / "csv"}"', "</Plugin>"]
    config = data / "collectd.conf"
    config.write_text("\n".join(lines) + "\n")
    return _writer("collectd", (_COLLECTD, "-f", "-C", str(config)), "nine plugins, into CSV files", data / "csv")


def node_exporter(_data: Path, _seconds: int) -> Contender:
    """What Prometheus asks."""
    place = f"127.0.0.1:{free_port()}"
    command = ("prometheus-node-exporter", f"--web.listen-address={place}")
    page = f"http://{place}/metrics"
    note = "one scrape a sample; keeps nothing"
    return Contender("node_exporter", command, note, page, there=lambda: answers(page))


def glances(data: Path, seconds: int) -> Contender:
    """Without a screen."""
    file = data / "glances.csv"
    csv = ("--export", "csv", "--export-csv-file", str(file))
    command = ("glances", "--quiet", *csv, "-t", str(seconds))
    return _writer("glances", command, "with processes, into a CSV file", file)


_KNOWN: tuple[Callable[[Path, int], Contender], ...] = (sadc, collectd, node_exporter, glances)


def peers(data: Path, interval: float) -> Iterator[Contender]:
    """All of them, told to write into `data` every `interval` seconds."""
    for one in _KNOWN:
        yield one(data, max(1, round(interval)))
