"""What others would use for the same work: how each is started, and what it does for its cost."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.whole.strangers import free_port

_SADC = ("/usr/lib/sysstat/sadc", "/usr/lib64/sa/sadc", "sadc")
_COLLECTD = "/usr/sbin/collectd"


@dataclass(frozen=True, slots=True)
class Contender:
    """A program to measure: how to start it and what a reader should know.

    `scrape` is an address that is asked at each sample, for one that does nothing until it is asked.
    """

    name: str
    command: tuple[str, ...]
    note: str = ""
    scrape: str = ""


def sadc(data: Path, seconds: int) -> Contender:
    """The collector of sysstat."""
    program = next((path for path in _SADC if shutil.which(path)), _SADC[-1])
    return Contender("sadc", (program, "-S", "DISK", str(seconds), str(data / "sadc.bin")), "counters into one file")


def collectd(data: Path, seconds: int) -> Contender:
    """With those plugins that come closest to what PerfWatch reads, into CSV files."""
    plugins = ("cpu", "memory", "interface", "disk", "load", "df", "swap", "vmem", "contextswitch", "csv")
    lines = [f"Interval {seconds}", f'BaseDir "{data}"', f'PIDFile "{data / "collectd.pid"}"']
    lines += [f"LoadPlugin {name}" for name in plugins]
    lines += ["<Plugin csv>", f'DataDir "{data / "csv"}"', "</Plugin>"]
    config = data / "collectd.conf"
    config.write_text("\n".join(lines) + "\n")
    return Contender("collectd", (_COLLECTD, "-f", "-C", str(config)), "nine plugins, into CSV files")


def node_exporter(_data: Path, _seconds: int) -> Contender:
    """What Prometheus asks."""
    place = f"127.0.0.1:{free_port()}"
    command = ("prometheus-node-exporter", f"--web.listen-address={place}")
    return Contender("node_exporter", command, "one scrape a sample; keeps nothing", f"http://{place}/metrics")


def glances(data: Path, seconds: int) -> Contender:
    """Without a screen."""
    csv = ("--export", "csv", "--export-csv-file", str(data / "glances.csv"))
    return Contender("glances", ("glances", "--quiet", *csv, "-t", str(seconds)), "with processes, into a CSV file")


_KNOWN: tuple[Callable[[Path, int], Contender], ...] = (sadc, collectd, node_exporter, glances)


def peers(data: Path, interval: float) -> Iterator[Contender]:
    """All of them, told to write into `data` every `interval` seconds."""
    for one in _KNOWN:
        yield one(data, max(1, round(interval)))
